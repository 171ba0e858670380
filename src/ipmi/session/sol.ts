import type { Clock, Timer } from "../../lib/index.ts";
import { DecodeError } from "../errors.ts";
import { type BmcSolPacket, decodeBmcSolPacket, encodeConsoleSolPacket, nextSolSequence } from "../wire/sol.ts";

/** Why the stream ended by itself. */
export type SolEnd =
  /** The BMC reported that it deactivates SOL. */
  | "deactivated"
  /** The BMC acknowledged neither a packet nor the next one: the session is gone or SOL belongs to somebody else. */
  | "silent"
  /** The BMC rejected the same input over and over. */
  | "rejected";

export interface SolHandlers {
  /** Output of the host, each byte once and in order. The array belongs to the receiver. */
  output(bytes: Uint8Array): void;
  /** Output of the host was lost before the bytes that follow: in the BMC (overrun) or on the way (gap). */
  outputLost(cause: "overrun" | "gap"): void;
  /** The host sent a break. */
  breakReceived(): void;
  /** It is not known whether the host received these bytes of input; 0: a break. */
  inputInDoubt(bytes: number): void;
  /** Called once, at the end that nobody requested. `unsent`: bytes of input that certainly did not arrive. */
  ended(end: SolEnd, unsent: number): void;
}

export interface SolStreamOptions {
  readonly clock: Clock;
  readonly send: (payload: Uint8Array) => void;
  readonly handlers: SolHandlers;
  /** Most characters in a packet to the BMC; see `solCharacters`. */
  readonly characters: number;
  /** Wait for an acknowledgement; default 300 ms, doubled with each repetition up to 2 s. */
  readonly retryMs?: number;
  /** Transmissions of a packet; default 6. */
  readonly tries?: number;
  /**
   * The BMC drops every packet that does not carry the next sequence number, repetitions included (OpenBMC). The
   * acknowledgement of packet N + 1 then proves that packet N was accepted.
   */
  readonly strict?: boolean;
}

/** Bytes that wait to be sent; `write` refuses more. */
export const SOL_INPUT_LIMIT = 64 * 1024;
const RETRY_MS = 300;
const LONGEST_RETRY_MS = 2000;
const TRIES = 6;
const UNAVAILABLE_MS = 1000;
/** Rejections of the same input in a row: one minute of a BMC that cannot pass characters on. */
const REJECTIONS = 60;
/** Received packets that are kept to recognise late repetitions: fewer than half of the sequence numbers. */
const REMEMBERED = 6;

const NO_CHARACTERS = new Uint8Array(0);

type Content =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "break" }
  /** Keeps the session alive and proves that SOL works. */
  | { readonly kind: "empty" };

interface Outstanding {
  readonly sequence: number;
  readonly content: Content;
  readonly packet: Uint8Array;
  /** The packet before this one, while its acknowledgement is missing. */
  doubtful?: { readonly sequence: number; readonly content: Content } | undefined;
  transmissions: number;
}

interface Received {
  readonly sequence: number;
  readonly characters: Uint8Array;
}

/**
 * The two directions of one active SOL payload - IPMI 2.0 section 15. Each direction has sequence numbers from 1 to 15 and
 * at most one packet that is not acknowledged.
 *
 * A packet is repeated byte for byte. If its acknowledgement stays out, the acknowledgement may be what was lost, and a
 * strict BMC drops every repetition: an empty packet with the next number then finds out. Packets with characters never
 * carry an acknowledgement, because a repetition would carry an old one.
 */
export class SolStream {
  readonly #clock: Clock;
  readonly #send: (payload: Uint8Array) => void;
  readonly #handlers: SolHandlers;
  readonly #characters: number;
  readonly #retryMs: number;
  readonly #tries: number;
  readonly #strict: boolean;
  #queue: Content[] = [];
  #queuedBytes = 0;
  #sequence = 0;
  #outstanding: Outstanding | undefined;
  #timer: Timer | undefined;
  #rejections = 0;
  /** Latest first. */
  #received: Received[] = [];
  #lastHeardAt: number;
  #over = false;
  /** While true, output is not acknowledged: the BMC repeats it until its retries end, and then drops it. */
  paused = false;

  constructor(options: SolStreamOptions) {
    this.#clock = options.clock;
    this.#send = options.send;
    this.#handlers = options.handlers;
    this.#characters = Math.max(1, options.characters);
    this.#retryMs = options.retryMs ?? RETRY_MS;
    this.#tries = options.tries ?? TRIES;
    this.#strict = options.strict ?? false;
    this.#lastHeardAt = options.clock.monotonicMs();
  }

  /** Bytes of input that wait to be sent or acknowledged. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Monotonic ms of the last packet from the BMC; of the activation before the first. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** Sends input to the host. False: the queue is full or the stream is over, and nothing of it was taken. */
  write(bytes: Uint8Array): boolean {
    if (this.#over || this.#queuedBytes + bytes.length > SOL_INPUT_LIMIT) return false;
    if (bytes.length === 0) return true;
    this.#queuedBytes += bytes.length;
    this.#queue.push({ kind: "data", bytes: Uint8Array.from(bytes) });
    this.#next();
    return true;
  }

  /** Sends a break, after the input that was written before. False: the stream is over or too much is queued. */
  sendBreak(): boolean {
    if (this.#over || this.#queue.length >= SOL_INPUT_LIMIT) return false;
    this.#queue.push({ kind: "break" });
    this.#next();
    return true;
  }

  /** Sends an empty packet, which the BMC acknowledges; nothing if a packet is outstanding already. */
  keepAlive(): void {
    if (this.#over || this.#outstanding || this.#timer) return;
    this.#transmitNew({ kind: "empty" });
  }

  /** Stops without an event; the caller deactivates the payload. */
  stop(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#outstanding = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  /** Handles the payload of a received SOL packet; malformed ones are ignored. */
  receive(payload: Uint8Array): void {
    if (this.#over) return;
    let packet: BmcSolPacket;
    try {
      packet = decodeBmcSolPacket(payload);
    } catch (error) {
      if (error instanceof DecodeError) return;
      throw error;
    }
    this.#lastHeardAt = this.#clock.monotonicMs();
    if (packet.overrun) this.#handlers.outputLost("overrun");
    if (packet.breakReceived) this.#handlers.breakReceived();
    if (packet.sequence !== 0 && !this.paused) this.#take(packet);
    // A handler may have stopped the stream.
    if (this.#over) return;
    if (packet.deactivating) this.#end("deactivated");
    else if (packet.ackSequence !== 0) this.#acknowledged(packet);
  }

  /** Delivers what is new in a packet, and acknowledges all of it. */
  #take({ sequence, characters }: BmcSolPacket): void {
    const earlier = this.#received.findIndex((r) => r.sequence === sequence);
    const known = this.#received[earlier];
    if (known && startsWith(characters, known.characters)) {
      // A late copy of a packet that was followed by others: its characters were delivered.
      if (earlier > 0) return;
      this.#acknowledge(sequence, characters.length);
      if (characters.length === known.characters.length) return;
      const all = Uint8Array.from(characters);
      this.#received[0] = { sequence, characters: all };
      this.#handlers.output(all.subarray(known.characters.length));
      return;
    }
    // A repetition that was shortened: all of it is known.
    if (known && earlier === 0 && startsWith(known.characters, characters) && characters.length > 0) {
      this.#acknowledge(sequence, characters.length);
      return;
    }
    // The first packet after the activation has number 1.
    const last = this.#received[0]?.sequence ?? 0;
    if (sequence !== nextSolSequence(last)) this.#handlers.outputLost("gap");
    const copy = Uint8Array.from(characters);
    this.#received = [{ sequence, characters: copy }, ...this.#received.slice(0, REMEMBERED - 1)];
    this.#acknowledge(sequence, characters.length);
    if (copy.length > 0) this.#handlers.output(copy);
  }

  #acknowledge(ackSequence: number, acceptedCount: number): void {
    const count = Math.min(acceptedCount, 255);
    this.#send(encodeConsoleSolPacket({ sequence: 0, ackSequence, acceptedCount: count, characters: NO_CHARACTERS }));
  }

  #acknowledged(packet: BmcSolPacket): void {
    const outstanding = this.#outstanding;
    if (!outstanding) return;
    const { doubtful, content } = outstanding;
    if (doubtful && packet.ackSequence === doubtful.sequence) {
      // The missing acknowledgement was late.
      if (packet.nack) return;
      outstanding.doubtful = undefined;
      this.#settle(doubtful.content, packet.acceptedCount);
      return;
    }
    if (packet.ackSequence !== outstanding.sequence) return;
    if (packet.nack) {
      this.#rejected(packet);
      return;
    }
    this.#clearTimer();
    this.#outstanding = undefined;
    if (doubtful) this.#resolve(doubtful.content);
    const rest = this.#settle(content, packet.acceptedCount);
    if (rest === lengthOf(content) && rest > 0) this.#nextAfter(this.#retryMs);
    else {
      this.#rejections = 0;
      this.#next();
    }
  }

  /** Packet N + 1 was acknowledged: a strict BMC has accepted packet N; any other may have. */
  #resolve(content: Content): void {
    const bytes = lengthOf(content);
    this.#queuedBytes -= bytes;
    if (content.kind !== "empty" && !this.#strict) this.#handlers.inputInDoubt(bytes);
  }

  /** Takes accepted characters off the account; the others are sent with a new number. Returns their count. */
  #settle(content: Content, accepted: number): number {
    if (content.kind !== "data") return 0;
    const count = Math.min(accepted, content.bytes.length);
    this.#queuedBytes -= count;
    const rest = content.bytes.subarray(count);
    if (rest.length > 0) this.#queue.unshift({ kind: "data", bytes: rest });
    return rest.length;
  }

  /** The BMC did not take the packet: waits, then repeats it; characters that were accepted are not sent again. */
  #rejected(packet: BmcSolPacket): void {
    const outstanding = this.#outstanding as Outstanding;
    const waitMs = packet.unavailable ? Math.max(UNAVAILABLE_MS, this.#retryMs) : this.#retryMs;
    this.#clearTimer();
    if (packet.acceptedCount > 0) {
      this.#outstanding = undefined;
      if (outstanding.doubtful) this.#resolve(outstanding.doubtful.content);
      this.#settle(outstanding.content, packet.acceptedCount);
      this.#rejections = 0;
      this.#nextAfter(waitMs);
      return;
    }
    if (++this.#rejections > REJECTIONS) {
      this.#end("rejected");
      return;
    }
    outstanding.transmissions = 0;
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#transmit(outstanding);
    });
  }

  /** Waits before the next packet: the BMC accepted nothing or a part. */
  #nextAfter(waitMs: number): void {
    if (++this.#rejections > REJECTIONS) {
      this.#end("rejected");
      return;
    }
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#next();
    });
  }

  #next(): void {
    if (this.#over || this.#outstanding || this.#timer) return;
    const [first] = this.#queue;
    if (!first) return;
    if (first.kind !== "data") {
      this.#queue.shift();
      this.#transmitNew(first);
      return;
    }
    this.#transmitNew({ kind: "data", bytes: this.#takeBytes() });
  }

  /** Queued bytes up to the next break, as many as fit in a packet. */
  #takeBytes(): Uint8Array {
    const parts: Uint8Array[] = [];
    let space = this.#characters;
    let used = 0;
    for (const content of this.#queue) {
      if (content.kind !== "data" || space === 0) break;
      const part = content.bytes.subarray(0, space);
      parts.push(part);
      space -= part.length;
      if (part.length < content.bytes.length) {
        this.#queue[used] = { kind: "data", bytes: content.bytes.subarray(part.length) };
        break;
      }
      used++;
    }
    this.#queue.splice(0, used);
    return Buffer.concat(parts);
  }

  #transmitNew(content: Content, doubtful?: Outstanding["doubtful"]): void {
    this.#sequence = nextSolSequence(this.#sequence);
    const packet = encodeConsoleSolPacket({
      sequence: this.#sequence,
      ackSequence: 0,
      acceptedCount: 0,
      break: content.kind === "break",
      characters: content.kind === "data" ? content.bytes : NO_CHARACTERS,
    });
    const outstanding = { sequence: this.#sequence, content, packet, doubtful, transmissions: 0 };
    this.#outstanding = outstanding;
    this.#transmit(outstanding);
  }

  #transmit(outstanding: Outstanding): void {
    const waitMs = Math.min(this.#retryMs * 2 ** outstanding.transmissions, LONGEST_RETRY_MS);
    outstanding.transmissions++;
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#expired();
    });
    this.#send(outstanding.packet);
  }

  #expired(): void {
    const outstanding = this.#outstanding;
    if (!outstanding) return;
    if (outstanding.transmissions < this.#tries) this.#transmit(outstanding);
    else if (outstanding.doubtful) this.#end("silent");
    else {
      const { sequence, content } = outstanding;
      this.#transmitNew({ kind: "empty" }, { sequence, content });
    }
  }

  #clearTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #end(end: SolEnd): void {
    const { content, doubtful } = this.#outstanding ?? {};
    const sent = [content, doubtful?.content].filter((c) => c !== undefined && c.kind !== "empty") as Content[];
    const inDoubt = sent.reduce((sum, c) => sum + lengthOf(c), 0);
    const unsent = this.#queuedBytes - inDoubt;
    this.stop();
    if (sent.length > 0) this.#handlers.inputInDoubt(inDoubt);
    this.#handlers.ended(end, unsent);
  }
}

const lengthOf = (content: Content): number => (content.kind === "data" ? content.bytes.length : 0);

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && Buffer.compare(bytes.subarray(0, start.length), start) === 0;
}
