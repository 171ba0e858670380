import type { KeyExchange } from "../../ipmi/crypto/key-exchange.ts";
import type { Clock } from "../../lib/index.ts";
import type { Random } from "./random.ts";

/*
 * Misbehaviour of firmware and networks: small parts with hooks at the places where these fail. Each scenario is
 * one file in scenarios/; a virtual BMC runs any number of them, in the order given.
 */

/** A request as the handlers see it. */
export interface Request {
  readonly netFn: number;
  readonly command: number;
  /** Data after the command byte, group or OEM number included. */
  readonly data: Uint8Array;
  readonly lun: number;
  /** rqSeq, 0-63. */
  readonly sequence: number;
  /** False: outside any session. */
  readonly inSession: boolean;
}

/** The reply of a handler. */
export interface Reply {
  readonly completionCode: number;
  readonly data: Uint8Array;
}

export type LoginStep = "open_session" | "rakp1" | "rakp3" | "session_challenge" | "activate_session";

/** How firmware deviates from the specification in the codes of an RMCP+ login. */
export interface LoginHashing {
  /** Returns the values that it hashes instead of those exchanged. */
  readonly exchange?: (exchanged: KeyExchange) => KeyExchange;
  /** Bytes of the password that count; 20 where absent. */
  readonly passwordBytes?: number;
  /** Changes the code in RAKP 2. */
  readonly rakp2?: (code: Buffer) => Buffer;
  /** The integrity algorithm decides the length of the code in RAKP 4, not the authentication algorithm. */
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

/** How a BMC treats SOL; absent: as the specification says. */
export interface SolHabits {
  /** Drops packets that do not carry the next sequence number. */
  readonly strict?: boolean;
  /** Reported sizes. */
  readonly inboundSize?: number;
  readonly outboundSize?: number;
  /** Largest packet that is accepted; larger ones are dropped in silence. */
  readonly accepts?: number;
  /** Repetitions of output that is not acknowledged. */
  readonly retries?: number;
  /** SOL ends without notice after this many packets from the console. */
  readonly endsAfter?: number;
  /** Output stops when the power of the host changes. */
  readonly sticksAfterPower?: boolean;
  /** Called for each acknowledgement: true loses it. */
  losesAck?(): boolean;
  /** Called for each output of the host: true reports an overrun. */
  overruns?(): boolean;
}

/** One misbehaviour. Hooks that are absent change nothing. */
export interface Misbehaviour {
  readonly name: string;
  /** Called for each packet that arrives: true drops it. */
  swallow?(packet: Uint8Array): boolean;
  /** Returns a status (RMCP+) or completion code (1.5) to refuse a login step. @param privilege requested in Open Session */
  refuseLogin?(step: LoginStep, privilege?: number): number | undefined;
  readonly hashing?: LoginHashing | undefined;
  /** Replaces what the board offers. */
  readonly offer?: LoginOffer | undefined;
  /** Called when a login failed: wrong code, or abandoned by the console. */
  loginFailed?(): void;
  /** Replaces the reply of the handler, which is not called; "silence": no response. */
  answer?(request: Request): Reply | "silence" | undefined;
  /** Changes the reply of the handler. */
  amend?(request: Request, reply: Reply): Reply;
  /** Changes the encoded response message, checksums included. */
  damage?(message: Buffer, inSession: boolean): Buffer;
  /** Increment of the session sequence number of the next packet; 1 is correct. */
  sequenceStep?(): number;
  readonly sol?: SolHabits | undefined;
  /** Sends a finished packet through `next`: once, twice, late or not at all. */
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
  /** False: events are not added to the event log. */
  logsEvents: boolean;
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
  /** Number of open sessions. */
  readonly activeSessions: number;
  /** Ends all sessions, as a reboot does. */
  dropSessions(): void;
  /** Restarts the BMC, which answers nothing for this time. */
  restart(durationMs: number): void;
  /** Cancels SDR and SEL reservations, as another console does. */
  cancelReservations(): void;
}

/** Makes a misbehaviour for one BMC. */
export type Scenario = (context: ScenarioContext) => Misbehaviour;
