import type {
  ChassisState,
  ControllerInfo,
  EventLog,
  Fru,
  HostChange,
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
  /** Sensors that are not read, as there are more than the limit. */
  readonly omittedSensors?: number;
  readonly consumption?: PowerConsumption;
  readonly eventLog?: EventLog;
  readonly watchdog?: Watchdog;
  readonly frus?: readonly Fru[];
  readonly findings?: readonly SecurityFinding[];
}

/** What was read of a part; `failure` when it could not be read to its end. */
export interface PartReading {
  readonly data: PartData;
  /** What stopped the reading; `data` holds what was read before. */
  readonly failure?: unknown;
  /** True: all that is known of was read; the failure is that there may be more. */
  readonly whole?: boolean;
}

export interface Ask {
  /** Fires at the deadline of the poll, and when the time of the part is over. */
  readonly signal: AbortSignal;
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
  /** Oddities that are worked around, by name. */
  readonly quirks: readonly string[];
  /** Receives the steps of a poll while it is set. */
  trace: TraceLine | undefined;
  /** True: sensors carry their record and response (`Sensor.coded`). */
  coded: boolean;
  /** True: the event log carries all its records (`EventLog.coded`), not only new ones. */
  wholeLog: boolean;
  /** True where packets were sent since this monotonic time and none came. */
  isSilentSince(monotonicMs: number): boolean;
  /** One cheap command to see whether the BMC answers. Throws if not. */
  ping(ask: Ask): Promise<void>;
  /** Logs in unless that is done, and finds out which board answers. */
  open(ask: Ask): Promise<void>;
  /** What `open` and `read` found out about the board since this was last called. */
  takeIdentityChange?(): IdentityChange;
  /** Reads one part. Throws when nothing of it could be read. */
  read(part: PartName, ask: Ask): Promise<PartReading>;
  /** Changes of the sensor set found since the last call. */
  takeChanges?(): readonly HostChange[];
  /** Parts that disappeared were removed on purpose: they are no longer reported. */
  acknowledgeRemovals?(): void;
  /** Changes when there is something new to save. */
  readonly revision: number;
  /** What a restart should not have to learn again; plain JSON. */
  save(): unknown;
  /** Takes what `save` returned in an earlier run. What is malformed is ignored; never rejects. */
  restore(saved: unknown): Promise<void>;
  /** Keeps the session for this long after the last use, 0: closes it now. */
  hold(durationMs: number): Promise<void>;
  /** Logs out and forgets everything. */
  close(): Promise<void>;
}

/** Which sensors are wanted, by what never changes of them. */
export type SensorFilter = (sensor: Pick<Sensor, "name" | "id" | "entity" | "kind">) => boolean;
