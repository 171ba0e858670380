import { describe, expect, it } from "vitest";
import { type HostText, renderFleet, renderHost, Slabs, textOf } from "../../src/exposition/index.ts";
import type { Rendered } from "../../src/exposition/text.ts";
import type { Host, HostSnapshot, Sensor } from "../../src/model/index.ts";
import { Store } from "../../src/store/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { awkward, dead, full, hundredSensors, record, sensor } from "./records.ts";

const STALE_MS = 180_000;
const placed = { placed: true };

/** Pseudo-random and the same in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 8) % below;
  };
}

type Random = ReturnType<typeof randomFrom>;

const OPTIONAL = ["role", "unit", "quantity", "thresholds", "counters", "lastAddition", "selfTest", "firmware"];

/** The value with one thing in it changed, taken out, doubled or moved; all the rest are the same objects. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value === "number") return [value + 1, -value, value / 3, Number.NaN][random(4)];
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}ü`;
  if (Array.isArray(value)) {
    const at = random(Math.max(1, value.length));
    const item = value[at];
    switch (value.length === 0 ? 4 : random(16)) {
      case 0:
        return value.toSpliced(at, 1);
      case 1:
        return value.toSpliced(at, 0, item);
      case 2:
        return [...value.slice(at), ...value.slice(0, at)];
      case 3:
        return [...value];
      case 4:
        return value;
      default:
        return value.with(at, changed(item, random));
    }
  }
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value);
  const key = keys[random(keys.length)];
  if (key === undefined) return value;
  const was = (value as Record<string, unknown>)[key];
  const optional = typeof was === "number" || OPTIONAL.includes(key);
  return { ...value, [key]: optional && random(6) === 0 ? undefined : changed(was, random) };
}

/** The snapshot of the next poll: some of its facts changed, in ways no BMC would think of. */
function nextOf(before: HostSnapshot, random: Random): HostSnapshot {
  const { host, startedAt, durationMs, up, failure, parts, quirks, sensors = [], ...rest } = before;
  const told: Record<string, unknown> = { parts, quirks, sensors, ...rest };
  for (let changes = random(4); changes > 0; changes--) {
    const keys = Object.keys(told);
    const key = random(2) === 0 ? "sensors" : (keys[random(keys.length)] ?? "");
    // What was taken away as a whole comes back.
    if (told[key] !== undefined && key !== "protocol") told[key] = changed(told[key], random);
    else told[key] = (full.snapshot as unknown as Record<string, unknown>)[key];
    if (random(30) === 0 && key !== "parts" && key !== "quirks") told[key] = undefined;
  }
  return { ...(told as unknown as HostSnapshot), host, up: true, startedAt: startedAt + 60_000, durationMs: random(9) };
}

const moved = (host: Host, random: Random): Host => ({ ...host, place: { rack: `r${random(3)}` } });

/** Of the blocks of all families: where a text begins is of no importance. */
const lengthsOf = ({ bounds }: HostText): number[] => [...bounds].map((bound, i) => bound - (bounds[i - 1] ?? bound));

describe("text that reuses the previous text", () => {
  it.each([1, 2, 3])("equals the text rendered from scratch, however the host changed (seed %i)", (seed) => {
    const random = randomFrom(seed);
    const clock = new FakeClock();
    const slabs = new Slabs({ size: 64 * 1024, ownBelow: 1000 });
    const allocate = seed === 1 ? undefined : (length: number) => slabs.allocate(length, 60_000);
    let rendered = 0;
    const store = new Store<HostText>({
      clock,
      keepReadings: seed !== 2,
      staleAfterMs: () => STALE_MS,
      prepare(one, before) {
        const text = renderHost(one, { ...placed, ...(allocate && { allocate }) }, before);
        const anew = renderHost(one, placed);
        if (!textOf(text).equals(textOf(anew))) expect(`${textOf(text)}`).toBe(`${textOf(anew)}`);
        if (`${lengthsOf(text)}` !== `${lengthsOf(anew)}`) expect(lengthsOf(text)).toEqual(lengthsOf(anew));
        rendered++;
        return text;
      },
    });
    let { host } = full;
    store.setHosts([host]);
    const first = { ...(full.snapshot as HostSnapshot), host: host.name };
    let last = first;
    for (let poll = 0; poll < 400; poll++) {
      switch (random(12)) {
        case 0:
          store.put({ ...(dead.snapshot as HostSnapshot), host: host.name });
          break;
        case 1:
          host = moved(host, random);
          store.setHosts([host]);
          break;
        case 2:
          void clock.advance(STALE_MS);
          store.sweep();
          break;
        case 3:
          last = first;
          break;
        default:
          last = nextOf(last, random);
          store.put(last);
      }
    }
    expect(rendered).toBeGreaterThan(300);
  });

  const rendered = (of: HostSnapshot): Rendered => ({
    record: record(of),
    prepared: renderHost(record(of), placed),
  });

  it("reuses nothing if the host has other sensors", () => {
    const before = rendered(awkward.snapshot as HostSnapshot);
    const other = hundredSensors("other");
    expect(textOf(renderHost(other, placed, before)).equals(textOf(renderHost(other, placed)))).toBe(true);
  });

  it("has the first of several sensors with one id in every family, whichever of them changed", () => {
    const first = sensor("1", { name: "first", value: 1, quantity: "temperature" });
    const second = sensor("1", { name: "second", value: 2, quantity: "temperature", health: 0 });
    const told = (sensors: readonly Sensor[], before?: Rendered): string => {
      const now = { ...(full.snapshot as HostSnapshot), sensors };
      return Buffer.concat([...renderFleet([renderHost(record(now), placed, before)])]).toString();
    };
    const before = rendered({ ...(full.snapshot as HostSnapshot), sensors: [first, second] });
    const changed = { ...first, value: 3 };
    const now = [changed, second, changed];
    expect(told(now, before)).toBe(told(now));
    expect(told(now).match(/^bmc_temperature_celsius.* 3$/gm)).toHaveLength(1);
    expect(told(now)).not.toContain('sensor="second"');
  });
});
