import { hostFault } from "./fault.ts";
import { number } from "./parameter.ts";

export const bmcRebooting = hostFault({
  name: "bmc_rebooting",
  title: "BMC rebooting",
  description: "The BMC starts anew: sessions are gone, and nothing answers until it is up. Once, or again and again.",
  logs: "nothing",
  parameters: {
    seconds: number("time it takes; 0 is what this board takes", 0, 0, 3600, "seconds"),
    every_minutes: number("time between two; 0 is once", 0, 0, 24 * 60, "minutes"),
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
