import type { LogEntry } from "../../model/index.ts";
import type { Acceptance } from "./power.ts";

export interface EventLogInfo {
  readonly entries: number;
  readonly freeBytes: number;
  readonly overflow: boolean;
  /** Epoch ms by the clock of the BMC; absent: never, or not a date. */
  readonly lastAddition?: number;
  readonly lastErase?: number;
  readonly reserveSupported: boolean;
  readonly deleteSupported: boolean;
}

/** One record with its bytes, as it is saved before a clear. */
export interface SavedRecord extends LogEntry {
  /** The 16 bytes, hex. */
  readonly raw: string;
}

export interface ClockReport {
  /** Epoch ms as the BMC reports it. */
  readonly time: number;
  /** Clock of the BMC minus clock of this machine, seconds; half of the round trip is subtracted. */
  readonly offsetSeconds: number;
}

/** Result of a clear. */
export interface ClearReport {
  /** Records that were in the log when it was read and erased. */
  readonly saved: readonly SavedRecord[];
  /** Records in the log afterwards, e.g. "log cleared" or one that arrived meanwhile. */
  readonly left: readonly SavedRecord[];
}

export interface EventLogOperations {
  readEventLogInfo(): Promise<EventLogInfo>;
  /** All records of the log, oldest first. */
  readEventLog(): Promise<readonly SavedRecord[]>;
  /**
   * Reads the whole log under a reservation, gives it to `save`, and erases it only under the same reservation: a record
   * that arrives in between cancels the reservation, and the log is read and saved again, at most five times.
   *
   * @param save stores the records durably. If it rejects, nothing is erased. Called again with the whole log if records
   *   arrived meanwhile.
   * @throws OperationError; what `save` throws
   */
  clearEventLog(save: (records: readonly SavedRecord[]) => Promise<void>): Promise<ClearReport>;
  readClock(): Promise<ClockReport>;
  /** Sets the clock of the event log, and reads it back. */
  setClock(epochMs: number): Promise<ClockReport>;
  /** Writes a test event into the event log by a Platform Event Message. */
  sendTestEvent(event: TestEvent): Promise<Acceptance>;
}

/** The event of a Platform Event Message; numbers as in the specification. */
export interface TestEvent {
  readonly sensorType: number;
  readonly sensorNumber: number;
  /** Event/reading type code, e.g. 1 for thresholds. */
  readonly eventType: number;
  readonly deasserted?: boolean;
  /** Event data 1 to 3. */
  readonly data: readonly [number, number, number];
}
