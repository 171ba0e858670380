import type { ControllerInfo, Fru, SelfTest, Sensor, ThresholdName, Thresholds, Watchdog } from "../../model/index.ts";
import type { Acceptance } from "./power.ts";

/** Thresholds of one sensor, in the base unit of its quantity. */
export interface SensorThresholdsReport {
  readonly id: string;
  readonly name: string;
  readonly unit?: string;
  readonly thresholds: Thresholds;
  /** Thresholds that can be set. */
  readonly settable: readonly ThresholdName[];
}

export interface SensorOperations {
  /** All sensors in the words of the metrics. */
  readSensors(): Promise<readonly Sensor[]>;
  /** Thresholds of sensors by id or name; all threshold sensors without a selection. */
  readThresholds(sensors?: readonly string[]): Promise<readonly SensorThresholdsReport[]>;
  /**
   * Sets some thresholds of one sensor, and reads them back. Values are rounded to what the sensor can represent.
   *
   * @param sensor its id, or its name if that is unique
   * @throws OperationError `unsupported` for an unknown or ambiguous sensor and for thresholds that cannot be set
   */
  setThresholds(sensor: string, thresholds: Thresholds): Promise<SensorThresholdsReport>;
}

export interface ControllerOperations {
  /** Identity of the BMC: manufacturer, product, firmware, GUID, self test, LAN channel. */
  controllerInfo(): Promise<ControllerInfo>;
  /** The 16 bytes in hexadecimal as received; undefined for a BMC without one. */
  guid(): Promise<string | undefined>;
  selfTest(): Promise<SelfTest>;
  /** FRU devices with an inventory. */
  readFrus(): Promise<readonly Fru[]>;
  /** Undefined if the BMC has no watchdog. */
  watchdog(): Promise<Watchdog | undefined>;
  /**
   * Restarts the BMC, not the host. The session is lost; most firmware does not answer. Open new operations to see
   * whether it is back.
   */
  resetController(kind: "warm" | "cold"): Promise<Acceptance>;
}
