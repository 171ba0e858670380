import { hostFault } from "./fault.ts";
import { number } from "./parameter.ts";

export const inletRising = hostFault({
  name: "inlet_rising",
  title: "Inlet air warms up",
  description:
    "Hot air reaches the front of one machine (a missing blanking panel, a blocked grille), and its fans follow.",
  logs: "threshold events of the inlet temperature, later of others",
  parameters: {
    kelvin: number("final rise", 25, 0, 60, "kelvin"),
    minutes: number("duration of the rise", 15, 0, 24 * 60, "minutes"),
  },
  start(host, { kelvin, minutes }) {
    let share = minutes === 0 ? 1 : 0;
    host.shiftInlet(kelvin * share);
    return {
      advance(seconds) {
        if (share >= 1) return;
        share = Math.min(1, share + seconds / (minutes * 60));
        host.shiftInlet(kelvin * share);
      },
      stop: () => host.shiftInlet(0),
    };
  },
});
