import type { SessionTraits } from "../boards/board.ts";
import { type Peer, ServerSession } from "./server-session.ts";

const LIMIT = 4;
const IDLE_MS = 60_000;
const HALF_OPEN_MS = 30_000;
const COUNTER_BITS = 0x00ff_ffff;

/**
 * The sessions of one BMC. There are no timers: each look-up removes expired sessions. A session id is the slot
 * and a counter, so that the id of an old session never matches a new one.
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

  /** Opens a session, half open at first; undefined: no free slot. */
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

  /** The session with this id; undefined: unknown or expired. */
  find(id: number, nowMs: number): ServerSession | undefined {
    const session = this.#slots[(id & 0xff) - 1];
    if (session?.id !== id) return undefined;
    if (!this.#isExpired(session, nowMs)) return session;
    this.close(session);
    return undefined;
  }

  /** Open and half-open sessions. */
  all(nowMs: number): readonly ServerSession[] {
    this.#expire(nowMs);
    return this.#slots.filter((s) => s !== undefined);
  }

  /** The half-open session with this console and console session id: the console repeats Open Session. */
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

  #isExpired(session: ServerSession, nowMs: number): boolean {
    return nowMs - session.lastUsedMs > (session.active ? this.#idleMs : this.#halfOpenMs);
  }

  #expire(nowMs: number): void {
    for (const session of this.#slots) if (session && this.#isExpired(session, nowMs)) this.close(session);
  }
}
