import { hostFault } from "./fault.ts";
import { choice, part } from "./parameter.ts";

export const processorFault = hostFault({
  name: "processor_fault",
  title: "Processor fault",
  description: "A processor has an internal error, a machine check, or was switched off because it was too hot.",
  logs: "the state of the processor, where the board has such sensors",
  parameters: {
    cpu: part("cpu", "processor, counted from 1"),
    how: choice("state of the processor", "failed", "machine_check", "thermal_trip"),
  },
  start(host, { cpu, how }) {
    host.setCondition("cpu", cpu, how);
    return { stop: () => host.setCondition("cpu", cpu, "ok") };
  },
});
