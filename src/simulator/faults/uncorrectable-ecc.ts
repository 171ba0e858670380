import { hostFault } from "./fault.ts";
import { part } from "./parameter.ts";

export const uncorrectableEcc = hostFault({
  name: "uncorrectable_ecc",
  title: "Uncorrectable memory error",
  description: "A memory module has an error that cannot be corrected.",
  logs: "one uncorrectable error as the vendor writes it",
  parameters: { dimm: part("dimm", "module, counted from 1") },
  start(host, { dimm }) {
    let isLogged = false;
    const log = (): void => {
      if (isLogged || !host.state) return;
      isLogged = true;
      host.state.addEvent(host.board.memory.event("uncorrectable", dimm));
    };
    host.setCondition("dimm", dimm, "uncorrectable");
    log();
    return { advance: log, stop: () => host.setCondition("dimm", dimm, "ok") };
  },
});
