/** A fault that is going on. */
export interface RunningFault {
  /** Registry name: "fan_wearing_out". */
  readonly name: string;
  /** For those that develop: called each time the machine or rack is brought up to date. */
  advance?(seconds: number, nowMs: number): void;
  /** Ends it and puts things right again. */
  stop(): void;
}
