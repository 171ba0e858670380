import type { SecurityFinding } from "../model/index.ts";

/** A finding that was checked for, and found or not. All hosts share these objects, because each has a dozen. */
export type Either = readonly [absent: SecurityFinding, present: SecurityFinding];

export const either = (finding: string, severity: SecurityFinding["severity"]): Either => [
  { finding, present: false, severity },
  { finding, present: true, severity },
];

export const foundOrNot = (finding: Either, present: boolean): SecurityFinding => finding[present ? 1 : 0];
