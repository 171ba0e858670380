/** Severities of faults, worst first. "down": the BMC was not reached, so nothing else is known. */
export const FAULT_SEVERITIES = ["down", "non_recoverable", "critical", "warning"] as const;
export type FaultSeverity = (typeof FAULT_SEVERITIES)[number];

/** One thing that is wrong with a host, as a person reads it. */
export interface Fault {
  /** The same as long as the fault lasts, whatever its value and severity; unique within the host. */
  readonly key: string;
  readonly severity: FaultSeverity;
  /** What is affected: the name of a sensor, "BMC", "chassis", "event log". */
  readonly subject: string;
  /** Of a sensor. */
  readonly sensorId?: string;
  /** "Fan1A 0 rpm, critical below 720 rpm" */
  readonly text: string;
  /** Name of the alert whose runbook helps. */
  readonly alert: string;
}

/** A fault and when it began. */
export interface OngoingFault extends Fault {
  /** Epoch ms of the poll that found it first. */
  readonly since: number;
}
