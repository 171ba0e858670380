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

/** What is said of one fact: a pure function of a host's record. */
interface Described {
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
  samples(record: HostRecord): Iterable<Sample>;
}

/** A fact about the host. */
export interface HostFamily extends Described {
  readonly ofSensors: false;
  /**
   * All that the samples are made of besides the host itself. While each of these values is the same so are
   * the samples, and their text is not made again. Absent where asking would cost more than making it.
   */
  readonly madeOf?: (record: HostRecord) => readonly unknown[];
}

/** A fact about the sensors of a host: samples carry the labels of a sensor before their own. */
export interface SensorFamily extends Described {
  readonly ofSensors: true;
  /** Whether two readings of one sensor, whose labels are the same, give the same samples. */
  readonly same: (a: Sensor, b: Sensor) => boolean;
}

export type Family = HostFamily | SensorFamily;

/** What every series of a sensor carries, so that they join; `role` only where a rule matched. */
export const SENSOR_LABELS = ["sensor", "id", "entity", "role"] as const;

type Declared<T extends Described> = Omit<T, "ofSensors" | "labels"> & { readonly labels?: readonly string[] };

/** A family about the host. */
export function family(declaration: Declared<HostFamily>): Family {
  return { labels: [], ...declaration, ofSensors: false };
}

export type ValueDeclaration = Omit<Declared<HostFamily>, "labels" | "samples" | "madeOf"> & {
  /** Undefined where it is not known. */
  readonly value: (record: HostRecord) => number | undefined;
};

/** A family about the host with one series that has no labels. */
export function valueFamily({ value, ...declaration }: ValueDeclaration): Family {
  return family({
    ...declaration,
    samples(record) {
      const known = value(record);
      return known === undefined ? [] : [{ value: known }];
    },
    madeOf: (record) => [value(record)],
  });
}

/** A family about the sensors of the host; `labels` are those besides SENSOR_LABELS. */
export function sensorFamily(declaration: Declared<SensorFamily>): Family {
  return { ...declaration, labels: [...SENSOR_LABELS, ...(declaration.labels ?? [])], ofSensors: true };
}

/** 1 for true, 0 for false. */
export const flag = (value: boolean): number => (value ? 1 : 0);

/** Milliseconds that may not be known, in seconds. */
export const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

/** A flag that may not be known. */
export const optionalFlag = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : flag(value);
