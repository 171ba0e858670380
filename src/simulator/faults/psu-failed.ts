import { hostFault } from "./fault.ts";
import { choice, part } from "./parameter.ts";

export const psuFailed = hostFault({
  name: "psu_failed",
  title: "Power supply failed",
  description: "One supply fails, or reports that it will.",
  logs: "failure of the supply, lost redundancy",
  parameters: {
    psu: part("psu", "supply, counted from 1"),
    how: choice("failed, about to fail, or reported as not present", "failed", "predicted", "absent"),
  },
  start(host, { psu, how }) {
    host.setSupply(psu, how);
    return { stop: () => host.setSupply(psu, "ok") };
  },
});
