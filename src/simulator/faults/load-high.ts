import { hostFault } from "./fault.ts";
import { number } from "./parameter.ts";

export const loadHigh = hostFault({
  name: "load_high",
  title: "Full load",
  description: "Something keeps all processors busy: power, temperatures and fans follow. Not a fault of the machine.",
  logs: "nothing, unless limits are crossed",
  parameters: { percent: number("share of full load", 98, 1, 99, "percent") },
  start(host, { percent }) {
    host.holdLoad(percent / 100);
    return { stop: () => host.holdLoad(0) };
  },
});
