/** An active fault. */
export interface RunningFault {
  /** Name in the list of faults, e.g. "fan_wearing_out". */
  readonly name: string;
  /** For faults that develop over time: called when the machine or rack is brought up to date. */
  advance?(seconds: number, nowMs: number): void;
  /** Clears the fault. */
  stop(): void;
}
