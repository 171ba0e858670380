import type { Failure, Health, HealthWord, Quantity, RuleOrigin, ThresholdName } from "../model/index.ts";

/** Explains how the sensors of a host get their values, for a person: plain data, bytes in hex. */
export interface HostExplanation {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly module: string;
  readonly controller?: {
    readonly manufacturer: string;
    readonly manufacturerId: number;
    readonly productId: number;
    readonly firmware: string;
    readonly ipmiVersion: string;
  };
  readonly session?: {
    readonly protocol: string;
    /** Of RMCP+ sessions. */
    readonly cipherSuite?: number;
    readonly privilege: string;
  };
  readonly hostOff: boolean;
  readonly quirks: readonly { readonly name: string; readonly meaning: string; readonly because: string }[];
  /** Records of the sensor repository, and of the controllers behind the BMC. */
  readonly records: number;
  /** Records that could not be read, and controllers behind the BMC whose records are unknown, a sentence each. */
  readonly problems: readonly string[];
  /** Why it could not be read, or not to its end. */
  readonly failure?: Failure;
  readonly sensors: readonly SensorExplanation[];
}

/** A command about one sensor, and the response. */
export interface Exchange {
  readonly command: string;
  /** Response data behind the completion code, hex. */
  readonly response?: string;
  /** Hex digits, where the BMC refused. */
  readonly completionCode?: string;
  readonly error?: string;
}

export interface LimitExplanation {
  readonly name: ThresholdName;
  /** Hex; absent where it cannot be derived from the converted one. */
  readonly raw?: string;
  readonly value: number;
  readonly from: "record" | "Get Sensor Thresholds";
  /** The last value at which the crossed limit still counts as crossed. */
  readonly rearm?: number;
}

export interface StateExplanation {
  readonly state: string;
  readonly severity: HealthWord;
  /** The rule that decided; absent: the table of the protocol. */
  readonly rule?: RuleOrigin;
}

/** Why a sensor is what it is. */
export interface SensorExplanation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly sensorType: string;
  readonly eventType: string;
  readonly entity: string;
  readonly entityName: string;
  readonly owner: string;
  readonly lun: number;
  readonly number: number;
  readonly record: { readonly id: string; readonly type: string; readonly bytes?: string };
  readonly role?: string;
  /** The rule that gave the role, or that says that there is none. */
  readonly roleRule?: RuleOrigin;
  readonly exchanges: readonly Exchange[];
  readonly reading?: {
    readonly raw: number;
    readonly eventMessagesEnabled: boolean;
    readonly scanningEnabled: boolean;
    readonly unavailable: boolean;
    /** Comparison bits or states, the word as it came. */
    readonly stateBits: string;
  };
  readonly conversion?: {
    readonly format: string;
    readonly m: number;
    readonly b: number;
    readonly bExponent: number;
    readonly rExponent: number;
    readonly linearisation: string;
    /** With the numbers put in; absent without a reading. */
    readonly formula?: string;
    readonly unit: string;
    /** How the sensor's unit becomes the base unit, where they differ. */
    readonly base?: string;
  };
  readonly quantity?: Quantity;
  readonly value?: number;
  readonly unit?: string;
  readonly limits: readonly LimitExplanation[];
  readonly hysteresis?: {
    /** What the record says can be done with it. */
    readonly support: string;
    readonly positive: number;
    readonly negative: number;
    readonly from: "record" | "Get Sensor Hysteresis";
  };
  readonly states: readonly StateExplanation[];
  readonly health?: Health;
  readonly healthWhy: string;
  /** Why there is no reading; absent where there is one. */
  readonly noReading?: string;
  /** Not read, since a rule of the configuration excludes it. */
  readonly excluded: boolean;
}
