import { hostFault } from "./fault.ts";
import { choice } from "./parameter.ts";

export const batteryLow = hostFault({
  name: "battery_low",
  title: "Clock battery low",
  description: "The battery of the board's clock is nearly empty, or empty.",
  logs: "the state of the battery, where the board has such a sensor",
  parameters: { how: choice("nearly empty, or empty", "low", "failed") },
  start(host, { how }) {
    host.setCondition("battery", 1, how);
    return { stop: () => host.setCondition("battery", 1, "ok") };
  },
});
