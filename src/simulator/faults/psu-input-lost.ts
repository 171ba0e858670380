import { hostFault } from "./fault.ts";
import { part } from "./parameter.ts";

export const psuInputLost = hostFault({
  name: "psu_input_lost",
  title: "Power supply without input",
  description: "The cord of one supply is pulled: the others carry the load; without others the machine goes off.",
  logs: "input lost of the supply, lost redundancy",
  parameters: { psu: part("psu", "supply, counted from 1") },
  start(host, { psu }) {
    host.setSupply(psu, "input_lost");
    return { stop: () => host.setSupply(psu, "ok") };
  },
});
