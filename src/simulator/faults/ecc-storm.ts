import { hostFault } from "./fault.ts";
import { number, part } from "./parameter.ts";

/** Most entries of one update, after a long time without a poll. */
const MOST_AT_ONCE = 50;

export const eccStorm = hostFault({
  name: "ecc_storm",
  title: "Correctable memory errors on one module",
  description:
    "A memory module has correctable errors again and again, until the firmware stops logging them and says so.",
  logs: "correctable errors as the vendor writes them, then that the logging limit is reached",
  parameters: {
    dimm: part("dimm", "module, counted from 1"),
    per_minute: number("errors logged a minute", 4, 0.01, 600),
    limit: number("errors after which logging stops", 60, 1, 100_000),
  },
  start(host, { dimm, per_minute, limit }) {
    let due = 1;
    let logged = 0;
    const work = (): void => {
      for (let n = 0; n < MOST_AT_ONCE && due >= 1 && logged < limit; n++, due--) {
        host.state?.addEvent(host.board.memory.event("correctable", dimm));
        logged++;
        if (logged < limit) continue;
        host.state?.addEvent(host.board.memory.event("logging_limit", dimm));
        host.setCondition("dimm", dimm, "logging_limit");
      }
    };
    host.setCondition("dimm", dimm, "correctable");
    return {
      advance(seconds) {
        due = Math.min(due + (seconds * per_minute) / 60, MOST_AT_ONCE);
        work();
      },
      stop: () => host.setCondition("dimm", dimm, "ok"),
    };
  },
});
