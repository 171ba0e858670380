import { authCode } from "../../ipmi/crypto/auth-code.ts";
import type { CipherSuite } from "../../ipmi/crypto/cipher-suite.ts";
import { ConfidentialityAlgorithm } from "../../ipmi/crypto/cipher-suite.ts";
import { AesCbc } from "../../ipmi/crypto/confidentiality.ts";
import { integrityCode } from "../../ipmi/crypto/integrity.ts";
import { passwordKey, type SessionKeys } from "../../ipmi/crypto/key-exchange.ts";
import type { RandomPool } from "../../ipmi/crypto/random-pool.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { encodeRmcpPlus, PayloadType, type TrailerCode } from "../../ipmi/wire/rmcp-plus.ts";
import { encodeSessionPacket } from "../../ipmi/wire/session-header.ts";
import type { BoardUser } from "../boards/board.ts";
import { InboundWindow } from "./inbound-window.ts";

/** Address of a console. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Values of a handshake in progress. */
interface Handshake {
  readonly consoleRandom: Buffer;
  readonly bmcRandom: Buffer;
  readonly role: number;
  readonly userName: Buffer;
}

/** RMCP+: up to 15 ahead and 16 behind; IPMI 1.5: 8 either way (IPMI 2.0 section 6.12.12). */
const AHEAD_20 = 15;
const BEHIND_20 = 16;
const AROUND_15 = 8;

/** One session, seen from the BMC: half open until the login is complete. */
export class ServerSession {
  /** Session id of the BMC, which the console sends in its packets. */
  readonly id: number;
  readonly protocol: "1.5" | "2.0";
  readonly peer: Peer;
  /** 1-63, for Get Session Info. */
  readonly handle: number;
  lastUsedMs: number;
  active = false;
  user: BoardUser | undefined;
  /** Current privilege level; User at first. */
  privilege: number = PrivilegeLevel.User;
  /** Highest privilege level that may be set. */
  privilegeLimit: number = PrivilegeLevel.Administrator;

  /** RMCP+ only: session id of the console. */
  consoleSessionId = 0;
  requestedPrivilege = 0;
  suite: CipherSuite | undefined;
  handshake: Handshake | undefined;
  /** IPMI 1.5 only. */
  authType = 0;

  #window: InboundWindow | undefined;
  #outbound = 0;
  #code: TrailerCode | undefined;
  #confidentiality: AesCbc | undefined;
  #password: Uint8Array | undefined;

  constructor(protocol: "1.5" | "2.0", id: number, handle: number, peer: Peer, nowMs: number) {
    this.protocol = protocol;
    this.id = id;
    this.handle = handle;
    this.peer = peer;
    this.lastUsedMs = nowMs;
  }

  /** Sends a packet to the console without a request; set by the first packet of the session. */
  send: ((packet: Buffer, peer: Peer, stray: boolean) => void) | undefined;

  /** Completes an RMCP+ login: from now on packets are numbered, authenticated and encrypted. */
  activateRmcpPlus(suite: CipherSuite, keys: SessionKeys, password: Uint8Array, random: RandomPool): void {
    this.#code = integrityCode(suite, keys.k1, passwordKey(password));
    const encrypts = suite.confidentiality === ConfidentialityAlgorithm.AesCbc128;
    this.#confidentiality = encrypts ? new AesCbc(keys.k2, random) : undefined;
    this.#window = new InboundWindow(0, AHEAD_20, BEHIND_20);
    this.handshake = undefined;
    this.active = true;
  }

  /** @param inbound first sequence number of the console @param outbound first one of the BMC */
  activate15(authType: number, password: Uint8Array, inbound: number, outbound: number): void {
    this.authType = authType;
    this.#password = password;
    this.#window = new InboundWindow((inbound - 1) >>> 0, AROUND_15, AROUND_15);
    this.#outbound = (outbound - 1) >>> 0;
    this.active = true;
  }

  get trailer(): TrailerCode | undefined {
    return this.#code;
  }

  get encrypted(): boolean {
    return this.#confidentiality !== undefined;
  }

  /** @throws DecodeError */
  decrypt(payload: Uint8Array): Uint8Array {
    return this.#confidentiality?.decrypt(payload) ?? payload;
  }

  /** Whether a received number is new and within the window. */
  accepts(sequence: number): boolean {
    return this.#window?.accept(sequence) ?? false;
  }

  /** Code of a received IPMI 1.5 packet; undefined for authentication type none. */
  codeOf(message: Uint8Array, sequence: number): Buffer | undefined {
    return authCode(this.authType, this.#password ?? new Uint8Array(0), this.id, message, sequence);
  }

  /**
   * Encodes a message as packet to the console. @param step increment of the sequence number: 1 except for misbehaviour
   * @param payloadType RMCP+ only
   */
  seal(message: Uint8Array, step = 1, payloadType: number = PayloadType.Ipmi): Buffer {
    this.#outbound = (this.#outbound + step) >>> 0 || 1;
    if (this.protocol === "1.5") {
      return encodeSessionPacket({
        authType: this.authType,
        sequence: this.#outbound,
        sessionId: this.id,
        authCode: this.codeOf(message, this.#outbound),
        message,
      });
    }
    return encodeRmcpPlus(
      {
        payloadType,
        encrypted: this.encrypted,
        sessionId: this.consoleSessionId,
        sequence: this.#outbound,
        payload: message,
      },
      this.#code,
      this.#confidentiality,
    );
  }
}
