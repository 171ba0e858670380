import { describe, expect, it } from "vitest";
import { ChangeWatch } from "../../src/bmc/change-watch.ts";
import type { ChassisState, ControllerInfo, Fru, HostChange, HostSnapshot } from "../../src/model/index.ts";

const A = "44454c4c3400104a8034b3c04f333033";
const B = "44454c4c3400104a8034b3c04f333034";
const faults: ChassisState["faults"] = {
  power: false,
  power_control: false,
  overload: false,
  interlock: false,
  cooling: false,
  drive: false,
  intrusion: false,
};

interface Read {
  readonly guid?: string;
  readonly firmware?: string;
  readonly serial?: string;
  readonly on?: boolean;
  readonly controller?: Partial<ControllerInfo>;
  readonly fru?: Partial<Fru>;
}

function read({ guid, firmware, serial, on, controller, fru }: Read): HostSnapshot {
  const identified = guid !== undefined || firmware !== undefined || controller !== undefined;
  return {
    host: "node1",
    startedAt: 0,
    durationMs: 1,
    up: true,
    parts: [],
    quirks: [],
    ...(identified && { controller: { guid, firmware, ...controller } }),
    ...(serial !== undefined && { frus: [{ name: "fru0", id: 0, serial, problems: [], ...fru }] }),
    ...(on !== undefined && { chassis: { powerOn: on, faults } }),
  };
}

const words = (changes: readonly HostChange[]): string[] =>
  changes.map(({ change, from, to }) => `${change} ${from} ${to}`);

/** What the last of several readings of a host changed. */
function last(...reads: readonly Read[]): string[] {
  const watch = new ChangeWatch();
  return reads.map((one) => words(watch.observe(read(one)))).at(-1) ?? [];
}

describe("changes of a host", () => {
  const board = { guid: A, firmware: "6.00", serial: "7XK3", on: true };

  it.each<readonly [string, readonly Read[], readonly string[]]>([
    ["first contact changes nothing", [board], []],
    ["the same again changes nothing", [board, board], []],
    ["another serial number is another board", [board, { ...board, serial: "9AB1" }], ["board_replaced 7XK3 9AB1"]],
    ["another GUID is another board", [board, { ...board, guid: B }], [`board_replaced ${A} ${B}`]],
    ["a GUID is enough", [{ guid: A }, { guid: B }], [`board_replaced ${A} ${B}`]],
    ["both are one replacement", [board, { ...board, guid: B, serial: "9AB1" }], ["board_replaced 7XK3 9AB1"]],
    ["another version", [board, { ...board, firmware: "6.10" }], ["firmware_changed 6.00 6.10"]],
    ["power off", [board, { ...board, on: false }], ["power_changed on off"]],
    ["power on", [{ on: false }, { on: true }], ["power_changed off on"]],
    ["a poll that read nothing changes nothing", [board, {}], []],
    ["and is not held against the next", [board, {}, { ...board, firmware: "6.10" }], ["firmware_changed 6.00 6.10"]],
    ["what is read for the first time late is no change", [{ on: true }, board], []],
    [
      "a GUID that an update sends the other way round is the same",
      [board, { ...board, guid: Buffer.from(A, "hex").reverse().toString("hex") }],
      [],
    ],
    [
      "a GUID in the byte order of SMBIOS is the same",
      [board, { ...board, guid: "4c4c4544-0034-4a10-8034b3c04f333033".replaceAll("-", "") }],
      [],
    ],
    [
      "a new GUID that came with new firmware is no new board, where the serial number says so",
      [board, { ...board, guid: B, firmware: "6.10" }],
      ["firmware_changed 6.00 6.10"],
    ],
    [
      "what a BMC says in the middle of an update counts for nothing",
      [board, { controller: { guid: B, firmware: "0.00", updating: true } }, board],
      [],
    ],
    [
      "a serial number of a damaged FRU counts for nothing",
      [board, { ...board, serial: "7XK", fru: { problems: ["product area: wrong checksum"] } }],
      [],
    ],
    ["a placeholder is no serial number", [board, { ...board, serial: "To be filled by O.E.M." }], []],
    ["nor is a row of zeros", [{ serial: "0000000000" }, { serial: "7XK3" }], []],
    ["nor digits in order", [{ serial: "0123456789" }, { serial: "7XK3" }], []],
    ["a FRU that is not the board's own says nothing of it", [board, { serial: "X", fru: { id: 3 } }], []],
  ])("%s", (_, reads, expected) => {
    expect(last(...reads)).toEqual(expected);
  });

  it("are counted from the first reading on, starting at 0", () => {
    const watch = new ChangeWatch();
    expect(watch.counts).toBeUndefined();
    watch.observe({ ...read({}), up: false });
    expect(watch.counts).toBeUndefined();
    watch.observe(read(board));
    expect(watch.counts).toEqual({
      board_replaced: 0,
      firmware_changed: 0,
      sensor_appeared: 0,
      sensor_vanished: 0,
      power_changed: 0,
    });
    watch.observe(read({ on: false }), [{ change: "sensor_vanished", sensors: ["Fan 3"], sensorCount: 1 }]);
    expect(watch.counts).toMatchObject({ sensor_vanished: 1, power_changed: 1 });
  });

  it("that happened while the exporter was stopped are counted, and earlier counts are kept", () => {
    const watch = new ChangeWatch();
    watch.observe(read(board));
    watch.observe(read({ on: false }));
    const restarted = new ChangeWatch();
    restarted.restore(JSON.parse(JSON.stringify(watch.save())));
    expect(words(restarted.observe(read({ ...board, serial: "9AB1" })))).toEqual([
      "board_replaced 7XK3 9AB1",
      "power_changed off on",
    ]);
    expect(restarted.counts).toMatchObject({ board_replaced: 1, power_changed: 2 });
  });

  it("are saved only if something is new", () => {
    const watch = new ChangeWatch();
    watch.observe(read(board));
    const { revision } = watch;
    watch.observe(read(board));
    watch.observe(read({}));
    expect(watch.revision).toBe(revision);
    watch.observe(read({ on: false }));
    expect(watch.revision).toBeGreaterThan(revision);
  });

  it.each([[undefined], [null], ["text"], [{ guid: 7, powerOn: "yes", counts: { power_changed: -1, what: 9 } }]])(
    "ignore the saved state %j",
    (saved) => {
      const watch = new ChangeWatch();
      watch.restore(saved);
      expect(watch.observe(read(board))).toEqual([]);
      expect(Object.values(watch.counts ?? {})).toEqual([0, 0, 0, 0, 0]);
    },
  );
});
