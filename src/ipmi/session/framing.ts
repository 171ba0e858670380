import { randomBytes } from "node:crypto";
import { authCode } from "../crypto/auth-code.ts";
import type { CipherSuite } from "../crypto/cipher-suite.ts";
import { ConfidentialityAlgorithm } from "../crypto/cipher-suite.ts";
import { AesCbc } from "../crypto/confidentiality.ts";
import { integrityCode } from "../crypto/integrity.ts";
import type { HmacScratch } from "../crypto/kept-hmac.ts";
import { type SessionKeys, sameCode } from "../crypto/key-exchange.ts";
import type { RandomPool } from "../crypto/random-pool.ts";
import { DecodeError } from "../errors.ts";
import type { DropReason } from "../observer.ts";
import {
  decodeRmcpPlusHeader,
  encodeRmcpPlus,
  isRmcpPlus,
  type PayloadCipher,
  PayloadType,
  type TrailerCode,
  trailerMatches,
} from "../wire/rmcp-plus.ts";
import { AuthType, decodeSessionPacket, encodeSessionPacket } from "../wire/session-header.ts";
import { nextSequence, SequenceWindow } from "./sequence-window.ts";

/** Puts IPMI messages into packets and extracts them; what a session adds to a message. */
export interface Framing {
  /**
   * Each call makes a new packet with the next session sequence number. `payloadType`: IPMI messages if absent; sessions
   * other than RMCP+ carry nothing else.
   */
  seal(message: Uint8Array, payloadType?: number): Buffer;
  /**
   * The message of a received packet (a view), or why the packet is dropped. Never throws. May decrypt in place, so that a
   * packet can be opened once. Packets of another payload type than the expected one are dropped.
   */
  open(packet: Uint8Array, payloadType?: number): Uint8Array | DropReason;
  /** False: only the checksums of the message protect it against damage. */
  readonly guarded: boolean;
}

/** Turns a DecodeError into a drop reason. */
function dropping(
  open: (packet: Uint8Array) => Uint8Array | DropReason,
): (packet: Uint8Array) => Uint8Array | DropReason {
  return (packet) => {
    try {
      return open(packet);
    } catch (error) {
      if (error instanceof DecodeError) return "malformed";
      throw error;
    }
  };
}

/** Outside a session: IPMI 1.5 header, authentication none, ids 0. Some BMCs answer only this form. */
export const sessionless: Framing = {
  guarded: false,
  seal: (message) => encodeSessionPacket({ authType: AuthType.None, sequence: 0, sessionId: 0, message }),
  open: dropping((packet) => {
    if (isRmcpPlus(packet)) return "unexpected";
    const { sessionId, message } = decodeSessionPacket(packet);
    return sessionId === 0 ? message : "other_session";
  }),
};

interface SessionFraming15 {
  readonly authType: number;
  readonly password: Uint8Array;
  readonly sessionId: number;
  /** First number to send, chosen by the BMC. */
  readonly inboundSequence: number;
  /** Activate Session is sent with number 0 each time. */
  readonly fixedSequence?: boolean;
}

/** Inside an IPMI 1.5 session: every packet has an authentication code, unless the BMC chose type none. */
export function framing15(s: SessionFraming15): Framing {
  let sequence = s.inboundSequence;
  const window = new SequenceWindow({ firstMayRepeat: true });
  return {
    guarded: s.authType === AuthType.Md5,
    seal(message) {
      const used = sequence;
      if (!s.fixedSequence) sequence = nextSequence(sequence);
      const code = authCode(s.authType, s.password, s.sessionId, message, used);
      return encodeSessionPacket({
        authType: s.authType,
        sequence: used,
        sessionId: s.sessionId,
        authCode: code,
        message,
      });
    },
    open: dropping((packet) => {
      if (isRmcpPlus(packet)) return "unexpected";
      const got = decodeSessionPacket(packet);
      if (got.sessionId !== s.sessionId) return "other_session";
      if (got.authType !== s.authType) return "not_authenticated";
      const code = authCode(s.authType, s.password, got.sessionId, got.message, got.sequence);
      if (code && !(got.authCode && sameCode(code, got.authCode))) return "bad_auth_code";
      // During activation the BMC repeats its number, too.
      if (!s.fixedSequence && !window.accept(got.sequence)) return "replayed";
      return got.message;
    }),
  };
}

interface SessionFraming20 {
  readonly suite: CipherSuite;
  readonly keys: SessionKeys;
  readonly password: Uint8Array;
  readonly consoleSessionId: number;
  readonly bmcSessionId: number;
  /** Source of initialisation vectors; a pool of its own if absent. */
  readonly random?: RandomPool;
  /** Scratch memory for codes; its own if absent. */
  readonly scratch?: HmacScratch;
}

/** Inside an RMCP+ session: numbered, with trailer and encryption of the cipher suite. */
export class FramingRmcpPlus implements Framing {
  readonly guarded: boolean;
  readonly #consoleSessionId: number;
  readonly #bmcSessionId: number;
  readonly #code: TrailerCode | undefined;
  readonly #cipher: PayloadCipher | undefined;
  readonly #window = new SequenceWindow();
  #sequence = 0;

  constructor(s: SessionFraming20) {
    this.#consoleSessionId = s.consoleSessionId;
    this.#bmcSessionId = s.bmcSessionId;
    this.#code = integrityCode(s.suite, s.keys.k1, s.password, s.scratch);
    const encrypts = s.suite.confidentiality === ConfidentialityAlgorithm.AesCbc128;
    this.#cipher = encrypts ? new AesCbc(s.keys.k2, s.random) : undefined;
    this.guarded = this.#code !== undefined;
  }

  seal(message: Uint8Array, payloadType: number = PayloadType.Ipmi): Buffer {
    this.#sequence = nextSequence(this.#sequence);
    const fields = {
      payloadType,
      encrypted: this.#cipher !== undefined,
      sessionId: this.#bmcSessionId,
      sequence: this.#sequence,
      payload: message,
    };
    return encodeRmcpPlus(fields, this.#code, this.#cipher);
  }

  open(packet: Uint8Array, payloadType: number = PayloadType.Ipmi): Uint8Array | DropReason {
    if (!isRmcpPlus(packet)) return "unexpected";
    let isHeaderRead = false;
    try {
      const got = decodeRmcpPlusHeader(packet);
      isHeaderRead = true;
      if (got.payloadType !== payloadType) return "unexpected";
      if (got.sessionId !== this.#consoleSessionId) return "other_session";
      if (this.#code) {
        if (!got.authenticated) return "not_authenticated";
        if (!trailerMatches(packet, got.payloadEnd, this.#code)) return "bad_integrity";
      }
      if (this.#cipher && !got.encrypted) return "not_encrypted";
      if (!this.#window.accept(got.sequence)) return "replayed";
      const { payloadStart, payloadEnd } = got;
      if (!this.#cipher) return packet.subarray(payloadStart, payloadEnd);
      // The packet belongs to this function, and its encrypted bytes are not needed any more.
      return this.#cipher.open(packet, payloadStart, payloadEnd);
    } catch (error) {
      if (error instanceof DecodeError) return isHeaderRead ? "bad_encryption" : "malformed";
      throw error;
    }
  }
}

/** A session id of the console: random, never 0. */
export function newConsoleSessionId(): number {
  return randomBytes(4).readUInt32LE() || 1;
}
