import { decodeConsoleSolPacket, encodeBmcSolPacket, nextSolSequence } from "../../../src/ipmi/wire/sol.ts";
import type { StepClock } from "./step-clock.ts";

/** How a BMC treats SOL packets; absent: as the specification says. */
export interface PeerHabits {
  /** Drops, without an answer, packets that do not carry the next number (OpenBMC). */
  readonly strict?: boolean;
  /** Accepts at most this many characters of a packet. */
  readonly acceptsAtMost?: number;
  /** Rejects this many packets at first. */
  readonly nacks?: number;
  /** Adds characters to repetitions. */
  readonly growsRepetitions?: boolean;
  /** Increment of its sequence number. */
  readonly step?: number;
  /** Repetitions of a packet before its characters are dropped. */
  readonly retries?: number;
  /** Sends each packet twice, the copy late. */
  readonly echoes?: boolean;
}

const EMPTY = new Uint8Array(0);
const RETRY_MS = 700;
const CHUNK = 3;

/** A model of the BMC's end of SOL with a host behind it; not the simulator, which shares code with the client. */
export class SolPeer {
  readonly hostReceived: number[] = [];
  breaks = 0;
  readonly #clock: StepClock;
  readonly #send: (payload: Uint8Array) => void;
  readonly #habits: PeerHabits;
  #nacks: number;
  #lastIn = 0;
  #lastAccepted = 0;
  #sequence = 0;
  #toSend: number[] = [];
  #outstanding: { sequence: number; bytes: number[]; repetitions: number } | undefined;

  constructor(clock: StepClock, send: (payload: Uint8Array) => void, habits: PeerHabits) {
    this.#clock = clock;
    this.#send = send;
    this.#habits = habits;
    this.#nacks = habits.nacks ?? 0;
  }

  /** The host prints. */
  print(bytes: readonly number[]): void {
    this.#toSend.push(...bytes);
    this.#next();
  }

  receive(payload: Uint8Array): void {
    const packet = decodeConsoleSolPacket(payload);
    if (packet.sequence !== 0) this.#input(packet);
    const outstanding = this.#outstanding;
    if (!outstanding || packet.ackSequence !== outstanding.sequence) return;
    if (packet.acceptedCount !== outstanding.bytes.length) return;
    this.#outstanding = undefined;
    this.#next();
  }

  #input({ sequence, characters, break: isBreak }: ReturnType<typeof decodeConsoleSolPacket>): void {
    if (this.#habits.strict && sequence !== nextSolSequence(this.#lastIn)) return;
    if (this.#nacks > 0) {
      this.#nacks--;
      this.#ack(sequence, 0, true);
      return;
    }
    if (sequence !== this.#lastIn) {
      const accepted = characters.subarray(0, this.#habits.acceptsAtMost ?? characters.length);
      this.#lastIn = sequence;
      this.#lastAccepted = accepted.length;
      this.hostReceived.push(...accepted);
      if (isBreak) this.breaks++;
    }
    this.#ack(sequence, this.#lastAccepted, false);
  }

  #ack(ackSequence: number, acceptedCount: number, nack: boolean): void {
    this.#put({ sequence: 0, ackSequence, acceptedCount, characters: EMPTY, nack });
  }

  #put(p: { sequence: number; ackSequence: number; acceptedCount: number; characters: Uint8Array; nack?: boolean }) {
    const flags = { nack: false, unavailable: false, deactivating: false, overrun: false, breakReceived: false };
    this.#send(encodeBmcSolPacket({ ...flags, ...p }));
  }

  #next(): void {
    if (this.#outstanding || this.#toSend.length === 0) return;
    for (let i = 0; i < (this.#habits.step ?? 1); i++) this.#sequence = nextSolSequence(this.#sequence);
    this.#outstanding = { sequence: this.#sequence, bytes: this.#toSend.splice(0, CHUNK), repetitions: 0 };
    this.#transmit(this.#outstanding);
  }

  #transmit(outstanding: { sequence: number; bytes: number[]; repetitions: number }): void {
    const send = (): void =>
      this.#put({
        sequence: outstanding.sequence,
        ackSequence: 0,
        acceptedCount: 0,
        characters: Uint8Array.from(outstanding.bytes),
      });
    if (this.#habits.echoes) this.#clock.after(RETRY_MS / 2 + 13, send);
    this.#clock.after(RETRY_MS, () => {
      if (this.#outstanding !== outstanding) return;
      if (outstanding.repetitions++ < (this.#habits.retries ?? 6)) {
        if (this.#habits.growsRepetitions) outstanding.bytes.push(...this.#toSend.splice(0, 1));
        this.#transmit(outstanding);
        return;
      }
      this.#outstanding = undefined;
      this.#next();
    });
    send();
  }
}
