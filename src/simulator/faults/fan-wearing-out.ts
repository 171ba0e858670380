import { hostFault } from "./fault.ts";
import { number, part } from "./parameter.ts";

export const fanWearingOut = hostFault({
  name: "fan_wearing_out",
  title: "Fan wearing out",
  description: "The bearing of one rotor fails: its speed drops slowly, at last below the lower limits.",
  logs: "threshold events of the fan, lower non-critical before lower critical, where it has such limits",
  parameters: {
    fan: part("fan", "rotor, counted from 1"),
    minutes: number("time until it barely turns", 120, 1, 14 * 24 * 60, "minutes"),
    rest: number("remaining share of its speed", 0.04, 0, 0.9),
  },
  start(host, { fan, minutes, rest }) {
    const healthy = host.value(["fan_health", fan]);
    let gone = 0;
    return {
      advance(seconds) {
        gone = Math.min(1, gone + seconds / (minutes * 60));
        host.setFanHealth(fan, healthy * (1 - gone * (1 - rest)));
      },
      stop: () => host.setFanHealth(fan, healthy),
    };
  },
});
