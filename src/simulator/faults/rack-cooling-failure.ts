import { rackFault } from "./fault.ts";
import { number } from "./parameter.ts";

export const rackCoolingFailure = rackFault({
  name: "rack_cooling_failure",
  title: "Cooling of a rack fails",
  description: "The cooling of the row stops: the air in front of every machine of the rack warms up within minutes.",
  logs: "threshold events of the inlet temperatures of all machines",
  parameters: { kelvin: number("final rise", 28, 1, 60, "kelvin") },
  start(rack, { kelvin }) {
    rack.coolingLossCelsius = kelvin;
    return {
      stop() {
        rack.coolingLossCelsius = 0;
      },
    };
  },
});
