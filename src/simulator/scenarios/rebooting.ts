import type { Scenario } from "../bmc/misbehaviour.ts";

export interface RebootOptions {
  /** How long nothing is heard of it. */
  readonly durationMs: number;
  /** Starts this much later; at once where absent. */
  readonly afterMs?: number;
  /** Again after each such time; once where absent. */
  readonly everyMs?: number;
}

/** The BMC restarts: it finishes nothing, is silent for a while, and then knows no session any more. */
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
