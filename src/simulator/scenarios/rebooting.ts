import type { Scenario } from "../bmc/misbehaviour.ts";

interface RebootOptions {
  /** Time without any response. */
  readonly durationMs: number;
  /** Time until the first restart; at once where absent. */
  readonly afterMs?: number;
  /** Period of further restarts; only one restart where absent. */
  readonly everyMs?: number;
}

/** The BMC restarts: it is silent for a while, and all sessions are lost. */
export function reboot(options: RebootOptions): Scenario {
  return ({ clock, dropSessions }) => {
    let downAt = clock.monotonicMs() + (options.afterMs ?? 0);
    let dropped = false;
    const isDown = (): boolean => {
      const now = clock.monotonicMs();
      while (options.everyMs !== undefined && now >= downAt + Math.max(options.everyMs, options.durationMs)) {
        downAt += Math.max(options.everyMs, options.durationMs);
        dropped = false;
      }
      if (now < downAt) return false;
      if (!dropped) {
        dropped = true;
        dropSessions();
      }
      return now < downAt + options.durationMs;
    };
    return { name: "rebooting", swallow: isDown };
  };
}
