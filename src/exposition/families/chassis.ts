import type { ChassisFault } from "../../model/index.ts";
import { family, flag, optionalFlag, valueFamily } from "../family.ts";

export const chassis = [
  valueFamily({
    name: "bmc_power_on",
    type: "gauge",
    help: "1 if the chassis power is on, 0 if it is off.",
    source: "IPMI Get Chassis Status; Redfish ComputerSystem PowerState",
    value: ({ snapshot }) => optionalFlag(snapshot?.chassis?.powerOn),
  }),
  family({
    name: "bmc_chassis_fault",
    type: "gauge",
    help: "1 while the chassis reports this fault, else 0. Some boards never report a fault.",
    labels: ["fault"],
    source: "IPMI Get Chassis Status; Redfish Chassis PhysicalSecurity",
    *samples({ snapshot }) {
      const faults = snapshot?.chassis?.faults;
      if (faults === undefined) return;
      for (const fault of Object.keys(faults) as ChassisFault[]) {
        const set = faults[fault];
        if (set !== undefined) yield { labels: [fault], value: flag(set) };
      }
    },
    madeOf: ({ snapshot }) => Object.entries(snapshot?.chassis?.faults ?? {}).flat(),
  }),
];
