import { describe, expect, it } from "vitest";
import { Repository } from "../../../src/bmc/over-ipmi/repository.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import {
  BmcMemory,
  type DeviceId,
  getDeviceId,
  getDeviceSdr,
  getDeviceSdrInfo,
  getSdr,
  getSdrRepositoryInfo,
} from "../../../src/ipmi/index.ts";
import { fullRecord } from "../../rig/sdr.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hex } from "../../support/hex.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";
import { numbered } from "../plans.ts";

const { signal } = new AbortController();
const DAY = 24 * 3600_000;
/** The Get Device ID answer of the vectors: a repository, no device SDRs, firmware 2.31. */
const device: DeviceId = getDeviceId.decodeResponse(hex("2001023102bf570100341201020304"));

function bench() {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  let records = numbered(
    [1, 2, 3, 4].map((n) => fullRecord({ number: n, name: `T${n}`, entity: [3, n], sensorType: 1, baseUnit: 1 })),
  );
  let stamp = 1000;
  /** Records that are given before the BMC falls silent. */
  let budget = Number.POSITIVE_INFINITY;
  const give = ({ recordId = 0 }: { readonly recordId?: number }) => {
    if (budget-- <= 0) throw silence();
    const index = recordId === 0 ? 0 : recordId - 1;
    const data = records[index];
    if (data === undefined) throw refused("Get SDR", 0xcb);
    return { nextRecordId: index + 1 < records.length ? index + 2 : 0xffff, data };
  };
  runner.on(getSdr, give).on(getDeviceSdr, give);
  runner.on(getSdrRepositoryInfo, () => ({
    ...getSdrRepositoryInfo.decodeResponse(hex("513400001040d9026b0000000002")),
    records: records.length,
    lastAdditionTimestamp: stamp,
    lastEraseTimestamp: 0,
  }));
  const repository = new Repository(new SdrCache(), new BmcMemory(), clock);
  return {
    clock,
    runner,
    repository,
    plan: (of = device) => repository.plan(runner, of, signal),
    change(count: number, at: number) {
      records = records.slice(0, count);
      stamp = at;
    },
    allow(reads: number) {
      budget = reads;
    },
  };
}

describe("the repository of a host", () => {
  it("is read once; unchanged it costs one request", async () => {
    const { runner, repository, plan } = bench();
    expect(repository.known).toBeUndefined();
    const first = await plan();
    expect(first.sensors.map((s) => s.name)).toEqual(["T1", "T2", "T3", "T4"]);
    expect(runner.take()).toEqual(["Get SDR Repository Info", ...Array(4).fill("Get SDR")]);
    expect(await plan()).toBe(first);
    expect(runner.take()).toEqual(["Get SDR Repository Info"]);
    expect(repository.known).toBe(first);
  });

  it("is read again after it or the firmware changed", async () => {
    const { runner, plan, change } = bench();
    await plan();
    change(3, 2000);
    runner.take();
    expect((await plan()).sensors).toHaveLength(3);
    expect(runner.take()).toContain("Get SDR");
    await plan({ ...device, firmwareMinor: 32 });
    expect(runner.take()).toContain("Get SDR");
  });

  it("continues an interrupted walk", async () => {
    const { runner, repository, plan, allow } = bench();
    allow(2);
    await expect(plan()).rejects.toMatchObject({ reason: "timeout" });
    expect(repository.known).toBeUndefined();
    allow(Number.POSITIVE_INFINITY);
    runner.take();
    expect((await plan()).sensors).toHaveLength(4);
    // the record under way, and the one after it
    expect(runner.asked.filter((a) => a.name === "Get SDR").map((a) => a.request)).toMatchObject([
      { recordId: 3 },
      { recordId: 4 },
    ]);
  });

  it("begins a new walk when it changed since the interrupted one", async () => {
    const { runner, plan, allow, change } = bench();
    allow(2);
    await expect(plan()).rejects.toThrow();
    allow(Number.POSITIVE_INFINITY);
    change(3, 2000);
    runner.take();
    expect((await plan()).sensors).toHaveLength(3);
    expect(runner.take().filter((name) => name === "Get SDR")).toHaveLength(3);
  });

  it("is read again once a day if it does not report changes", async () => {
    const { clock, runner, plan, change } = bench();
    change(4, 0);
    await plan();
    await clock.advance(DAY - 1);
    runner.take();
    await plan();
    expect(runner.take()).toEqual(["Get SDR Repository Info"]);
    await clock.advance(1);
    await plan();
    expect(runner.take()).toContain("Get SDR");
  });

  it("is read although the BMC refuses its info", async () => {
    const { runner, plan } = bench();
    runner.refuses(getSdrRepositoryInfo, 0xc1);
    expect((await plan()).sensors).toHaveLength(4);
    runner.take();
    await plan();
    expect(runner.take()).toEqual(["Get SDR Repository Info"]);
  });

  it("is not read while the BMC is too busy", async () => {
    const { runner, plan } = bench();
    runner.on(getSdrRepositoryInfo, () => {
      throw refused("Get SDR Repository Info", 0xc0, true);
    });
    await expect(plan()).rejects.toMatchObject({ reason: "bmc_busy" });
    expect(runner.take()).not.toContain("Get SDR");
  });

  it("is the device's own if the BMC has no repository", async () => {
    const { runner, plan } = bench();
    const own = { ...device, providesDeviceSdrs: true, support: { ...device.support, sdrRepository: false } };
    runner.on(getDeviceSdrInfo, () => ({ count: 4, dynamicPopulation: true, luns: 1, populationChange: 7 }));
    expect((await plan(own)).sensors).toHaveLength(4);
    expect(runner.take()).toEqual(["Get Device SDR Info", ...Array(4).fill("Get Device SDR")]);
    await plan(own);
    expect(runner.take()).toEqual(["Get Device SDR Info"]);
  });

  it("is restored after a restart if its records are cached", async () => {
    const { clock, runner, repository, plan } = bench();
    const cache = new SdrCache();
    const first = new Repository(cache, new BmcMemory(), clock);
    await first.plan(runner, device, signal);
    const saved = first.save();
    if (!saved) throw new Error("nothing to save");
    const second = new Repository(cache, new BmcMemory(), clock);
    await second.restore(JSON.parse(JSON.stringify(saved)));
    runner.take();
    expect(await second.plan(runner, device, signal)).toBe(first.known);
    expect(runner.take()).toEqual(["Get SDR Repository Info"]);
    // Kept nowhere: walked.
    await repository.restore(saved);
    expect(repository.known).toBeUndefined();
    await plan();
    expect(runner.take()).toContain("Get SDR");
  });

  it("reports once which sensors appeared and disappeared", async () => {
    const { repository, plan, change } = bench();
    await plan();
    expect(repository.takeChanges()).toEqual([]);
    change(2, 2000);
    await plan();
    expect(repository.takeChanges()).toEqual([{ change: "sensor_vanished", sensors: ["T3", "T4"], sensorCount: 2 }]);
    expect(repository.takeChanges()).toEqual([]);
  });

  it("reports no sensors while it is being read", async () => {
    const { repository, plan, change, allow } = bench();
    await plan();
    change(3, 2000);
    allow(1);
    await expect(plan()).rejects.toThrow();
    expect(repository.takeChanges()).toEqual([]);
    allow(100);
    await plan();
    expect(repository.takeChanges()).toMatchObject([{ change: "sensor_vanished", sensors: ["T4"] }]);
  });

  it("does not report a sensor as disappeared if its record could not be read this time", async () => {
    const { repository, plan, change, runner } = bench();
    await plan();
    change(4, 2000);
    const give = runner.answerOf(getSdr);
    runner.on(getSdr, (request) => {
      if (request.recordId === 4) throw refused("Get SDR", 0xff);
      return give(request);
    });
    expect((await plan()).sensors.map(({ name }) => name)).toEqual(["T1", "T2", "T3"]);
    expect(repository.takeChanges()).toEqual([]);
  });
});
