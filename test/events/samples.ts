import type { HostChange, HostNews, LogEntry } from "../../src/model/index.ts";

export const SEEN = Date.UTC(2026, 0, 1, 12, 0, 0);
export const HOST = { name: "node017", place: { site: "s1", room: "hall", rack: "r1", position: "07" } };

export const entry = (more: Partial<LogEntry> = {}): LogEntry => ({
  id: "7",
  time: SEEN - 5000,
  relativeTime: false,
  kind: "temperature",
  sensor: "CPU1 Temp",
  sensorNumber: 1,
  event: "upper_critical_going_high",
  direction: "asserted",
  severity: "critical",
  text: 'CPU1 Temp: upper critical going high, asserted (reading 101 degrees C, threshold "100" degrees C)',
  raw: "0700028b6856692000040101590965640000".slice(0, 32),
  ...more,
});

export const news = (
  entries: readonly LogEntry[],
  more: Partial<HostNews> & { readonly changes?: readonly HostChange[] } = {},
): HostNews => ({
  source: "node017",
  recordsBefore: 0,
  changesBefore: 0,
  seenAt: SEEN,
  entries,
  historical: 0,
  clockOffsetSeconds: 0,
  changes: [],
  ...more,
});
