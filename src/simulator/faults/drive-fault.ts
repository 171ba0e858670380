import { hostFault } from "./fault.ts";
import { choice, part } from "./parameter.ts";

export const driveFault = hostFault({
  name: "drive_fault",
  title: "Drive fault",
  description: "A drive fails, reports that it will, or is being rebuilt.",
  logs: "the state of the drive slot, where the board has such sensors",
  parameters: {
    drive: part("drive", "drive, counted from 1"),
    how: choice("state of the drive", "failed", "predicted", "rebuilding"),
  },
  start(host, { drive, how }) {
    host.setCondition("drive", drive, how);
    return { stop: () => host.setCondition("drive", drive, "ok") };
  },
});
