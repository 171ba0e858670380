import type { KeyExchange } from "../../ipmi/crypto/key-exchange.ts";
import type { Clock } from "../../lib/index.ts";
import type { Random } from "./random.ts";

/*
 * How a BMC goes wrong: small parts with hooks at the places where firmware and networks fail. Each
 * scenario is one file in scenarios/; a virtual BMC runs any number of them, in the order given.
 */

/** A request as the handlers see it. */
export interface Request {
  readonly netFn: number;
  readonly command: number;
  /** Request data behind the command byte, group body or OEM number included. */
  readonly data: Uint8Array;
  readonly lun: number;
  /** rqSeq, 0-63. */
  readonly sequence: number;
  /** In a session; false: before one. */
  readonly inSession: boolean;
}

/** What the handlers say to it. */
export interface Reply {
  readonly completionCode: number;
  readonly data: Uint8Array;
}

export type LoginStep = "open_session" | "rakp1" | "rakp3" | "session_challenge" | "activate_session";

/** How firmware departs from the specification when it makes the codes of an RMCP+ login. */
export interface LoginHashing {
  /** What it hashes in place of what was said. */
  readonly exchange?: (said: KeyExchange) => KeyExchange;
  /** Bytes of the password it keeps; 20 where absent. */
  readonly passwordBytes?: number;
  /** Changes the code of RAKP 2 before it is sent. */
  readonly rakp2?: (code: Buffer) => Buffer;
  /** The integrity algorithm, and not the one of authentication, says how long the value of RAKP 4 is. */
  readonly rakp4ByIntegrity?: boolean;
}

/** Sends a packet to the console, now or later, from the BMC's address or a stray one. */
export type Deliver = (packet: Buffer, delayMs?: number, stray?: boolean) => void;

/** The ways of logging in that a BMC offers. */
export interface LoginOffer {
  /** In the order they are listed; 17 and 3 where absent. Suite 0 lets anybody in. */
  readonly cipherSuites?: readonly number[];
  /** IPMI 1.5 sessions; MD5 only where absent, none where empty. */
  readonly authTypes15?: readonly ("none" | "md5" | "straight")[];
}

/** One thing that goes wrong. Hooks that are absent change nothing. */
export interface Misbehaviour {
  readonly name: string;
  /** A packet arrives: true swallows it. */
  swallow?(packet: Uint8Array): boolean;
  /** A login step: a status (RMCP+) or completion code (1.5) refuses it. @param privilege what Open Session asked for */
  refuseLogin?(step: LoginStep, privilege?: number): number | undefined;
  readonly hashing?: LoginHashing | undefined;
  /** Replaces what the board offers. */
  readonly offer?: LoginOffer | undefined;
  /** A login failed: wrong code, or given up by the console. */
  loginFailed?(): void;
  /** Answers in place of the handler; "silence" answers nothing. */
  answer?(request: Request): Reply | "silence" | undefined;
  /** Changes what the handler said. */
  amend?(request: Request, reply: Reply): Reply;
  /** Changes the encoded response message, checksums and all. */
  damage?(message: Buffer, inSession: boolean): Buffer;
  /** By how much the session sequence number of the next packet grows; 1 is right. */
  sequenceStep?(): number;
  /** Takes a finished packet to the network: never, twice, late. */
  deliver?(packet: Buffer, next: Deliver): void;
}

/** An event that a scenario writes into the event log. */
export interface ScenarioEvent {
  /** Number of the sensor on the BMC. */
  readonly sensor: number;
  readonly sensorType: number;
  readonly eventType: number;
  /** 0-15. */
  readonly offset: number;
  /** Seconds since 1970; the BMC's clock where absent. */
  readonly timestamp?: number;
}

/** A sensor of the board. */
export interface ScenarioSensor {
  /** Slave address of the controller that answers for it. */
  readonly owner: number;
  readonly lun: number;
  readonly number: number;
  readonly recordId: number;
  readonly entityId: number;
  readonly sensorType: number;
  /** A number with limits; false: states. */
  readonly threshold: boolean;
  readonly readable: boolean;
}

/** What a scenario may read and change of the board; a LiveBoard has more. */
export interface ScenarioBoard {
  readonly model: {
    /** SDRs in repository order. */
    readonly sdr: readonly Buffer[];
    readonly sensors: readonly ScenarioSensor[];
  };
  /** Seconds the BMC's clock is ahead of the true time. */
  clockOffsetSeconds: number;
  /** The BMC's clock, whole seconds since 1970. */
  clockSeconds(): number;
  /** Entries for which the event log has space. */
  readonly selFree: number;
  /** False when the event log is full. */
  addEvent(event: ScenarioEvent): boolean;
  /** Empties the event log without an entry about it, as in a controller that was never used here. */
  emptySel(erasedAtSeconds: number): void;
}

/** What distinguishes one BMC from the next of the same board. */
export interface ScenarioIdentity {
  /** 16 bytes. */
  readonly guid: Uint8Array;
  /** All FRU areas by device id. */
  readonly frus: ReadonlyMap<number, Uint8Array>;
}

/** The BMC as a scenario sees it. */
export interface ScenarioContext {
  /** Random numbers of this scenario alone: runs with the same seed are equal. */
  readonly random: Random;
  readonly clock: Clock;
  readonly board: ScenarioBoard;
  /** A scenario may replace it. */
  identity: ScenarioIdentity;
  /** Ends all sessions, as a reboot does. */
  dropSessions(): void;
  /** Cancels SDR and SEL reservations, as another console does. */
  cancelReservations(): void;
}

/** Makes a misbehaviour for one BMC. */
export type Scenario = (context: ScenarioContext) => Misbehaviour;
