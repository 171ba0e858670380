import { describe, expect, it } from "vitest";
import { Repository } from "../../../src/bmc/over-ipmi/repository.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import { BmcMemory, type DeviceId, getSdr, getSdrRepositoryInfo } from "../../../src/ipmi/index.ts";
import { compileBoard, sampleBoard } from "../../../src/simulator/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";

const { signal } = new AbortController();
const model = compileBoard(sampleBoard());
const device: DeviceId = { ...model.description.device, auxiliaryFirmware: Uint8Array.of(0, 0, 0, 1) };
const records = model.sdr;
const COUNT = records.length;

/** A BMC with the records of the sample board, or with changed ones, and the repository that the exporter keeps. */
function bmc(cache: SdrCache, options: { readonly own?: readonly Buffer[]; readonly device?: DeviceId } = {}) {
  const { own = records } = options;
  const clock = new FakeClock();
  const runner = new FakeRunner();
  let isSilent = false;
  runner.on(getSdr, ({ recordId }) => {
    if (isSilent) throw silence();
    const index = recordId === 0 ? 0 : own.findIndex((record) => record.readUInt16LE(0) === recordId);
    const data = own[index];
    if (data === undefined) throw refused("Get SDR", 0xcb);
    return { nextRecordId: own[index + 1]?.readUInt16LE(0) ?? 0xffff, data };
  });
  runner.on(getSdrRepositoryInfo, () => ({
    ...getSdrRepositoryInfo.decodeResponse(Buffer.from("513400001040d9026b0000000002", "hex")),
    records: own.length,
    lastAdditionTimestamp: 1000,
    lastEraseTimestamp: 0,
  }));
  const repository = new Repository(cache, new BmcMemory(), clock);
  return {
    repository,
    silence: (silent: boolean) => {
      isSilent = silent;
    },
    /** The plan, and how many records were read for it. */
    async plan() {
      runner.take();
      const plan = await repository.plan(runner, options.device ?? device, signal);
      return { plan, reads: runner.take().filter((name) => name === "Get SDR").length };
    },
  };
}

/** The records with one byte of one of them changed: the last character of its name, for a sensor. */
function changed(index: number): readonly Buffer[] {
  return records.map((record, i) => {
    if (i !== index) return record;
    const copy = Buffer.from(record);
    copy[copy.length - 1] = (copy.at(-1) as number) ^ 1;
    return copy;
  });
}

async function known(): Promise<SdrCache> {
  const cache = new SdrCache();
  expect((await bmc(cache).plan()).reads).toBe(COUNT);
  return cache;
}

describe("the repository of a new BMC", () => {
  it("is assumed to equal that of a BMC of its kind after a few records", async () => {
    const cache = await known();
    const first = await bmc(cache).plan();
    expect(first.reads).toBe(5);
    expect(first.plan.sensors.length).toBeGreaterThan(50);
  });

  it("is compared record by record in the next polls, and only then saved", async () => {
    const other = bmc(await known());
    const { plan } = await other.plan();
    const reads: number[] = [];
    while (other.repository.save() === undefined && reads.length < 100) {
      const next = await other.plan();
      expect(next.plan).toBe(plan);
      reads.push(next.reads);
    }
    expect(Math.max(...reads)).toBeLessThanOrEqual(16);
    expect(reads.reduce((sum, n) => sum + n, 0)).toBe(COUNT - 5);
    expect((await other.plan()).reads).toBe(0);
    expect(other.repository.takeChanges()).toEqual([]);
  });

  it.each([...records.keys()])("is read if record %i differs, and nothing of the assumption remains", async (index) => {
    const own = changed(index);
    const other = bmc(await known(), { own });
    const read = await bmc(new SdrCache(), { own }).plan();
    let plan = (await other.plan()).plan;
    for (let n = 0; n < COUNT / 8 + 1; n++) plan = (await other.plan()).plan;
    expect(plan.sensors.map(({ id, name }) => [id, name])).toEqual(read.plan.sensors.map(({ id, name }) => [id, name]));
    expect(other.repository.takeChanges()).toEqual([]);
    expect(other.repository.save()).toBeDefined();
  });

  it.each<[string, Partial<DeviceId>]>([
    ["manufacturer", { manufacturerId: device.manufacturerId + 1 }],
    ["product", { productId: device.productId + 1 }],
    ["firmware", { firmwareMinor: 99 }],
    ["auxiliary firmware", { auxiliaryFirmware: Uint8Array.of(0, 0, 0, 2) }],
  ])("is read if the %s differs", async (_, differing) => {
    const other = bmc(await known(), { device: { ...device, ...differing } });
    expect((await other.plan()).reads).toBe(COUNT);
  });

  it("is read if it has another number of records", async () => {
    const other = bmc(await known(), { own: records.slice(0, -1) });
    expect((await other.plan()).reads).toBe(COUNT - 1);
  });

  it("stays assumed if the BMC falls silent during the comparison", async () => {
    const other = bmc(await known());
    await other.plan();
    other.silence(true);
    await expect(other.plan()).rejects.toMatchObject({ reason: "timeout" });
    expect(other.repository.save()).toBeUndefined();
    other.silence(false);
    expect((await other.plan()).reads).toBeLessThanOrEqual(16);
  });

  it("is one of several known ones", async () => {
    const cache = await known();
    const own = changed(0);
    expect((await bmc(cache, { own }).plan()).reads).toBeGreaterThan(COUNT);
    expect((await bmc(cache, { own }).plan()).reads).toBe(5);
    expect((await bmc(cache).plan()).reads).toBe(6);
  });

  it("is not read by a hundred BMCs at once: the others wait for the first", async () => {
    const cache = new SdrCache();
    const all = await Promise.all(Array.from({ length: 100 }, () => bmc(cache).plan()));
    expect(all.filter(({ reads }) => reads === COUNT)).toHaveLength(1);
    expect(all.filter(({ reads }) => reads === 5)).toHaveLength(99);
  });

  it("is read by the next one if the first falls silent", async () => {
    const cache = new SdrCache();
    const [first, ...others] = Array.from({ length: 10 }, () => bmc(cache));
    first?.silence(true);
    const silent = expect(first?.plan()).rejects.toMatchObject({ reason: "timeout" });
    const reads = (await Promise.all(others.map((other) => other.plan()))).map((plan) => plan.reads);
    await silent;
    expect(reads.filter((count) => count === COUNT)).toHaveLength(1);
    expect(reads.filter((count) => count === 5)).toHaveLength(8);
  });
});
