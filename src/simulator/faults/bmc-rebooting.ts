import { hostFault } from "./fault.ts";
import { number } from "./parameter.ts";

export const bmcRebooting = hostFault({
  name: "bmc_rebooting",
  title: "BMC rebooting",
  description: "The BMC restarts, once or periodically: sessions are lost, and it answers nothing until it is up.",
  logs: "nothing",
  parameters: {
    seconds: number("duration; 0 is the usual one of this board", 0, 0, 3600, "seconds"),
    every_minutes: number("time between two restarts; 0 restarts once", 0, 0, 24 * 60, "minutes"),
  },
  start(host, { seconds, every_minutes }) {
    const bootMs = (seconds === 0 ? host.board.bootSeconds : seconds) * 1000;
    let bootedAtMs = host.clock.monotonicMs();
    host.presence.boot(bootedAtMs, bootMs);
    return {
      advance(_, nowMs) {
        if (every_minutes === 0 || nowMs - bootedAtMs < every_minutes * 60_000) return;
        bootedAtMs = nowMs;
        host.presence.boot(nowMs, bootMs);
      },
      stop: () => host.presence.wake(),
    };
  },
});
