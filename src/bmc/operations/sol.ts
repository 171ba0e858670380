import type { AccessLevel } from "./users.ts";

export const SOL_RATES = [9600, 19200, 38400, 57600, 115200] as const;
export type SolRate = (typeof SOL_RATES)[number];

/** Settings of Serial over LAN; what the BMC does not report is absent. */
export interface SolReport {
  readonly enabled?: boolean;
  readonly privilege?: AccessLevel;
  readonly forceEncryption?: boolean;
  readonly forceAuthentication?: boolean;
  /** The BMC sends characters of the host after this time, or when that number has come in. */
  readonly accumulateMs?: number;
  readonly threshold?: number;
  readonly retries?: number;
  readonly retryMs?: number;
  /** Bits per second that are kept across restarts; "serial": as the serial port is configured. */
  readonly storedRate?: SolRate | "serial";
  /** Bits per second in use. */
  readonly activeRate?: SolRate | "serial";
  readonly port?: number;
}

/** What is absent stays as it is. A rate is set both as the stored and as the active one. */
export interface SolChange {
  readonly enabled?: boolean;
  readonly privilege?: AccessLevel;
  readonly forceEncryption?: boolean;
  readonly forceAuthentication?: boolean;
  readonly accumulateMs?: number;
  readonly threshold?: number;
  readonly retries?: number;
  readonly retryMs?: number;
  readonly rate?: SolRate | "serial";
}

export interface SolOperations {
  /** @param channel the one in use if absent */
  sol(channel?: number): Promise<SolReport>;
  /**
   * Changes settings of Serial over LAN between "set in progress" and "set complete", and reads them back. Only
   * parameters that differ are sent.
   *
   * @throws OperationError `unsupported` for a setting that the BMC does not have
   */
  setSol(change: SolChange, channel?: number): Promise<SolReport>;
}
