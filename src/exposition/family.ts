import type { HostRecord, Sensor } from "../model/index.ts";

/** `info` is a gauge that is always 1 and has its information in labels. */
export type FamilyType = "gauge" | "counter" | "info";

/** One sample of one host. A value that is not finite is not exported. */
export interface Sample {
  readonly value: number;
  /** Values of the labels of the family, in their order. A label with an empty or absent value is left out. */
  readonly labels?: readonly (string | undefined)[];
  /** The sensor whose labels come first; always present in families made by `sensorFamily`, never in others. */
  readonly sensor?: Sensor;
  /** Labels whose names come from the inventory. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** The declaration of a family. Its samples are a pure function of a host's record. */
interface Declaration {
  readonly name: string;
  readonly type: FamilyType;
  /** The HELP text, also in docs/metrics.md. */
  readonly help: string;
  /** Without the labels of host and place, which every series of fleet output has. */
  readonly labels: readonly string[];
  /** Unit of the value in words; absent for plain numbers. */
  readonly unit?: string;
  /** Where the value comes from, for docs/metrics.md. */
  readonly source: string;
  samples(record: HostRecord): Iterable<Sample>;
}

/** A family about the host. */
export interface HostFamily extends Declaration {
  readonly ofSensors: false;
  /**
   * All inputs of the samples, except the host itself. While they are the same, the text of the samples is reused.
   * Absent if comparing the inputs costs more than rendering the text.
   */
  readonly madeOf?: (record: HostRecord) => readonly unknown[];
}

/** A family about the sensors of a host: the labels of the sensor come before the labels of the family. */
export interface SensorFamily extends Declaration {
  readonly ofSensors: true;
  /** True if two readings of one sensor, with the same sensor labels, give the same samples. */
  readonly same: (a: Sensor, b: Sensor) => boolean;
}

export type Family = HostFamily | SensorFamily;

/** The labels of every series of a sensor, so that they can be joined; `role` only if a rule matched. */
export const SENSOR_LABELS = ["sensor", "id", "entity", "role"] as const;

type Declared<T extends Declaration> = Omit<T, "ofSensors" | "labels"> & { readonly labels?: readonly string[] };

/** Declares a family about the host. */
export function family(declaration: Declared<HostFamily>): Family {
  return { labels: [], ...declaration, ofSensors: false };
}

type ValueDeclaration = Omit<Declared<HostFamily>, "labels" | "samples" | "madeOf"> & {
  /** Undefined: unknown. */
  readonly value: (record: HostRecord) => number | undefined;
};

/** Declares a family about the host with one series that has no labels. */
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

/** Declares a family about the sensors of the host; `labels` are added to SENSOR_LABELS. */
export function sensorFamily(declaration: Declared<SensorFamily>): Family {
  return { ...declaration, labels: [...SENSOR_LABELS, ...(declaration.labels ?? [])], ofSensors: true };
}

/** 1 for true, 0 for false. */
export const flag = (value: boolean): number => (value ? 1 : 0);

/** Milliseconds in seconds; undefined: unknown. */
export const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

/** 1 for true, 0 for false; undefined: unknown. */
export const optionalFlag = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : flag(value);
