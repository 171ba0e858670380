/** Health of a state on the scale of the metrics: 0 ok, 1 warning, 2 critical, 3 non-recoverable. */
export const Severity = { Nominal: 0, Warning: 1, Critical: 2, NonRecoverable: 3 } as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

/** Whether an event reports the begin or the end of a state; live states are "asserted". */
export type Direction = "asserted" | "deasserted";
