import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { PollOptions } from "../../../src/bmc/index.ts";
import { getSensorReading } from "../../../src/ipmi/index.ts";
import { type HostSnapshot, PART_NAMES } from "../../../src/model/index.ts";
import {
  compileBoard,
  parseScenario,
  recordedBoard,
  type Scenario,
  sampleBoard,
  type VirtualBmc,
} from "../../../src/simulator/index.ts";
import { INTERVAL_MS, type PolledOptions, Poller, virtualBmc } from "../../simulator/polled-bmc.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const DISCRETE_INTERVAL_MS = 5 * INTERVAL_MS;

interface Counts {
  /** Requests of all kinds, logins included. */
  all: number;
  readings: number;
}

/** A BMC that is polled on time, with the number of requests of each poll. */
class CountedPoller {
  readonly clock = new FakeClock();
  readonly bmc: VirtualBmc;
  readonly #poller: Poller;
  readonly #counts: Counts = { all: 0, readings: 0 };
  #due: number;

  readonly #intervalMs: number;

  constructor({ settings, scenarios = [], ...options }: PolledOptions = {}) {
    this.#intervalMs = settings?.intervalMs ?? INTERVAL_MS;
    const counting: Scenario = () => ({
      name: "counting",
      answer: ({ netFn, command }) => {
        this.#counts.all++;
        if (netFn === getSensorReading.netFn && command === getSensorReading.code) this.#counts.readings++;
        return undefined;
      },
    });
    this.bmc = virtualBmc({ ...options, clock: this.clock, scenarios: [counting, ...scenarios] });
    const common = { discreteIntervalMs: DISCRETE_INTERVAL_MS, slowIntervalMs: 60 * INTERVAL_MS, ...settings };
    this.#poller = new Poller(this.bmc, this.clock, { ...options, settings: common });
    this.#due = this.clock.monotonicMs();
  }

  /** The next poll, one interval after the previous one. */
  async poll(purpose?: PollOptions["purpose"]): Promise<HostSnapshot & { readonly counts: Counts }> {
    await this.clock.advance(this.#due - this.clock.monotonicMs());
    this.#due += this.#intervalMs;
    Object.assign(this.#counts, { all: 0, readings: 0 });
    const snapshot = await this.#poller.poll(purpose);
    return { ...snapshot, counts: { ...this.#counts } };
  }

  /** Leaves out the next poll. */
  skip(): void {
    this.#due += this.#intervalMs;
  }

  /** Polls until only a share of the sensors is read. */
  async settle(): Promise<HostSnapshot & { readonly counts: Counts }> {
    for (let n = 0; n < 3; n++) await this.poll();
    return this.poll();
  }

  close(): Promise<void> {
    return this.#poller.close();
  }
}

const stateOf = ({ sensors = [] }: HostSnapshot, name: string) => sensors.find((s) => s.name === name)?.states;

const PS1 = 0x60;
const FAILED = 0x03;

describe("the discrete sensors of a host", () => {
  it("are read in turn while nothing happens, and all their states stay", async () => {
    const host = new CountedPoller();
    const first = await host.poll();
    const later = await host.settle();
    expect(later.counts.readings).toBeLessThan(first.counts.readings);
    expect(later.sensors?.map(({ id }) => id)).toEqual(first.sensors?.map(({ id }) => id));
    expect(later.sensors?.map(({ states }) => states)).toEqual(first.sensors?.map(({ states }) => states));
    expect(later.discrete?.policy).toBe("by_event");
    await host.close();
  });

  it("show a change that no event reports within the interval of discrete sensors", async () => {
    const host = new CountedPoller();
    await host.settle();
    host.bmc.state.setSensor(PS1, { states: FAILED });
    const polls: number[] = [];
    for (let n = 1; n <= 5; n++) {
      const snapshot = await host.poll();
      if (stateOf(snapshot, "PS1 Status")?.includes("failure_detected")) polls.push(n);
    }
    expect(polls.length).toBeGreaterThan(0);
    expect(polls).toContain(5);
    await host.close();
  });

  it("are read in every poll while a state is not ok, so that its end is seen at once", async () => {
    const host = new CountedPoller();
    await host.settle();
    host.bmc.state.setSensor(PS1, { states: FAILED });
    for (let n = 1; n <= 5; n++) await host.poll();
    host.bmc.state.setSensor(PS1, { states: 0x01 });
    expect(stateOf(await host.poll(), "PS1 Status")).not.toContain("failure_detected");
    await host.close();
  });

  it("are read in every poll where the settings say so", async () => {
    const host = new CountedPoller({ settings: { discreteIntervalMs: 0 } });
    const { counts } = await host.poll();
    expect((await host.settle()).counts.readings).toBe(counts.readings);
    await host.close();
  });

  it("report when the oldest state was read", async () => {
    const host = new CountedPoller();
    await host.settle();
    for (let n = 1; n <= 12; n++) {
      const { startedAt, discrete } = await host.poll();
      const age = startedAt - (discrete?.oldestAt ?? 0);
      expect(age).toBeLessThanOrEqual(DISCRETE_INTERVAL_MS - INTERVAL_MS);
      expect(age).toBeGreaterThan(0);
    }
    await host.close();
  });
});

describe("a poll reads all discrete sensors", () => {
  const all = async (): Promise<number> => {
    const host = new CountedPoller();
    const { counts } = await host.poll();
    await host.close();
    return counts.readings;
  };
  const triggers: Record<string, (host: CountedPoller) => Promise<unknown> | unknown> = {
    "the event log has a new entry": ({ bmc }) => bmc.state.addEvent({ sensor: PS1, offset: 1 }),
    "the event log was cleared": ({ bmc }) => bmc.state.clearSel(),
    "the host was switched off": ({ bmc }) => {
      bmc.state.chassis.powerOn = false;
    },
    "the chassis reports a fault": ({ bmc }) => {
      bmc.state.chassis.coolingFault = true;
    },
    "the BMC lost the session": ({ bmc }) => bmc.restart(1000),
    "a poll was missed": (host) => host.skip(),
  };

  it.each(Object.entries(triggers))("if %s", async (_, happen) => {
    const everything = await all();
    const host = new CountedPoller();
    expect((await host.settle()).counts.readings).toBeLessThan(everything);
    await happen(host);
    expect((await host.poll()).counts.readings).toBe(everything);
    expect((await host.poll()).counts.readings).toBeLessThan(everything);
    await host.close();
  });

  it.each(["probe", "event"] as const)("if its purpose is %s", async (purpose) => {
    const everything = await all();
    const host = new CountedPoller();
    await host.settle();
    expect((await host.poll(purpose)).counts.readings).toBe(everything);
    expect((await host.poll()).counts.readings).toBeLessThan(everything);
    await host.close();
  });

  it("if the previous poll was not complete", async () => {
    const everything = await all();
    let isSilent = false;
    const silence: Scenario = () => ({ name: "silence", swallow: () => isSilent });
    const host = new CountedPoller({ scenarios: [silence] });
    await host.settle();
    isSilent = true;
    expect((await host.poll()).up).toBe(false);
    isSilent = false;
    expect((await host.poll()).counts.readings).toBe(everything);
    await host.close();
  });

  it("but not because a session is closed after every poll, as it is with long intervals", async () => {
    const settings = { intervalMs: 10 * INTERVAL_MS, discreteIntervalMs: 60 * INTERVAL_MS };
    const host = new CountedPoller({ settings });
    const { counts } = await host.poll();
    expect((await host.settle()).counts.readings).toBeLessThan(counts.readings);
    await host.close();
  });
});

describe("a host whose event log does not show every event", () => {
  it.each([
    ["full-sel", "log_full"],
    ["logging-disabled", "logging_disabled"],
    ["stopped-log-time=clock", "clock_stopped"],
    ["stopped-log-time=addition", "addition_time_stopped"],
    ["reused-entries", "entries_reused"],
    ["info-without-data=sel", "log_unread"],
    ["completion-code=0a/40/d4", "log_unread"],
    ["completion-code=0a/40/c1", "log_unread"],
  ])("%s: has all sensors read in every poll, because of %s", async (scenario, reason) => {
    const host = new CountedPoller({ scenarios: [parseScenario(scenario).scenario] });
    const { counts } = await host.poll();
    await host.settle();
    // Some only show after an event.
    host.bmc.state.addEvent({ sensor: PS1, offset: 0 });
    await host.poll();
    host.bmc.state.setSensor(PS1, { states: FAILED });
    host.bmc.state.addEvent({ sensor: PS1, offset: 1 });
    const failed = await host.poll();
    expect(stateOf(failed, "PS1 Status")).toContain("failure_detected");
    for (let n = 0; n < 6; n++) {
      const { counts: later, discrete } = await host.poll();
      expect(discrete).toMatchObject({ policy: "every_poll", reason });
      expect(later.readings).toBe(counts.readings);
    }
    await host.close();
  });

  it("is trusted again after the log was cleared", async () => {
    const host = new CountedPoller({ scenarios: [parseScenario("full-sel").scenario] });
    expect((await host.settle()).discrete?.reason).toBe("log_full");
    host.bmc.state.clearSel();
    expect((await host.settle()).discrete).toMatchObject({ policy: "by_event", reason: undefined });
    await host.close();
  });

  it("is one whose parts do not include the event log", async () => {
    const parts = PART_NAMES.filter((part) => part !== "sel");
    const host = new CountedPoller({ settings: { parts } });
    const { counts } = await host.poll();
    const later = await host.settle();
    expect(later.counts.readings).toBe(counts.readings);
    expect(later.discrete).toMatchObject({ policy: "every_poll", reason: "log_unread" });
    await host.close();
  });

  it("is not one that does not report its global enables", async () => {
    const host = new CountedPoller({ scenarios: [parseScenario("completion-code=06/2f/c1").scenario] });
    expect((await host.settle()).discrete?.policy).toBe("by_event");
    await host.close();
  });
});

const folder = resolve(import.meta.dirname, "../../../../shared/fixtures/ipmi");
const isThere = existsSync(join(folder, "dell-poweredge-r640", "sdr.hex"));
if (!isThere) console.warn("skipped: requests to recorded machines: the recordings are not here");

describe.skipIf(!isThere)("a recorded machine", () => {
  it.each([
    ["dell-poweredge-r640", 66],
    ["dell-poweredge-r730", 54],
    ["quanta-d51", 63],
    ["intel-s2600kp", 52],
  ])("%s takes at most %i requests in a poll when nothing happens", async (machine, most) => {
    const { users } = sampleBoard();
    const host = new CountedPoller({ model: compileBoard(recordedBoard(join(folder, machine), { users })) });
    const first = await host.poll();
    await host.settle();
    const counts: number[] = [];
    for (let n = 0; n < 10; n++) counts.push((await host.poll()).counts.all);
    expect(Math.max(...counts)).toBeLessThanOrEqual(most);
    expect(first.counts.readings).toBeGreaterThan(most);
    await host.close();
  });
});
