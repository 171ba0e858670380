import { type Sample, sensorFamily } from "../family.ts";

const CORRECTABLE = ["correctable"];
const UNCORRECTABLE = ["uncorrectable"];

/** Families about drives and memory modules. */
export const components = [
  sensorFamily({
    name: "bmc_drive_life_remaining_ratio",
    type: "gauge",
    help: "Remaining life of a solid-state drive, as the drive predicts it: 1 is new, 0 is worn out.",
    unit: "ratio, 0 to 1",
    source: "Redfish Drive",
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? [])
        if (sensor.lifeRemaining !== undefined) samples.push({ sensor, value: sensor.lifeRemaining });
      return samples;
    },
    same: (a, b) => a.lifeRemaining === b.lifeRemaining,
  }),
  sensorFamily({
    name: "bmc_memory_module_errors_total",
    type: "counter",
    help: "Errors that a memory module counted itself, over its lifetime or else since the last reset. The errors in the event log are bmc_dimm_errors_total.",
    labels: ["kind"],
    source: "Redfish MemoryMetrics",
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? []) {
        const { correctable, uncorrectable } = sensor.memoryErrors ?? {};
        if (correctable !== undefined) samples.push({ sensor, labels: CORRECTABLE, value: correctable });
        if (uncorrectable !== undefined) samples.push({ sensor, labels: UNCORRECTABLE, value: uncorrectable });
      }
      return samples;
    },
    same: (a, b) =>
      a.memoryErrors?.correctable === b.memoryErrors?.correctable &&
      a.memoryErrors?.uncorrectable === b.memoryErrors?.uncorrectable,
  }),
];
