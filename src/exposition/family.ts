import type { HostRecord, Sensor } from "../model/index.ts";

/** `info` is a gauge that is always 1 and says words in its labels. */
export type FamilyType = "gauge" | "counter" | "info";

/** One series of one host. A value that is not finite is no sample. */
export interface Sample {
  readonly value: number;
  /** Values of the family's own labels, in their order. An empty or absent value leaves the label out. */
  readonly labels?: readonly (string | undefined)[];
  /** Whose labels come first; present exactly in the families made by `sensorFamily`. */
  readonly sensor?: Sensor;
  /** Labels whose names only the inventory knows. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** What is said of one fact about a host: a pure function of its record. */
export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  /** One sentence, the HELP line and the docs. */
  readonly help: string;
  /** Without the labels of the host and its place, which every series of a fleet carries. */
  readonly labels: readonly string[];
  /** Unit of the value in words; absent for plain numbers. */
  readonly unit?: string;
  /** Where the fact comes from, for the docs. */
  readonly source: string;
  /** Samples carry the labels of a sensor before their own. */
  readonly ofSensors: boolean;
  samples(record: HostRecord): Iterable<Sample>;
}

/** What every series of a sensor carries, so that they join; `role` only where a rule matched. */
export const SENSOR_LABELS = ["sensor", "id", "entity", "role"] as const;

export type FamilyDeclaration = Omit<Family, "ofSensors" | "labels"> & { readonly labels?: readonly string[] };

/** A family about the host. */
export function family(declaration: FamilyDeclaration): Family {
  return { labels: [], ...declaration, ofSensors: false };
}

/** A family about the sensors of the host; `labels` are those besides SENSOR_LABELS. */
export function sensorFamily(declaration: FamilyDeclaration): Family {
  return { ...declaration, labels: [...SENSOR_LABELS, ...(declaration.labels ?? [])], ofSensors: true };
}

/** 1 for true, 0 for false. */
export const flag = (value: boolean): number => (value ? 1 : 0);

/** A series without labels, or none where the value is not known. */
export function* known(value: number | undefined): Generator<Sample> {
  if (value !== undefined) yield { value };
}
