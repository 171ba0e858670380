import type { Scenario } from "../bmc/misbehaviour.ts";

interface WedgedOptions {
  /** This many packets ... */
  readonly packets: number;
  /** ... within this time ... */
  readonly withinMs: number;
  /** ... silence the BMC for this time; for ever where absent. */
  readonly forMs?: number;
}

/** A burst of packets stops the LAN interface. */
export function wedged({ packets, withinMs, forMs = Number.POSITIVE_INFINITY }: WedgedOptions): Scenario {
  return ({ clock }) => {
    let windowStart = Number.NEGATIVE_INFINITY;
    let count = 0;
    let until = Number.NEGATIVE_INFINITY;
    return {
      name: "wedged",
      swallow() {
        const now = clock.monotonicMs();
        if (now < until) return true;
        if (now - windowStart > withinMs) {
          windowStart = now;
          count = 0;
        }
        if (++count <= packets) return false;
        until = now + forMs;
        count = 0;
        return true;
      },
    };
  };
}
