import type { Fru, HostSnapshot } from "../../model/index.ts";
import { family, valueFamily } from "../family.ts";

/** Some boards give two power supplies the same name; then the FRU device id is appended. */
function supplyNames(frus: readonly Fru[]): ReadonlyMap<Fru, string> {
  const uses = new Map<string, number>();
  for (const { name } of frus) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(frus.map((fru) => [fru, uses.get(fru.name) === 1 ? fru.name : `${fru.name} ${fru.id}`]));
}

const STATISTICS = ["current", "min", "max", "average"];

/** In the order of STATISTICS. */
function statistics(snapshot: HostSnapshot | undefined): readonly (number | undefined)[] {
  const c = snapshot?.consumption;
  return [c?.currentWatts, c?.minimumWatts, c?.maximumWatts, c?.averageWatts];
}

export const power = [
  family({
    name: "bmc_power_consumption_watts",
    type: "gauge",
    help: "Power consumption of the whole host from the best source available. The BMC chooses the period of min, max and average.",
    labels: ["statistic", "source"],
    unit: "watts",
    source:
      "DCMI Get Power Reading; Intel Node Manager; Redfish PowerControl, EnvironmentMetrics; a sensor of the whole host; the sum of the power supply sensors",
    *samples({ snapshot }) {
      const source = snapshot?.consumption?.source;
      for (const [i, value] of statistics(snapshot).entries())
        if (value !== undefined) yield { labels: [STATISTICS[i], source], value };
    },
    madeOf: ({ snapshot }) => [snapshot?.consumption?.source, ...statistics(snapshot)],
  }),
  valueFamily({
    name: "bmc_power_limit_watts",
    type: "gauge",
    help: "Power cap of the host. Absent while no cap is active.",
    unit: "watts",
    source: "DCMI Get Power Limit; Redfish PowerControl",
    value: ({ snapshot }) => snapshot?.consumption?.limitWatts,
  }),
  family({
    name: "bmc_psu_capacity_watts",
    type: "gauge",
    help: "Rated capacity of a power supply.",
    labels: ["psu"],
    unit: "watts",
    source: "IPMI FRU multirecord area; Redfish PowerSupply",
    *samples({ snapshot }) {
      const supplies = (snapshot?.frus ?? []).filter((fru) => fru.capacityWatts !== undefined);
      for (const [{ capacityWatts }, name] of supplyNames(supplies))
        if (capacityWatts !== undefined) yield { labels: [name], value: capacityWatts };
    },
    madeOf: ({ snapshot }) => [snapshot?.frus],
  }),
];
