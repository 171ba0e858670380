import type { PowerConsumption } from "../../model/index.ts";

/** What the BMC does when a host exceeds its limit for the correction time. */
export const LIMIT_EXCEPTIONS = ["none", "power_off", "log"] as const;
export type LimitException = (typeof LIMIT_EXCEPTIONS)[number];

export interface PowerLimitReport {
  readonly active: boolean;
  readonly watts: number;
  /** Absent for an action of the OEM. */
  readonly exception?: LimitException;
  readonly correctionMs: number;
  readonly samplingSeconds: number;
}

/** What is absent stays as it is; without an earlier limit: log, 1 s, 1 s. */
export interface PowerLimitChange {
  readonly watts: number;
  readonly exception?: LimitException;
  readonly correctionMs?: number;
  readonly samplingSeconds?: number;
}

export interface DcmiOperations {
  /** Power of the whole host by DCMI. */
  dcmiPower(): Promise<PowerConsumption>;
  /** Undefined if no limit is stored. */
  powerLimit(): Promise<PowerLimitReport | undefined>;
  /** Stores a limit, activates it, and reads it back. */
  setPowerLimit(limit: PowerLimitChange): Promise<PowerLimitReport | undefined>;
  /** Deactivates the limit and reads it back. */
  powerLimitOff(): Promise<PowerLimitReport | undefined>;
  assetTag(): Promise<string>;
  /** Up to 63 bytes of UTF-8; read back. */
  setAssetTag(text: string): Promise<string>;
}
