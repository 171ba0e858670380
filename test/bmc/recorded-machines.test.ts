import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Roles, Severities } from "../../src/bmc/index.ts";
import { compilePlan } from "../../src/bmc/over-ipmi/sensor-plan.ts";
import { loadRoleRules, loadSeverityRules } from "../../src/config/index.ts";
import { statesOf } from "../../src/ipmi/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { compileBoard, recordedBoard, sampleBoard } from "../../src/simulator/index.ts";
import { type Poller, pollerOf } from "../simulator/polled-bmc.ts";

const folder = resolve(import.meta.dirname, "../../../shared/fixtures/ipmi");
const MACHINES = ["dell-poweredge-r640", "dell-poweredge-r730", "quanta-d51", "intel-s2600kp", "supermicro-x9drw"];
const isThere = existsSync(join(folder, MACHINES[0] ?? "", "sdr.hex"));
if (!isThere) console.warn("skipped: the health of recorded machines: the recordings are not here");

/** Sensors that are not ok although no part has failed, by the reason. */
const REMAINING: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "quanta-d51": {
    "the recording has raw 0 and no flags: fans and regulators of parts that are not fitted, critical in ipmitool, too":
      ["Fan_SSD0", "Fan_SSD1", "Volt_VR_CPU1", "Volt_VR_DIMM_EF", "Volt_VR_DIMM_GH"],
  },
  "supermicro-x9drw": {
    "the firmware image has no readings, and nominal ones of 80h and C0h beyond its own limits": [
      "+1.5 V",
      "+3.3VSB",
      "12V",
      "3.3V",
      "5V",
      "CPU1 Vcore",
      "CPU2 Vcore",
      "VBAT",
      "VDIMM AB",
      "VDIMM CD",
      "VDIMM EF",
      "VDIMM GH",
      "VTT",
    ],
  },
};

/** States that say that a part is not there, or not in use. */
const ABSENT: ReadonlySet<string> = new Set([
  "device_absent",
  "entity_absent",
  "not_installed",
  "device_disabled",
  "entity_disabled",
  "inactive",
  "off_line",
  "power_off",
  "heartbeat_lost",
]);

describe.skipIf(!isThere)("a recorded machine", async () => {
  const severities = new Severities(await loadSeverityRules());
  const roles = new Roles(await loadRoleRules());
  const pollerFor = (machine: string): Poller => {
    const { users } = sampleBoard();
    const model = compileBoard(recordedBoard(join(folder, machine), { users }));
    return pollerOf({ model, rules: { roles, severities }, settings: { bridge: true } });
  };
  const unwell = ({ sensors = [] }: HostSnapshot): readonly string[] =>
    sensors.flatMap(({ name, health = 0 }) => (health > 0 ? [name] : [])).sort();
  const remaining = (machine: string): readonly string[] => Object.values(REMAINING[machine] ?? {}).flat();

  it.each(MACHINES)("%s has only sensors that are ok, except for failed parts", async (machine) => {
    const poller = pollerFor(machine);
    const snapshot = await poller.poll();
    expect(snapshot.sensors?.length).toBeGreaterThan(20);
    expect(unwell(snapshot)).toEqual(remaining(machine));
    await poller.close();
  });

  it.each(MACHINES.slice(0, 4))(
    "%s is ok with every slot empty, every cable unplugged and every device disabled",
    async (machine) => {
      const poller = pollerFor(machine);
      const lines = readFileSync(join(folder, machine, "sdr.hex"), "utf8")
        .trim()
        .split("\n");
      const { sensors } = compilePlan(lines.map((line) => Buffer.from(line, "hex")));
      const { manufacturerId } = recordedBoard(join(folder, machine), { users: [] }).device;
      let empty = 0;
      for (const { definition } of sensors) {
        const row = statesOf({ ...definition, manufacturerId }).find(({ state }) => ABSENT.has(state));
        if (!row || !definition.readable || definition.class === "threshold") continue;
        poller.bmc.state.setSensor(
          { owner: definition.ownerId, lun: definition.ownerLun, number: definition.number },
          { states: 1 << row.offset },
        );
        empty++;
      }
      const snapshot = await poller.poll();
      expect(empty).toBeGreaterThan(machine.startsWith("dell") ? 10 : 0);
      expect(unwell(snapshot)).toEqual(remaining(machine));
      await poller.close();
    },
  );
});
