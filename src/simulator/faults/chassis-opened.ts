import { hostFault } from "./fault.ts";

export const chassisOpened = hostFault({
  name: "chassis_opened",
  title: "Chassis opened",
  description: "Somebody takes the cover off.",
  logs: "chassis intrusion, where the board has a switch",
  parameters: {},
  start(host) {
    host.setCondition("chassis", 1, "open");
    return { stop: () => host.setCondition("chassis", 1, "ok") };
  },
});
