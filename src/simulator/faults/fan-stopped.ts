import { hostFault } from "./fault.ts";
import { part } from "./parameter.ts";

export const fanStopped = hostFault({
  name: "fan_stopped",
  title: "Fan stopped",
  description: "One rotor stands still; the others speed up. The chassis status reports a cooling fault.",
  logs: "threshold events of the fan, its state, lost fan redundancy",
  parameters: { fan: part("fan", "rotor, counted from 1") },
  start(host, { fan }) {
    const healthy = host.value(["fan_health", fan]);
    host.setFanHealth(fan, 0);
    return { stop: () => host.setFanHealth(fan, healthy) };
  },
});
