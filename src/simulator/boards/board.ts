import type { ChassisControl } from "../../ipmi/commands/chassis/chassis-control.ts";
import type { PowerRestorePolicy } from "../../ipmi/commands/chassis/get-chassis-status.ts";
import type { DeviceId, WatchdogTimer } from "../../ipmi/commands/index.ts";
import type { ThresholdName } from "../../ipmi/tables/threshold.ts";
import type { LoginOffer, Scenario } from "../bmc/misbehaviour.ts";

/*
 * The data of a virtual BMC. A board is described once (BoardDescription), compiled once (`compileBoard` returns a
 * BoardModel) and shared by thousands of virtual BMCs. Each of them has its own BoardState of a few hundred bytes,
 * which physics writes and handlers read.
 */

/** A sensor by its number on the BMC (owner 20h, LUN 0), or by its whole address. */
export type SensorAddress = number | { readonly owner?: number; readonly lun?: number; readonly number: number };

/** Changes the state of a sensor; absent fields keep their value. */
export interface SensorChange {
  /** 0-255. */
  readonly raw?: number;
  /**
   * Discrete sensors: bit n is set while state n is asserted. Threshold sensors: comparison bits (0 LNC,
   * 1 LC, 2 LNR, 3 UNC, 4 UC, 5 UNR) that replace those derived from reading and limits; "from_limits" derives
   * them again.
   */
  readonly states?: number | "from_limits";
  /** Bit 5 of the response: reading unavailable. */
  readonly unavailable?: boolean;
  /** Bit 6 of the response is clear: scanning disabled. */
  readonly scanningDisabled?: boolean;
  /** The sensor is not present: Get Sensor Reading is refused with CBh. */
  readonly absent?: boolean;
}

/** Initial state of a sensor. */
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
  /** May use IPMI over LAN; true where absent. */
  readonly messaging?: boolean;
  /** As `messaging` where absent. */
  readonly linkAuthentication?: boolean;
  /** False where absent. */
  readonly callbackOnly?: boolean;
  /** May use Serial over LAN; true where absent. */
  readonly sol?: boolean;
  /** The form in which the password was set; absent: either is accepted. */
  readonly passwordSize?: 16 | 20;
}

/** A controller behind the BMC, reached with Send Message. */
export interface Satellite {
  /** Slave address, 8-bit form: 2Ch for the Intel ME. Sensors whose SDR names it as owner answer there. */
  readonly address: number;
  readonly channel: number;
  readonly device: DeviceId;
  /** True: the reply is inside the Send Message response; false, as on most BMCs: in a message after it. */
  readonly embeddedReply?: boolean;
  /** Answers statistics requests of Intel Node Manager with the power of the board. */
  readonly nodeManager?: boolean;
  /**
   * Raw records of its own sensors, with their record ids; the owner in the records is ignored. Where absent, the
   * records of this owner in the repository of the board.
   */
  readonly sdr?: readonly Uint8Array[];
}

/** Event log of the board. */
export interface SelDescription {
  /** Most entries. */
  readonly capacity: number;
  /** 16-byte records at the start; record ids are given by their order, from 1. */
  readonly records?: readonly Uint8Array[];
  /** When full: "stop" logs nothing more and sets "overflow", "drop_oldest" replaces the oldest entry. */
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
  /** Idle time-out of a session; 60000 where absent. */
  readonly idleMs?: number;
  /** Time-out of a half-open session; 30000 where absent. */
  readonly halfOpenMs?: number;
}

/** Properties of the LAN channel. */
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
  /** Most bytes of an SDR per read; larger reads are refused with CAh. Absent: whole records. */
  readonly sdrReadBytes?: number;
  /** Most bytes of a FRU per read; larger reads are refused with CAh. Absent: 224. */
  readonly fruReadBytes?: number;
  /** The SDRs are of the sensor device (netFn 04h); there is no repository. */
  readonly deviceSdrs?: boolean;
}

export interface BoardDescription {
  /** Shown in lists, e.g. "acme-r1". */
  readonly name: string;
  readonly device: DeviceId;
  /** 16 bytes; a virtual BMC can have its own. */
  readonly guid?: Uint8Array;
  /** Version of the system firmware, Latin-1 text up to 255 bytes; absent: not known to the BMC. */
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
  /** Misbehaviour of every BMC of this model. */
  readonly scenarios?: readonly Scenario[];
  readonly chassis?: { readonly restorePolicy?: PowerRestorePolicy; readonly poweredOn?: boolean };
}

/** An event for the SEL. Sensor type and event type are those of the sensor record where absent. */
export interface BoardEvent {
  readonly sensor: SensorAddress;
  /** Offset of the event, 0-15. */
  readonly offset: number;
  readonly deassertion?: boolean;
  readonly sensorType?: number;
  readonly eventType?: number;
  /** Upper four bits of event data 1: use of data 2 and 3. 0 where absent. */
  readonly dataUse?: number;
  /** FFh where absent. */
  readonly data2?: number;
  /** FFh where absent. */
  readonly data3?: number;
  /** Seconds since 1970; the BMC's clock where absent. */
  readonly timestamp?: number;
}

/** Chassis status; written by physics and by Chassis Control. */
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
  /** Monotonic ms until which the identify light is on; Infinity: until switched off. */
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

/** State of one virtual BMC. Physics writes, handlers read. */
export interface BoardState {
  readonly model: BoardModel;
  readonly chassis: ChassisState;
  /** Current power of the whole host, with statistics; `setPower` writes. */
  readonly power: PowerStatistics;
  /** Entries of the event log now. */
  readonly selEntries: number;
  /** Entries for which the event log has space. */
  readonly selFree: number;
  readonly selOverflow: boolean;
  /** Seconds the BMC's clock is ahead of the true time; physics or a scenario may move it. */
  clockOffsetSeconds: number;
  /** False: event logging is off in the global enables, and events are not added to the event log. */
  logsEvents: boolean;
  /** Response of Get Watchdog Timer. */
  watchdog: WatchdogTimer;

  /** The serial port of the host. */
  readonly serial: { panic(): void; boot(): void };

  /** Index of a sensor in `model.sensors`; -1: no such sensor. Look it up once, then use `setRaw`. */
  indexOf(sensor: SensorAddress): number;
  /** @throws RangeError for a sensor the board does not have */
  setSensor(sensor: SensorAddress, change: SensorChange): void;
  /** Sets the raw reading of the sensor at this index; fast, for physics. */
  setRaw(index: number, raw: number): void;
  /** Sets states (discrete) or comparison bits (threshold) of the sensor at this index. */
  setStates(index: number, states: number): void;
  /** State of the sensor at this index. */
  sensor(index: number): SensorReadingState;

  /** The DCMI limit in force caps the power; undefined: no limit. */
  limitPower(watts: number | undefined): void;
  /** Sets the current power in watts; minimum, maximum and average follow. */
  setPower(watts: number): void;
  /** Logs an event; false: the SEL is full, or logging is off. */
  addEvent(event: BoardEvent): boolean;
  /** Logs a record of 16 bytes, whose record id is replaced; false: the SEL is full, or logging is off. */
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

/** Changes a board over time: physics, or a test. One object may serve many boards. */
export interface BoardBehaviour {
  /**
   * Brings the state up to date. Called before a request is answered, if the last call is at least `periodMs` ago:
   * boards that nobody polls cost nothing.
   *
   * @param nowMs monotonic
   * @param elapsedMs since the last call; 0 the first time
   */
  advance?(state: BoardState, nowMs: number, elapsedMs: number): void;
  /** Default 1000. */
  readonly periodMs?: number;
  /**
   * Handles Chassis Control; false: refused with D5h. Without this method the power bit follows the command.
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
  /** Readable raw limits; absent: none. */
  readonly limits?: Readonly<Partial<Record<ThresholdName, number>>>;
  readonly hysteresis?: { readonly positive: number; readonly negative: number };
  readonly assertionMask: number;
  readonly deassertionMask: number;
  /** The value in the sensor's unit; undefined: not a number. */
  toValue(raw: number): number | undefined;
  /** The raw reading nearest to a value in the sensor's unit; undefined: the sensor has no values. */
  toRaw(value: number): number | undefined;
  /** Comparison bits of a raw reading against `limits`, or against limits that a console has changed. */
  comparison(raw: number, changed?: SensorModel["limits"]): number;
  /** For Get Sensor Reading Factors, 7 bytes; undefined for compact records. */
  readonly factors?: Uint8Array;
}

/** A board ready to be shared by virtual BMCs: immutable. */
export interface BoardModel {
  readonly description: BoardDescription;
  readonly sensors: readonly SensorModel[];
  /** Index in `sensors`; -1: no such sensor. */
  sensorIndex(owner: number, lun: number, number: number): number;
  /** Initial bytes of the sensors, see sensor-bytes.ts. */
  readonly initialState: Uint8Array;
  /** Records in repository order. */
  readonly sdr: readonly Buffer[];
  /** Index in `sdr` of a record id; -1: no such record. 0000h is the first, FFFFh the last. */
  sdrIndex(recordId: number): number;
  /** Device SDRs of each satellite, in order; of the BMC itself those of the repository. */
  deviceSdr(satellite: Satellite | undefined): readonly Buffer[];
  /** All initial event records in one buffer. */
  readonly initialSel: Buffer;
  /** Indexes of the temperature sensors by DCMI entity: 40h inlet, 41h CPU, 42h baseboard. */
  readonly dcmiTemperatures: ReadonlyMap<number, readonly number[]>;
}
