import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { getDeviceId, getSensorReading, SdrWalk } from "../../../src/ipmi/index.ts";
import { compileBoard, recordedBoard, sampleBoard } from "../../../src/simulator/index.ts";
import { Bench } from "../bench-network.ts";

const { users } = sampleBoard();
const folder = mkdtempSync(join(tmpdir(), "lightsout-recorded-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a recorded machine", () => {
  it("is read from its folder; sensors without a recorded reading have none", async () => {
    const { sdr, frus } = sampleBoard();
    writeFileSync(join(folder, "sdr.hex"), `${sdr.map((r) => Buffer.from(r).toString("hex")).join("\n")}\n`);
    writeFileSync(join(folder, "fru-0a.bin"), frus?.get(0) ?? "");
    const device = {
      device_id: 33,
      device_revision: 2,
      additional_support: 191,
      manufacturer_id: 343,
      product_id: 112,
      firmware: "1.08",
    };
    const raw_readings = [
      { owner: "20", lun: 0, number: "03", raw: 61 },
      { owner: "2c", lun: 0, number: "08", raw: 44 },
    ];
    writeFileSync(join(folder, "readings.json"), JSON.stringify({ device_id: device, raw_readings }));
    const bench = new Bench({ model: compileBoard(recordedBoard(folder, { users })) });
    const id = await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(id).toMatchObject({ deviceId: 33, manufacturerId: 343, productId: 112, firmwareMajor: 1, firmwareMinor: 8 });
    const read = (sensorNumber: number) => bench.within(bench.connection.run(getSensorReading, { sensorNumber }));
    expect(await read(0x03)).toMatchObject({ raw: 61, unavailable: false });
    expect(await read(0x04)).toMatchObject({ unavailable: true });
    expect(bench.bmc.fru(0x0a)?.length).toBeGreaterThan(8);
  });

  it("with an invalid line is refused with the number of the line", () => {
    writeFileSync(join(folder, "sdr.hex"), "010051\n");
    expect(() => recordedBoard(folder, { users })).toThrow("sdr.hex line 1: not an SDR in hex");
  });
});

const fixtures = resolve(import.meta.dirname, "../../../../shared/fixtures/ipmi");
const machines = ["dell-poweredge-r640", "dell-poweredge-r730", "quanta-d51", "intel-s2600kp", "supermicro-x9drw"];
const present = existsSync(join(fixtures, "dell-poweredge-r640", "sdr.hex"));
if (!present) console.warn("skipped: recorded machines on the wire: the recordings are not here");

describe.skipIf(!present)("recorded machines on the wire", () => {
  it.each(machines)("%s serves every record as recorded", async (machine) => {
    const bench = new Bench({ model: compileBoard(recordedBoard(join(fixtures, machine), { users })) });
    const { memory } = bench.connection;
    const walk = new SdrWalk({ source: "repository", memory, expectedRecords: bench.bmc.model.sdr.length });
    await bench.within(walk.run(bench.connection));
    const lines = readFileSync(join(fixtures, machine, "sdr.hex"), "utf8")
      .trim()
      .split("\n");
    expect(walk.records.map((r) => r.toString("hex"))).toEqual(lines);
    expect(walk.problems).toEqual([]);
  });
});
