import { DecodeError } from "../../ipmi/errors.ts";
import { PayloadType } from "../../ipmi/wire/rmcp-plus.ts";
import {
  type BmcSolPacket,
  type ConsoleSolPacket,
  decodeConsoleSolPacket,
  encodeBmcSolPacket,
  nextSolSequence,
} from "../../ipmi/wire/sol.ts";
import type { Clock, Timer } from "../../lib/index.ts";
import type { Misbehaviour, SolHabits } from "./misbehaviour.ts";
import type { SerialLine } from "./serial-line.ts";
import type { Peer, ServerSession } from "./server-session.ts";
import type { SessionTable } from "./session-table.ts";

/** Inbound and outbound size: header and 248 characters. */
const SIZE = 252;
const HEADER = 4;
const RETRIES = 7;
const RETRY_MS = 500;
/** Output that waits for the console; more is lost, with the overrun flag. */
const BUFFER_BYTES = 16 * 1024;
const EMPTY = new Uint8Array(0);
const NO_HABITS: SolHabits = {};

/** What SOL needs of its BMC. */
interface SolBmc {
  readonly clock: Clock;
  readonly sessions: SessionTable;
  readonly misbehaviours: readonly Misbehaviour[];
  readonly state: { readonly serial: SerialLine };
  sequenceStep(): number;
  deliver(packet: Buffer, peer: Peer, send: (packet: Buffer, peer: Peer, stray: boolean) => void): void;
}

interface Outstanding {
  readonly sequence: number;
  readonly characters: Uint8Array;
  repetitions: number;
}

/** Serial over LAN of one BMC: at most one session has it. */
export class SolPayload {
  readonly #bmc: SolBmc;
  #owner: ServerSession | undefined;
  #received = 0;
  #accepted = 0;
  #sequence = 0;
  #buffer = Buffer.alloc(0);
  #overrun = false;
  #outstanding: Outstanding | undefined;
  #timer: Timer | undefined;
  #packets = 0;
  #isStuck = false;
  /** Set by Set SOL Configuration Parameters, by number. */
  readonly parameters = new Map<number, Uint8Array>();

  constructor(bmc: SolBmc) {
    this.#bmc = bmc;
  }

  get habits(): SolHabits {
    return this.#bmc.misbehaviours.find((m) => m.sol)?.sol ?? NO_HABITS;
  }

  /** The session that has SOL; undefined: it is not active, or its session has ended. */
  get owner(): ServerSession | undefined {
    const owner = this.#owner;
    if (owner && this.#bmc.sessions.find(owner.id, this.#bmc.clock.monotonicMs()) !== owner) this.deactivate();
    return this.#owner;
  }

  /** Bytes of output that can be printed without a loss. */
  get space(): number {
    return BUFFER_BYTES - this.#buffer.length;
  }

  /** Sizes for the answer of Activate Payload. */
  get sizes(): { readonly inboundSize: number; readonly outboundSize: number } {
    return { inboundSize: this.habits.inboundSize ?? SIZE, outboundSize: this.habits.outboundSize ?? SIZE };
  }

  activate(session: ServerSession): void {
    this.deactivate();
    this.#owner = session;
    this.#received = 0;
    this.#sequence = 0;
    this.#packets = 0;
    this.#isStuck = false;
    // After the answer to Activate Payload.
    this.#timer = this.#bmc.clock.after(0, () => {
      this.#timer = undefined;
      this.#bmc.state.serial.attach((bytes) => this.#print(bytes));
    });
  }

  /** Ends it without notice, as BMCs do; with `notice` the console gets a packet with the flag "deactivating". */
  deactivate(options: { readonly notice?: boolean } = {}): void {
    if (options.notice) this.#put({ deactivating: true });
    this.#owner = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#outstanding = undefined;
    this.#buffer = Buffer.alloc(0);
    this.#overrun = false;
    this.#bmc.state.serial.detach();
  }

  /** The power of the host changed. */
  powerChanged(): void {
    this.#isStuck = this.habits.sticksAfterPower ?? false;
  }

  /** A decrypted SOL packet of a session. Packets of a session that does not have SOL are dropped in silence. */
  receive(session: ServerSession, payload: Uint8Array): boolean {
    if (this.owner !== session) return false;
    let packet: Required<ConsoleSolPacket>;
    try {
      packet = decodeConsoleSolPacket(payload);
    } catch (error) {
      if (error instanceof DecodeError) return false;
      throw error;
    }
    const { endsAfter } = this.habits;
    if (endsAfter !== undefined && ++this.#packets > endsAfter) {
      this.deactivate();
      return false;
    }
    if (packet.flushOutbound) this.#buffer = Buffer.alloc(0);
    if (packet.sequence !== 0) this.#input(packet, payload.length);
    if (packet.ackSequence !== 0) this.#acknowledged(packet);
    return true;
  }

  #input(packet: Required<ConsoleSolPacket>, length: number): void {
    const { sequence, characters } = packet;
    if (length > (this.habits.accepts ?? SIZE)) return;
    if (this.habits.strict && sequence !== nextSolSequence(this.#received)) return;
    if (sequence !== this.#received) {
      this.#received = sequence;
      this.#accepted = characters.length;
      if (packet.break) this.#bmc.state.serial.sendBreak();
      this.#bmc.state.serial.input(characters);
    }
    if (this.habits.losesAck?.()) return;
    this.#put({ ackSequence: sequence, acceptedCount: this.#accepted });
  }

  #acknowledged(packet: ConsoleSolPacket): void {
    const outstanding = this.#outstanding;
    if (!outstanding || packet.ackSequence !== outstanding.sequence) return;
    if (packet.nack || packet.acceptedCount !== outstanding.characters.length) return;
    this.#drop();
  }

  /** The packet is done with: sends the next one. */
  #drop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#outstanding = undefined;
    this.#next();
  }

  #print(bytes: Uint8Array): void {
    if (!this.owner) {
      // Kept for the next console.
      this.#bmc.state.serial.print(bytes);
      return;
    }
    if (this.#isStuck) return;
    const taken = bytes.subarray(0, this.space);
    if (taken.length < bytes.length || this.habits.overruns?.()) this.#overrun = true;
    this.#buffer = Buffer.concat([this.#buffer, taken]);
    this.#next();
  }

  #next(): void {
    if (this.#outstanding || this.#buffer.length === 0) return;
    const characters = this.#buffer.subarray(0, SIZE - HEADER);
    this.#buffer = this.#buffer.subarray(characters.length);
    this.#sequence = nextSolSequence(this.#sequence);
    this.#outstanding = { sequence: this.#sequence, characters, repetitions: 0 };
    this.#transmit(this.#outstanding);
  }

  #transmit(outstanding: Outstanding): void {
    this.#timer = this.#bmc.clock.after(RETRY_MS, () => {
      this.#timer = undefined;
      if (!this.owner) return;
      if (outstanding.repetitions++ < (this.habits.retries ?? RETRIES)) this.#transmit(outstanding);
      else this.#drop();
    });
    const { sequence, characters } = outstanding;
    this.#put({ sequence, characters, overrun: this.#overrun });
    this.#overrun = false;
  }

  #put(packet: Partial<BmcSolPacket>): void {
    const session = this.#owner;
    if (!session?.send) return;
    const payload = encodeBmcSolPacket({
      sequence: 0,
      ackSequence: 0,
      acceptedCount: 0,
      characters: EMPTY,
      nack: false,
      unavailable: false,
      deactivating: false,
      overrun: false,
      breakReceived: false,
      ...packet,
    });
    this.#bmc.deliver(session.seal(payload, this.#bmc.sequenceStep(), PayloadType.Sol), session.peer, session.send);
  }
}
