import { rackFault } from "./fault.ts";

export const rackPowerCut = rackFault({
  name: "rack_power_cut",
  title: "Power cut of a rack",
  description:
    "Both feeds go: machines and BMCs are dark and answer nothing. When the power is back the BMCs start, and the hosts as their policy says.",
  logs: "input lost, when the power is back, where the board has a power unit sensor",
  parameters: {},
  start(rack) {
    rack.setFeed(0, false);
    rack.setFeed(1, false);
    return {
      stop() {
        rack.setFeed(0, true);
        rack.setFeed(1, true);
      },
    };
  },
});
