import { describe, expect, it } from "vitest";
import type { StateKeeper } from "../../src/bmc/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { compileBoard, Random, sampleBoard } from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { memoryKeeper } from "../support/memory-keeper.ts";
import { INTERVAL_MS, Poller, virtualBmc } from "./polled-bmc.ts";

/** A state folder that two exporters share, in memory; what goes in and out is JSON as on disk. */
function sharedFolder(): StateKeeper {
  const hosts = new Map<string, string>();
  const boards = new Map<string, readonly Buffer[]>();
  return {
    loadHost: async (key) => JSON.parse(hosts.get(key) ?? "null") ?? undefined,
    saveHost: async (key, state) => hosts.set(key, JSON.stringify(state)).size > 0,
    forgetHost: async (key) => void hosts.delete(key),
    loadRecords: async (digest) => boards.get(digest),
    saveRecords: async (digest, records) =>
      void boards.set(
        digest,
        records.map((bytes) => Buffer.from(bytes)),
      ),
  };
}

const FAN = 0x33;
const LOWER_CRITICAL_GOING_LOW = 0x02;
const CAPACITY = 30;

/** A BMC with an empty, small log, and the exporters it has had. */
class Bench {
  readonly clock = new FakeClock();
  readonly bmc = virtualBmc({
    clock: this.clock,
    model: compileBoard({ ...sampleBoard(), sel: { capacity: CAPACITY, whenFull: "drop_oldest" } }),
  });
  added = 0;

  exporter(keeper?: StateKeeper): Poller {
    return new Poller(this.bmc, this.clock, { keeper, settings: { parts: ["sel"] } });
  }

  fanStops(): void {
    this.bmc.state.addEvent({ sensor: FAN, offset: LOWER_CRITICAL_GOING_LOW, data2: this.added & 0xff });
    this.added++;
  }

  async minute(): Promise<void> {
    await this.clock.advance(INTERVAL_MS);
  }
}

const counted = ({ eventLog }: HostSnapshot): number => eventLog?.counters?.bySeverity.critical ?? -1;

describe("a host that moves to another exporter", () => {
  it("without its state counts its whole event log as history", async () => {
    const bench = new Bench();
    const first = bench.exporter();
    for (let n = 0; n < 5; n++) bench.fanStops();
    await first.poll();
    bench.bmc.state.clearSel();
    for (let n = 0; n < 2; n++) bench.fanStops();
    await bench.minute();
    expect(counted(await first.poll())).toBe(7);
    await first.close();

    await bench.minute();
    const second = bench.exporter();
    expect(counted(await second.poll())).toBe(2);
    const [news] = second.news;
    expect(news?.historical).toBe(news?.entries.length);
    bench.fanStops();
    await bench.minute();
    expect(counted(await second.poll())).toBe(3);
    await second.close();
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "with its state is counted on exactly, whatever happens on the way (seed %i)",
    async (seed) => {
      const bench = new Bench();
      const random = new Random(seed);
      const folder = sharedFolder();
      let exporter = bench.exporter(folder);
      await exporter.poll();
      const reports: string[] = [];
      const take = (): void => {
        reports.push(...exporter.news.flatMap(({ entries }) => entries.map(({ raw = "" }) => raw)));
        exporter.news.length = 0;
      };
      take();
      const before = reports.length;
      let cleared = 0;
      for (let step = 0; step < 30; step++) {
        const dice = random.integer(10);
        // Fewer entries between two polls than the log holds: unread entries that a full log drops cannot be counted.
        for (let n = random.integer(CAPACITY / 3); n > 0; n--) bench.fanStops();
        if (dice < 3) {
          await exporter.close();
          exporter = bench.exporter(folder);
        }
        await bench.minute();
        const snapshot = await exporter.poll();
        take();
        expect(counted(snapshot), `step ${step}`).toBe(bench.added);
        if (dice !== 5) continue;
        bench.bmc.state.clearSel();
        cleared++;
        await bench.minute();
      }
      expect(new Set(reports).size).toBe(reports.length);
      expect(reports.length - before).toBeGreaterThanOrEqual(bench.added);
      expect(reports.length - before).toBeLessThanOrEqual(bench.added + cleared);
      await exporter.close();
    },
  );
});

describe("an exporter that restarts", () => {
  it("saves a host only when its state has changed", async () => {
    const clock = new FakeClock();
    const bmc = virtualBmc({ clock });
    const keeper = memoryKeeper();
    let saved = 0;
    const counting: StateKeeper = {
      ...keeper,
      saveHost: (key, state) => {
        saved++;
        return keeper.saveHost(key, state);
      },
    };
    const first = new Poller(bmc, clock, { keeper: counting });
    await first.poll();
    await first.close();
    expect(saved).toBe(1);
    const second = new Poller(bmc, clock, { keeper: counting });
    for (let poll = 0; poll < 3; poll++) {
      await clock.advance(INTERVAL_MS);
      expect((await second.poll()).up).toBe(true);
    }
    expect(saved).toBe(1);
    bmc.state.addEvent({ sensor: FAN, offset: LOWER_CRITICAL_GOING_LOW, data2: 1 });
    await clock.advance(INTERVAL_MS);
    const before = counted(await second.poll());
    expect(saved).toBe(2);
    await second.close();
    const third = new Poller(bmc, clock, { keeper: counting });
    expect(counted(await third.poll())).toBe(before);
    await third.close();
  });
});
