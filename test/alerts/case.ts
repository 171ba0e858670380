/** Input series, and whether an alert fires on them. */
export interface Case {
  readonly alert: string;
  /** What happens, for the reader. */
  readonly story: string;
  readonly series: readonly Series[];
  /** When the alert is checked, for example "30m". */
  readonly at: string;
  /** Labels of the alert without those of the rule; absent if the alert must not fire. */
  readonly fires?: Labels;
  /** Evaluation interval, with samples every five minutes: for cases that cover hours or days. Otherwise both are one minute. */
  readonly step?: "5m" | "1h";
}

export type Labels = Readonly<Record<string, string>>;
/** Name, labels, and values in the notation of promtool ("1+0x30 stale"). */
export type Series = readonly [name: string, labels: Labels, values: string];

/** A host in rack r1 with all place labels. */
export const host = (name = "node1", position = "07"): Labels => ({
  site: "s1",
  room: "b2",
  row: "c",
  rack: "r1",
  position,
  host: name,
});

/** A host in another rack of the same room. */
export const inRack = (rack: string, name: string): Labels => ({ ...host(name), rack });

/** The labels of an alert about rack r1. */
export const rack: Labels = { site: "s1", room: "b2", row: "c", rack: "r1" };

/** A sensor of node1. */
export const sensor = (name: string, id: string, more: Labels = {}): Labels => ({
  ...host(),
  sensor: name,
  id,
  entity: "7.1",
  ...more,
});

/** Hosts node1 to nodeN in rack r1. */
export const hosts = (count: number): readonly Labels[] => [...Array(count).keys()].map((i) => host(`node${i + 1}`));

/** Many series of one family. */
export const each = (name: string, all: readonly Labels[], values: string): readonly Series[] =>
  all.map((labels) => [name, labels, values]);
