/**
 * Time stamps of the SEL and the SDR repository - IPMI 2.0 section 37.
 *
 *   00000000h-20000000h  seconds since the controller started; its clock was not set yet
 *   above 20000000h      seconds since 1970-01-01 00:00; UTC or local time, by configuration
 *   FFFFFFFFh            unspecified
 */
export type SelTime =
  | { readonly kind: "unspecified" }
  | { readonly kind: "relative"; readonly seconds: number }
  | {
      readonly kind: "wall_clock";
      /** Epoch milliseconds, as if the BMC's clock ran on UTC. */
      readonly epochMs: number;
    };

const UNSPECIFIED = 0xffffffff;
const LAST_RELATIVE = 0x20000000;

export function selTime(timestamp: number): SelTime {
  if (timestamp === UNSPECIFIED) return { kind: "unspecified" };
  if (timestamp <= LAST_RELATIVE) return { kind: "relative", seconds: timestamp };
  return { kind: "wall_clock", epochMs: timestamp * 1000 };
}

/** The raw time stamp of a time; FFFFFFFFh outside its range. */
export function selTimestamp(time: SelTime): number {
  switch (time.kind) {
    case "unspecified":
      return UNSPECIFIED;
    case "relative":
      return time.seconds;
    case "wall_clock": {
      const seconds = Math.floor(time.epochMs / 1000);
      return seconds > LAST_RELATIVE && seconds < UNSPECIFIED ? seconds : UNSPECIFIED;
    }
  }
}
