import type {
  ChassisState,
  ControllerInfo,
  DiscreteReading,
  EventLog,
  FirmwareVersion,
  Fru,
  HostChange,
  LogEntry,
  PartName,
  PowerConsumption,
  SecurityFinding,
  Sensor,
  Watchdog,
} from "../model/index.ts";

/** Results of the parts of a poll; each part fills its own fields. */
export interface PartData {
  readonly controller?: ControllerInfo;
  readonly chassis?: ChassisState;
  readonly sensors?: readonly Sensor[];
  /** The parts of the machine as sensors, beside `sensors`. */
  readonly components?: readonly Sensor[];
  /** Identity data of these parts, beside `frus`. */
  readonly componentFrus?: readonly Fru[];
  /** Number of sensors that are not read because of the limit. */
  readonly omittedSensors?: number;
  readonly consumption?: PowerConsumption;
  readonly eventLog?: EventLog;
  readonly watchdog?: Watchdog;
  readonly frus?: readonly Fru[];
  readonly firmware?: readonly FirmwareVersion[];
  readonly findings?: readonly SecurityFinding[];
}

/** The result of reading a part. `failure` is set if it could not be read completely. */
export interface PartReading {
  readonly data: PartData;
  /** Why the reading stopped; `data` has what was read until then. */
  readonly failure?: unknown;
  /** True: everything known was read, but there may be more that is unknown. */
  readonly whole?: boolean;
}

export interface Ask {
  /** Fires at the deadline of the poll, and when the time of the part is over. */
  readonly signal: AbortSignal;
  /** True: discrete sensors that are not due are read, too. */
  readonly allSensors?: boolean | undefined;
}

/** A line of a trace for a person; never holds a secret. */
export type TraceLine = (direction: "sent" | "received" | "note", text: string) => void;

/** `changed`: the same board with other firmware. `replaced`: another board answers at the address. */
export type IdentityChange = "none" | "changed" | "replaced";

/** A BMC in model words, whatever protocol it speaks. One poll at a time. */
export interface Bmc {
  readonly protocol: "ipmi" | "redfish";
  /** Parts that this protocol fills; absent: all. Others are not read. */
  readonly offeredParts?: ReadonlySet<PartName>;
  /** Quirks that are worked around. */
  readonly quirks: readonly string[];
  /** How the discrete sensors are read, according to the last poll; absent: all in every poll. */
  readonly discrete?: DiscreteReading | undefined;
  /** Receives the steps of a poll while it is set. */
  trace: TraceLine | undefined;
  /** True: sensors carry their record and response (`Sensor.coded`). */
  coded: boolean;
  /** True: the event log carries all its records (`EventLog.coded`), not only new ones. */
  wholeLog: boolean;
  /** True if packets were sent since this monotonic time and none was received. */
  isSilentSince(monotonicMs: number): boolean;
  /** Sends one cheap command to check whether the BMC answers. Throws if not. */
  ping(ask: Ask): Promise<void>;
  /** Logs in if necessary, and identifies the board. */
  open(ask: Ask): Promise<void>;
  /** What `open` and `read` have found out about the board since the last call. */
  takeIdentityChange?(): IdentityChange;
  /** Reads one part. Throws if nothing of it could be read. */
  read(part: PartName, ask: Ask): Promise<PartReading>;
  /** True for a part that is read over a connection of its own: its failure does not end the poll. */
  isApart?(part: PartName): boolean;
  /** True if a part that is not read in each poll is to be read in this one, whatever its age. */
  isDue?(part: PartName): boolean;
  /** Changes of the sensor set found since the last call. */
  takeChanges?(): readonly HostChange[];
  /** A record of the event log in the words of this board, without reading anything. */
  describeRecord?(record: Buffer): LogEntry | undefined;
  /** Acknowledges parts that disappeared: they are no longer reported. */
  acknowledgeRemovals?(): void;
  /** Changes when there is something new to save. */
  readonly revision: number;
  /** State to save for a restart, as plain JSON. */
  save(): unknown;
  /** Restores what `save` returned in an earlier run. Malformed data is ignored. Never rejects. */
  restore(saved: unknown): Promise<void>;
  /** Closes the session if it is not used for this time; 0 closes it now. */
  hold(durationMs: number): Promise<void>;
  /** Logs out and forgets everything. */
  close(): Promise<void>;
}

/** Selects sensors by properties that never change. */
export type SensorFilter = (sensor: Pick<Sensor, "name" | "id" | "entity" | "kind">) => boolean;
