import type { SessionTraits } from "../boards/board.ts";
import { type Peer, ServerSession } from "./server-session.ts";

const LIMIT = 4;
const IDLE_MS = 60_000;
const HALF_OPEN_MS = 30_000;
const COUNTER_BITS = 0x00ff_ffff;

/**
 * The sessions of one BMC. No timers: sessions that are over are found when somebody looks. Session ids
 * are the slot and a counter, so that an old id is never taken for a new session.
 */
export class SessionTable {
  readonly limit: number;
  readonly #idleMs: number;
  readonly #halfOpenMs: number;
  readonly #slots: (ServerSession | undefined)[] = [];
  #counter: number;

  constructor(traits: SessionTraits | undefined, seed: number) {
    this.limit = Math.min(traits?.limit ?? LIMIT, 63);
    this.#idleMs = traits?.idleMs ?? IDLE_MS;
    this.#halfOpenMs = traits?.halfOpenMs ?? HALF_OPEN_MS;
    this.#counter = seed & COUNTER_BITS;
  }

  /** A new half-open session, or undefined: no slot is free. */
  open(protocol: "1.5" | "2.0", peer: Peer, nowMs: number): ServerSession | undefined {
    this.#expire(nowMs);
    let slot = this.#slots.indexOf(undefined);
    if (slot < 0) slot = this.#slots.length;
    if (slot >= this.limit) return undefined;
    this.#counter = (this.#counter + 1) & COUNTER_BITS;
    const id = ((this.#counter << 8) | (slot + 1)) >>> 0;
    const session = new ServerSession(protocol, id, slot + 1, peer, nowMs);
    this.#slots[slot] = session;
    return session;
  }

  /** The session of an id; undefined when there is none or it is over. */
  find(id: number, nowMs: number): ServerSession | undefined {
    const session = this.#slots[(id & 0xff) - 1];
    if (session?.id !== id) return undefined;
    if (!this.#isOver(session, nowMs)) return session;
    this.close(session);
    return undefined;
  }

  /** Sessions that are open or half open now. */
  all(nowMs: number): readonly ServerSession[] {
    this.#expire(nowMs);
    return this.#slots.filter((s) => s !== undefined);
  }

  /** A half-open session of the same console with the same id of its own: a repeated Open Session. */
  halfOpenOf(peer: Peer, consoleSessionId: number): ServerSession | undefined {
    return this.#slots.find(
      (s) =>
        s !== undefined &&
        !s.active &&
        s.consoleSessionId === consoleSessionId &&
        s.peer.port === peer.port &&
        s.peer.address === peer.address,
    );
  }

  close(session: ServerSession): void {
    const slot = session.handle - 1;
    if (this.#slots[slot] === session) this.#slots[slot] = undefined;
  }

  clear(): void {
    this.#slots.length = 0;
  }

  #isOver(session: ServerSession, nowMs: number): boolean {
    return nowMs - session.lastUsedMs > (session.active ? this.#idleMs : this.#halfOpenMs);
  }

  #expire(nowMs: number): void {
    for (const session of this.#slots) if (session && this.#isOver(session, nowMs)) this.close(session);
  }
}
