/** Changes of a host that are not in its event log. */
export const CHANGE_KINDS = [
  "board_replaced",
  "firmware_changed",
  "sensor_appeared",
  "sensor_vanished",
  "power_changed",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A change that a poll found against the previous reading, even if that is long ago. */
export interface HostChange {
  readonly change: ChangeKind;
  /** Old and new value: versions, serial numbers or GUIDs, "on" and "off". Absent for sensors. */
  readonly from?: string;
  readonly to?: string;
  /** Names of the sensors that appeared or vanished, sorted; only the first of many. */
  readonly sensors?: readonly string[];
  /** Number of sensors that appeared or vanished. */
  readonly sensorCount?: number;
}

/** Changes counted since the host was first read; never decreases. */
export type ChangeCounts = Readonly<Record<ChangeKind, number>>;
