import type {
  Failure,
  Health,
  HealthWord,
  Quantity,
  ReadingPolicyState,
  RuleOrigin,
  ThresholdName,
} from "../model/index.ts";

/** Explains to a person how the sensors of a host get their values: plain data, bytes in hex. */
export interface HostExplanation {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly module: string;
  readonly controller?: {
    readonly manufacturer: string;
    readonly manufacturerId?: number;
    /** A number over IPMI, a name over Redfish. */
    readonly productId?: number;
    readonly product?: string;
    readonly firmware: string;
    readonly ipmiVersion?: string;
    readonly redfishVersion?: string;
  };
  readonly session?: {
    readonly protocol: string;
    /** For RMCP+ sessions. */
    readonly cipherSuite?: number;
    readonly privilege: string;
  };
  readonly hostOff: boolean;
  /** How polls read the discrete sensors, as far as one visit shows; absent over Redfish, or if nothing was read. */
  readonly discrete?: ReadingPolicyState & {
    /** The reason in a sentence. */
    readonly because?: string;
    /** Longest time between two readings. */
    readonly intervalMs: number;
  };
  readonly quirks: readonly { readonly name: string; readonly meaning: string; readonly because: string }[];
  /** Records of the sensor repository, and of the controllers behind the BMC; 0 over Redfish. */
  readonly records: number;
  /** Resources that were read over Redfish. */
  readonly resources?: number;
  /** Records that could not be read, and controllers behind the BMC whose records are unknown; one sentence each. */
  readonly problems: readonly string[];
  /** Why the host could not be read, or not completely. */
  readonly failure?: Failure;
  readonly sensors: readonly AnySensorExplanation[];
}

/** By protocol: only those of Redfish have a `resource`. */
export type AnySensorExplanation = SensorExplanation | RedfishSensorExplanation;

/** A command about one sensor, and its response. */
export interface Exchange {
  readonly command: string;
  /** Response data after the completion code, in hex. */
  readonly response?: string;
  /** Completion code in hex, if the BMC refused. */
  readonly completionCode?: string;
  readonly error?: string;
}

export interface LimitExplanation {
  readonly name: ThresholdName;
  /** In hex; absent if it cannot be derived from the converted value. */
  readonly raw?: string;
  readonly value: number;
  readonly from: "record" | "Get Sensor Thresholds";
  /** The last value at which the crossed limit still counts as crossed. */
  readonly rearm?: number;
}

export interface StateExplanation {
  readonly state: string;
  readonly severity: HealthWord;
  /** The rule that decided; absent: the tables of the specification. */
  readonly rule?: RuleOrigin;
}

/** What is known of a sensor over either protocol. */
interface CommonExplanation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly entity: string;
  readonly entityName: string;
  readonly role?: string;
  /** The rule that set the role, or that says "none". */
  readonly roleRule?: RuleOrigin;
  readonly quantity?: Quantity;
  readonly value?: number;
  readonly unit?: string;
  readonly states: readonly StateExplanation[];
  readonly health?: Health;
  readonly healthWhy: string;
  /** Why there is no reading; absent if there is one. */
  readonly noReading?: string;
  /** Not exported, since a rule of the configuration excludes it. */
  readonly excluded: boolean;
}

/** How value, health and role of a sensor follow from a Redfish resource. */
export interface RedfishSensorExplanation extends CommonExplanation {
  readonly resource: {
    readonly uri: string;
    /** JSON Pointer of the element in the resource, e.g. "/Temperatures/3"; empty for the whole resource. */
    readonly pointer: string;
    /** The element as received; absent if it was not found. */
    readonly fragment?: unknown;
  };
  readonly limits: readonly {
    readonly name: ThresholdName;
    readonly value: number;
    /** Property that has the limit, and its value as received. */
    readonly property?: string;
    readonly received?: unknown;
  }[];
}

/** How value, health and role of a sensor follow from its data. */
export interface SensorExplanation extends CommonExplanation {
  readonly sensorType: string;
  readonly eventType: string;
  readonly owner: string;
  readonly lun: number;
  readonly number: number;
  readonly record: { readonly id: string; readonly type: string; readonly bytes?: string };
  readonly exchanges: readonly Exchange[];
  readonly reading?: {
    readonly raw: number;
    readonly eventMessagesEnabled: boolean;
    readonly scanningEnabled: boolean;
    readonly unavailable: boolean;
    /** Comparison bits or states: the unchanged word. */
    readonly stateBits: string;
  };
  readonly conversion?: {
    readonly format: string;
    readonly m: number;
    readonly b: number;
    readonly bExponent: number;
    readonly rExponent: number;
    readonly linearisation: string;
    /** The formula with its numbers; absent without a reading. */
    readonly formula?: string;
    readonly unit: string;
    /** How the unit of the sensor is converted to the base unit, if they differ. */
    readonly base?: string;
  };
  readonly limits: readonly LimitExplanation[];
  readonly hysteresis?: {
    /** Access to the hysteresis according to the record. */
    readonly support: string;
    readonly positive: number;
    readonly negative: number;
    readonly from: "record" | "Get Sensor Hysteresis";
  };
}
