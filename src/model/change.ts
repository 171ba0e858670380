/** What may change about a host without a record in its event log. */
export const CHANGE_KINDS = [
  "board_replaced",
  "firmware_changed",
  "sensor_appeared",
  "sensor_vanished",
  "power_changed",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A change that one poll noticed against the reading before, however long ago that was. */
export interface HostChange {
  readonly change: ChangeKind;
  /** What it was and is: versions, serial numbers or GUIDs, "on" and "off". Absent for sensors. */
  readonly from?: string;
  readonly to?: string;
  /** Names of sensors that came or went, by name; the first of them where there are many. */
  readonly sensors?: readonly string[];
  /** How many sensors came or went. */
  readonly sensorCount?: number;
}

/** Changes counted since the host was first read; only ever grows. */
export type ChangeCounts = Readonly<Record<ChangeKind, number>>;
