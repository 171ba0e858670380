import { hostFault } from "./fault.ts";
import { choice } from "./parameter.ts";

export const bmcHung = hostFault({
  name: "bmc_hung",
  title: "BMC hung",
  description: "The firmware of the BMC hangs: it answers nothing, or only that it is busy. The host keeps running.",
  logs: "nothing",
  parameters: { how: choice("answers nothing, or answers every request with C0h", "silent", "busy") },
  start(host, { how }) {
    host.presence.hang(how);
    return { stop: () => host.presence.recover() };
  },
});
