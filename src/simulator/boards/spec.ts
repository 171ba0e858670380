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

/** Properties of every sensor. */
interface SensorSpecBase {
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
  /** Lowest and highest possible value. */
  readonly range: readonly [low: number, high: number];
  /** Step between neighbouring readings. */
  readonly resolution: number;
  readonly limits?: Limits;
  /** Hysteresis in the sensor's unit: an event is deasserted when the value has come back by this. */
  readonly hysteresis?: number;
  /** The value is source x gain + offset. */
  readonly source: Source;
  readonly gain?: number;
  readonly offset?: number;
  /** A usual value: nominal reading of the record, and the initial value. */
  readonly nominal: number;
  /** True: no reading while the host is off. */
  readonly hostPowered?: boolean;
  /** States of a discrete sensor that also has a value (HPE), and the part that it watches. */
  readonly words?: Words;
  readonly watches?: { readonly component: Component; readonly part: number };
  /** The part is not fitted: scanning is disabled. */
  readonly unfitted?: boolean;
  /** "fixed": the limits are in the record and Get Sensor Thresholds is refused. Default "readable". */
  readonly thresholdAccess?: "readable" | "settable" | "fixed";
}

/** States by the condition of the watched part; missing conditions have the states of ok. */
export type Words = Readonly<Partial<Record<Condition, number>>> & { readonly ok: number };

/** A sensor with states, described by a compact record. */
export interface DiscreteSpec extends SensorSpecBase {
  readonly kind: "discrete";
  readonly words: Words;
  /** Absent: the state never changes. */
  readonly watches?: { readonly component: Component; readonly part: number };
  /** Possible states; those of `words` where absent. */
  readonly possible?: number;
  /** States with assertion and deassertion events; all that are not normal where absent. */
  readonly asserts?: number;
  readonly deasserts?: number;
  /** The record exists, but reading it is refused with CBh, as on iDRACs for parts that are not fitted. */
  readonly unreadable?: boolean;
  readonly hostPowered?: boolean;
}

/** A sensor with events and no reading. */
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
  /** First characters of its serial numbers. */
  readonly serialPrefix: string;
  /** Capacity in the power supply record, watts. */
  readonly capacityWatts?: number;
}

/** How the firmware of a vendor logs memory errors. */
export type MemoryErrorKind = "correctable" | "uncorrectable" | "logging_limit";

export interface MemoryHabits {
  /** Slot of the nth module (from 1) as `dimmOf` decodes it; undefined: the log does not hold it. */
  slot(dimm: number): string | undefined;
  event(kind: MemoryErrorKind, dimm: number): BoardEvent;
}

/** Makes memory habits once the sensors have numbers. */
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

/** Locator record of a controller. */
export interface LocatorSpec {
  readonly name: string;
  readonly entity: Entity;
}

/** A controller behind the BMC. */
export interface SatelliteSpec extends Omit<Satellite, "sdr"> {
  /** Present: the repository only holds its locator; the controller keeps the SDRs of its sensors. */
  readonly locator?: LocatorSpec;
}

/** A board as its file in this folder describes it. */
export interface BoardPlan
  extends Pick<BoardDescription, "dcmi" | "sessions" | "channel" | "firmware" | "scenarios" | "chassis"> {
  readonly name: string;
  /** One line for lists. */
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
