import type { ChassisControl } from "../../ipmi/commands/chassis/chassis-control.ts";
import type { PowerRestorePolicy } from "../../ipmi/commands/chassis/get-chassis-status.ts";
import type { DeviceId, WatchdogTimer } from "../../ipmi/commands/index.ts";
import type { ThresholdName } from "../../ipmi/tables/threshold.ts";
import type { LoginOffer, Scenario } from "../bmc/misbehaviour.ts";

/*
 * What a virtual BMC is made of. A board is described once (BoardDescription), compiled once
 * (`compileBoard` gives a BoardModel) and shared by thousands of virtual BMCs; each of them has a
 * BoardState of its own, a few hundred bytes, which physics drives and the handlers read.
 */

/** A sensor by its number on the BMC (owner 20h, LUN 0), or by its whole address. */
export type SensorAddress = number | { readonly owner?: number; readonly lun?: number; readonly number: number };

/** What a sensor says; fields that are absent stay as they are. */
export interface SensorChange {
  /** 0-255. */
  readonly raw?: number;
  /**
   * Discrete sensors: bit n is set while state n is asserted. Threshold sensors: comparison bits (0 LNC,
   * 1 LC, 2 LNR, 3 UNC, 4 UC, 5 UNR) that are told instead of those that follow from reading and limits;
   * "from_limits" goes back to these.
   */
  readonly states?: number | "from_limits";
  /** Bit 5 of the answer: there is no reading just now. */
  readonly unavailable?: boolean;
  /** Bit 6 of the answer is clear: the sensor is switched off. */
  readonly scanningDisabled?: boolean;
  /** The sensor is not there: Get Sensor Reading is refused with CBh. */
  readonly absent?: boolean;
}

/** A sensor at power-on of the simulation. */
export interface InitialReading extends SensorChange {
  /** 20h where absent. */
  readonly owner?: number;
  readonly lun?: number;
  readonly number: number;
}

export interface BoardUser {
  /** 1-63; 1 is the null user on most BMCs. */
  readonly id: number;
  readonly name: string;
  /** As bytes, at most 20. */
  readonly password: Uint8Array;
  /** Highest privilege level, 1-4. */
  readonly privilege: number;
  /** True where absent. */
  readonly enabled?: boolean;
}

/** A controller behind the BMC, reached with Send Message. */
export interface Satellite {
  /** Slave address, 8-bit form: 2Ch for the Intel ME. Sensors whose SDR names it as owner answer there. */
  readonly address: number;
  readonly channel: number;
  readonly device: DeviceId;
  /** The reply comes inside the Send Message response; else (as most BMCs do) after it as a message of its own. */
  readonly embeddedReply?: boolean;
  /** Answers Intel Node Manager's statistics with the board's power. */
  readonly nodeManager?: boolean;
  /**
   * Raw records of the sensors it describes itself, with their record ids; they are its own, whatever owner they name.
   * Where absent, those that the board's repository has of it.
   */
  readonly sdr?: readonly Uint8Array[];
}

/** Event log of the board. */
export interface SelDescription {
  /** Entries it holds. */
  readonly capacity: number;
  /** 16-byte records at the start; record ids are given by their order, from 1. */
  readonly records?: readonly Uint8Array[];
  /** What happens when it is full: nothing more is logged (and "overflow" is set), or the oldest goes. */
  readonly whenFull?: "stop" | "drop_oldest";
}

/** DCMI, where the board has it. */
export interface DcmiDescription {
  /** 1.5 where absent. */
  readonly version?: readonly [major: number, minor: number];
  /** Get Power Reading is answered. */
  readonly powerManagement: boolean;
  /** The limit in force, watts. */
  readonly powerLimitWatts?: number;
  /** At most 63 bytes. */
  readonly assetTag?: string;
  /** Host name of the BMC. */
  readonly controllerId?: string;
}

export interface SessionTraits {
  /** LAN sessions at once; 4 where absent. */
  readonly limit?: number;
  /** A session without packets ends after this; 60000 where absent. */
  readonly idleMs?: number;
  /** A session that is not finished logging in keeps its slot so long; 30000 where absent. */
  readonly halfOpenMs?: number;
}

/** The network face: which ways of logging in there are. */
export interface ChannelTraits extends LoginOffer {
  /** False: RMCP+ is refused and not offered. */
  readonly ipmi20?: boolean;
  /** BMC key, 20 bytes. */
  readonly kg?: Uint8Array;
  /** Answers ASF presence pings; true where absent. */
  readonly presencePing?: boolean;
}

/** Limits and habits of the firmware. */
export interface FirmwareTraits {
  /** The two bytes of Get Self Test Results; 55h 00h (no error) where absent. */
  readonly selfTest?: readonly [code: number, detail: number];
  /** Largest part of an SDR given at once; more is refused with CAh. Absent: whole records. */
  readonly sdrReadBytes?: number;
  /** Largest part of a FRU given at once; more is refused with CAh. Absent: 224. */
  readonly fruReadBytes?: number;
  /** The SDRs are of the sensor device (netFn 04h); there is no repository. */
  readonly deviceSdrs?: boolean;
}

export interface BoardDescription {
  /** "acme-r1": for people. */
  readonly name: string;
  readonly device: DeviceId;
  /** 16 bytes; a virtual BMC can have its own. */
  readonly guid?: Uint8Array;
  /** Version of the system's firmware, Latin-1 text up to 255 bytes; absent: the BMC was not told it. */
  readonly systemFirmware?: string;
  /** Raw records, header included, with their record ids, in repository order. */
  readonly sdr: readonly Uint8Array[];
  /** When the repository was written, seconds since 1970; 2024-01-01 where absent. */
  readonly sdrTimestamp?: number;
  /** Sensors not listed here read 0 (threshold) or no state (discrete). */
  readonly readings?: readonly InitialReading[];
  /** FRU areas by device id. */
  readonly frus?: ReadonlyMap<number, Uint8Array>;
  readonly sel?: SelDescription;
  readonly dcmi?: DcmiDescription;
  readonly users: readonly BoardUser[];
  readonly satellites?: readonly Satellite[];
  readonly sessions?: SessionTraits;
  readonly channel?: ChannelTraits;
  readonly firmware?: FirmwareTraits;
  /** What this model of BMC always does wrong. */
  readonly scenarios?: readonly Scenario[];
  readonly chassis?: { readonly restorePolicy?: PowerRestorePolicy; readonly poweredOn?: boolean };
}

/** An event for the SEL. Sensor and event type come from the sensor's record unless told otherwise. */
export interface BoardEvent {
  readonly sensor: SensorAddress;
  /** Offset of the event, 0-15. */
  readonly offset: number;
  readonly deassertion?: boolean;
  readonly sensorType?: number;
  readonly eventType?: number;
  /** Upper four bits of event data 1: what data 2 and 3 hold. 0 where absent. */
  readonly dataUse?: number;
  /** FFh where absent. */
  readonly data2?: number;
  /** FFh where absent. */
  readonly data3?: number;
  /** Seconds since 1970; the BMC's clock where absent. */
  readonly timestamp?: number;
}

/** Chassis as Get Chassis Status tells it; written by physics and by Chassis Control. */
export interface ChassisState {
  powerOn: boolean;
  powerOverload: boolean;
  interlock: boolean;
  powerFault: boolean;
  powerControlFault: boolean;
  intrusion: boolean;
  driveFault: boolean;
  coolingFault: boolean;
  /** Byte of Get Chassis Status: 0 AC failed, 1 overload, 2 interlock, 3 power fault, 4 on by IPMI command. */
  lastPowerEvent: number;
  /** Index into RESTART_CAUSES. */
  restartCause: number;
  restorePolicy: PowerRestorePolicy;
  /** Monotonic ms until which the light is on; Infinity: until switched off. */
  identifyUntilMs: number;
  /** Hours the host was on, with fractions. */
  powerOnHours: number;
}

export interface PowerStatistics {
  readonly currentWatts: number;
  readonly minimumWatts: number;
  readonly maximumWatts: number;
  readonly averageWatts: number;
}

/** What is live of one virtual BMC. Physics writes, handlers read. */
export interface BoardState {
  readonly model: BoardModel;
  readonly chassis: ChassisState;
  /** Present power of the whole host and its statistics; `setPower` writes. */
  readonly power: PowerStatistics;
  /** Entries of the event log now. */
  readonly selEntries: number;
  /** Entries for which the event log has space. */
  readonly selFree: number;
  readonly selOverflow: boolean;
  /** Seconds the BMC's clock is ahead of the true time; physics or a scenario may move it. */
  clockOffsetSeconds: number;
  /** As Get Watchdog Timer tells it. */
  watchdog: WatchdogTimer;

  /** Place of a sensor in `model.sensors`; -1 where there is none. Look it up once, then use `setRaw`. */
  indexOf(sensor: SensorAddress): number;
  /** @throws RangeError for a sensor the board does not have */
  setSensor(sensor: SensorAddress, change: SensorChange): void;
  /** The quick way for physics: reading byte of the sensor at this index, nothing else. */
  setRaw(index: number, raw: number): void;
  /** The same with states (discrete) or comparison bits (threshold). */
  setStates(index: number, states: number): void;
  /** How a sensor is. */
  sensor(index: number): SensorReadingState;

  /** Present power in watts; minimum, maximum and average follow. */
  setPower(watts: number): void;
  /** Writes an event into the SEL; false when it is full. */
  addEvent(event: BoardEvent): boolean;
  /** Writes a record of 16 bytes as it is, but for its record id; false when the SEL is full. */
  addRecord(record: Uint8Array): boolean;
  clearSel(): void;
  /** The BMC's clock, whole seconds since 1970. */
  clockSeconds(): number;
}

export interface SensorReadingState {
  readonly raw: number;
  /** States of a discrete sensor, comparison bits of a threshold sensor. */
  readonly states: number;
  readonly unavailable: boolean;
  readonly scanningDisabled: boolean;
  readonly absent: boolean;
}

/** What makes a board live: physics, or a script of a test. One object may serve many boards. */
export interface BoardBehaviour {
  /**
   * Brings the state up to date. Called before a request is answered when the last call is at least
   * `periodMs` ago: boards that nobody polls cost nothing.
   *
   * @param nowMs monotonic
   * @param elapsedMs since the last call; 0 the first time
   */
  advance?(state: BoardState, nowMs: number, elapsedMs: number): void;
  /** Default 1000. */
  readonly periodMs?: number;
  /**
   * Chassis Control came; false: refused with D5h. Without this method the power bit follows the command.
   */
  control?(state: BoardState, control: ChassisControl, nowMs: number): boolean;
}

/** A sensor of the compiled board. */
export interface SensorModel {
  readonly name: string;
  readonly owner: number;
  readonly lun: number;
  readonly number: number;
  readonly channel: number;
  readonly entityId: number;
  readonly entityInstance: number;
  readonly sensorType: number;
  readonly eventType: number;
  readonly recordId: number;
  readonly threshold: boolean;
  /** False: event-only, cannot be read. */
  readonly readable: boolean;
  /** Raw limits that can be read; undefined where there are none. */
  readonly limits?: Readonly<Partial<Record<ThresholdName, number>>>;
  readonly hysteresis?: { readonly positive: number; readonly negative: number };
  readonly assertionMask: number;
  readonly deassertionMask: number;
  /** In the sensor's unit; undefined where the reading is no number. */
  toValue(raw: number): number | undefined;
  /** The raw reading nearest to a value in the sensor's unit; undefined where there is none. */
  toRaw(value: number): number | undefined;
  /** Comparison bits of a raw reading against `limits`. */
  comparison(raw: number): number;
  /** For Get Sensor Reading Factors, 7 bytes; undefined for compact records. */
  readonly factors?: Uint8Array;
}

/** A board ready to be shared by virtual BMCs: immutable. */
export interface BoardModel {
  readonly description: BoardDescription;
  readonly sensors: readonly SensorModel[];
  /** Place in `sensors`; -1 where there is none. */
  sensorIndex(owner: number, lun: number, number: number): number;
  /** Reading byte of each sensor at the start, then flags, then states: see sensor-bytes.ts. */
  readonly initialState: Uint8Array;
  /** Records in repository order. */
  readonly sdr: readonly Buffer[];
  /** Place in `sdr` of a record id; -1 where there is none. 0 is the first, FFFFh the last. */
  sdrIndex(recordId: number): number;
  /** Device SDRs of each satellite, in order; of the BMC itself those of the repository. */
  deviceSdr(satellite: Satellite | undefined): readonly Buffer[];
  /** All initial event records behind one another. */
  readonly initialSel: Buffer;
  /** Indexes of the temperature sensors by DCMI entity: 40h inlet, 41h CPU, 42h baseboard. */
  readonly dcmiTemperatures: ReadonlyMap<number, readonly number[]>;
}
