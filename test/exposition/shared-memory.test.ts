import { describe, expect, it } from "vitest";
import { type HostText, PieceStock, renderFleet, renderHost, Slabs } from "../../src/exposition/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { Store } from "../../src/store/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { dead, hundredSensors } from "./records.ts";

const HOSTS = 12;
const STALE_MS = 180_000;

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 8) % below;
  };
}

interface Scrape {
  readonly pieces: Iterator<Buffer>;
  readonly release: () => void;
  readonly expected: string;
  text: string;
}

describe("texts in memory that is reused", () => {
  it.each([1, 2, 3, 4])("are read completely and unmixed while others are replaced (seed %i)", (seed) => {
    const random = randomFrom(seed);
    const clock = new FakeClock();
    const slabs = new Slabs({ size: 320 * 1024, ownBelow: 1000, mostSpare: 16 });
    const written = new Set<Buffer>();
    let shared = 0;
    const allocate = (length: number, lifetimeMs: number) => {
      const taken = slabs.allocate(length, lifetimeMs);
      if (taken.slab !== undefined) {
        shared++;
        written.add(taken.bytes);
      }
      return taken;
    };
    const store = new Store<HostText>({
      clock,
      keepReadings: true,
      staleAfterMs: () => STALE_MS,
      prepare: (record, before) => {
        const lifetimeMs = record.host.name.endsWith("3") ? 300_000 : 60_000;
        return renderHost(record, { placed: true, allocate: (length) => allocate(length, lifetimeMs) }, before);
      },
      release: (text) => slabs.release(text),
    });
    const machines = Array.from({ length: HOSTS }, (_, i) => hundredSensors(`node${i}`));
    const hosts = machines.map(({ host }) => host);
    store.setHosts(hosts);
    /** Rendered from scratch in memory of its own: the output that a scrape beginning now must have. */
    const expected = (): string => {
      const texts = [...store].map(({ record }) => renderHost(record, { placed: true }));
      return Buffer.concat([...renderFleet(texts)]).toString();
    };
    const scrapes: Scrape[] = [];
    const step = (scrape: Scrape): boolean => {
      const { value, done } = scrape.pieces.next();
      if (!done) scrape.text += value.toString("latin1");
      return done === true;
    };
    let read = 0;
    for (let turn = 0; turn < 1500; turn++) {
      const machine = machines[random(HOSTS)];
      if (machine?.snapshot === undefined) throw new Error("no such machine");
      const { name } = machine.host;
      switch (random(40)) {
        case 0: {
          const texts = [...store].map(({ prepared }) => prepared);
          const stock = new PieceStock(4096);
          const scrape: Scrape = {
            pieces: renderFleet(texts, { stock }),
            release: slabs.retain(texts),
            expected: expected(),
            text: "",
          };
          scrapes.push(scrape);
          break;
        }
        case 1:
          store.setHosts(hosts.filter(() => random(4) > 0));
          break;
        case 2:
          store.setHosts(hosts);
          break;
        case 3:
          store.put({ ...(dead.snapshot as HostSnapshot), host: name });
          break;
        case 4:
          void clock.advance(STALE_MS);
          store.sweep();
          break;
        default: {
          const sensors = machine.snapshot.sensors?.map((one) =>
            random(3) === 0 && one.value !== undefined ? { ...one, value: random(1000) } : one,
          );
          store.put({ ...machine.snapshot, host: name, startedAt: turn * 1000, sensors });
        }
      }
      for (const [i, scrape] of [...scrapes].entries()) {
        for (let pieces = random(6); pieces > 0; pieces--) {
          if (!step(scrape)) continue;
          if (scrape.text !== scrape.expected) expect(scrape.text.split("\n")).toEqual(scrape.expected.split("\n"));
          scrape.release();
          scrapes.splice(scrapes.indexOf(scrape), 1);
          read++;
          break;
        }
        // A client that went away.
        if (i > 5) scrapes.splice(scrapes.indexOf(scrape), 1)[0]?.release();
      }
    }
    expect(read).toBeGreaterThan(20);
    // Otherwise no memory was reused, and the test proves nothing.
    expect(shared).toBeGreaterThan(800);
    expect(written.size).toBeLessThan(shared / 20);
  });
});
