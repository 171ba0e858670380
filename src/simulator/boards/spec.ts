import type { DeviceId } from "../../ipmi/commands/index.ts";
import type { Component, Condition } from "../physics/condition.ts";
import type { Plant } from "../physics/plant.ts";
import type { Source } from "../physics/quantity.ts";
import type { BoardDescription, BoardEvent, Satellite } from "./board.ts";

/** Entity id and instance. */
export type Entity = readonly [id: number, instance: number];

/** Limits in the sensor's unit, by the abbreviations every tool uses. */
export interface Limits {
  readonly lnr?: number;
  readonly lc?: number;
  readonly lnc?: number;
  readonly unc?: number;
  readonly uc?: number;
  readonly unr?: number;
}

/** What every sensor of a board has. */
export interface SensorSpecBase {
  readonly name: string;
  readonly entity: Entity;
  /** The next free one where absent. */
  readonly number?: number;
  /** 20h, the BMC, where absent. */
  readonly owner?: number;
  readonly channel?: number;
  readonly sensorType: number;
  readonly eventType: number;
}

/** A sensor with a value, described by a full record. */
export interface AnalogSpec extends SensorSpecBase {
  readonly kind: "analog";
  /** Unit code; with `percentage` 0. */
  readonly unit: number;
  readonly percentage?: boolean;
  /** Lowest and highest value it can say. */
  readonly range: readonly [low: number, high: number];
  /** Step between neighbouring readings. */
  readonly resolution: number;
  readonly limits?: Limits;
  /** How far a value must come back before an event is taken back, in the sensor's unit. */
  readonly hysteresis?: number;
  /** The sensor says source x gain + offset. */
  readonly source: Source;
  readonly gain?: number;
  readonly offset?: number;
  /** A usual value: the record's nominal reading, and what is told before anything happened. */
  readonly nominal: number;
  /** True: nothing is measured while the host is off. */
  readonly hostPowered?: boolean;
  /** For a discrete sensor that has a value too (HPE): the states beside it, and whose they are. */
  readonly words?: Words;
  readonly watches?: { readonly component: Component; readonly part: number };
  /** Listed, but nothing is fitted: scanning is disabled. */
  readonly unfitted?: boolean;
  /** "fixed": the limits are in the record and Get Sensor Thresholds is refused. Default "readable". */
  readonly thresholdAccess?: "readable" | "settable" | "fixed";
}

/** States by the condition of the part the sensor watches; conditions that are absent read as ok. */
export type Words = Readonly<Partial<Record<Condition, number>>> & { readonly ok: number };

/** A sensor with states, described by a compact record. */
export interface DiscreteSpec extends SensorSpecBase {
  readonly kind: "discrete";
  readonly words: Words;
  /** Absent: it always says ok. */
  readonly watches?: { readonly component: Component; readonly part: number };
  /** States it can say; those of `words` where absent. */
  readonly possible?: number;
  /** States whose beginning and end it reports; all that are not normal where absent. */
  readonly asserts?: number;
  readonly deasserts?: number;
  /** It is listed and cannot be read (CBh), as iDRAC's do for what is not fitted. */
  readonly unreadable?: boolean;
  readonly hostPowered?: boolean;
}

/** A sensor that only sends events. */
export interface EventOnlySpec extends SensorSpecBase {
  readonly kind: "event_only";
}

export type SensorSpec = AnalogSpec | DiscreteSpec | EventOnlySpec;

export interface FruSpec {
  readonly id: number;
  /** Name of the locator record; FRU 0 has none. */
  readonly name?: string;
  readonly entity?: Entity;
  readonly chassis?: { readonly type: number; readonly partNumber?: string };
  readonly board?: { readonly manufacturer: string; readonly product: string; readonly partNumber: string };
  readonly product?: {
    readonly manufacturer: string;
    readonly product: string;
    readonly partNumber?: string;
    readonly version?: string;
  };
  /** What its serial numbers begin with. */
  readonly serialPrefix: string;
  /** A power supply's information record, watts. */
  readonly capacityWatts?: number;
}

/** How the firmware of a vendor logs memory errors. */
export type MemoryErrorKind = "correctable" | "uncorrectable" | "logging_limit";

export interface MemoryHabits {
  /** Slot of the nth module, counted from 1, as `dimmOf` reads it back; undefined: the log does not tell it. */
  slot(dimm: number): string | undefined;
  event(kind: MemoryErrorKind, dimm: number): BoardEvent;
}

/** Memory habits are made once the sensors have their numbers. */
export type MemoryHabitsOf = (number: (name: string) => number) => MemoryHabits;

export interface Identity {
  readonly manufacturerId: number;
  readonly productId: number;
  readonly deviceId: number;
  readonly deviceRevision?: number;
  /** Minor as the byte goes out: mostly BCD. */
  readonly firmware: readonly [major: number, minor: number];
  readonly auxiliaryFirmware?: readonly number[];
  readonly support?: Partial<DeviceId["support"]>;
}

/** Record of the repository that says where a controller is. */
export interface LocatorSpec {
  readonly name: string;
  readonly entity: Entity;
}

/** A controller behind the BMC. */
export interface SatelliteSpec extends Omit<Satellite, "sdr"> {
  /** Present: the repository only locates it, and it keeps the SDRs of its sensors itself. */
  readonly locator?: LocatorSpec;
}

/** A board as its file in this folder writes it. */
export interface BoardPlan
  extends Pick<BoardDescription, "dcmi" | "sessions" | "channel" | "firmware" | "scenarios" | "chassis"> {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  readonly identity: Identity;
  readonly plant: Plant;
  readonly sensors: readonly SensorSpec[];
  readonly frus: readonly FruSpec[];
  readonly satellites?: readonly SatelliteSpec[];
  readonly sel: Pick<NonNullable<BoardDescription["sel"]>, "capacity" | "whenFull">;
  readonly memory: MemoryHabitsOf;
  /** Seconds the BMC takes to start. */
  readonly bootSeconds?: number;
}
