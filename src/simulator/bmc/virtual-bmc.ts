import { randomBytes } from "node:crypto";
import type { IpAddressSource } from "../../ipmi/commands/index.ts";
import { RandomPool } from "../../ipmi/crypto/random-pool.ts";
import type { Clock } from "../../lib/index.ts";
import type { BoardBehaviour, BoardModel, BoardUser, ChannelTraits } from "../boards/board.ts";
import { LiveBoard } from "./live-board.ts";
import type { Deliver, LoginHashing, LoginStep, Misbehaviour, Scenario } from "./misbehaviour.ts";
import { Random, seedOf } from "./random.ts";
import type { Peer, ServerSession } from "./server-session.ts";
import { SessionTable } from "./session-table.ts";

const SUITES: readonly number[] = [17, 3];
const AUTH_TYPES = ["md5"] as const;
const BEHAVIOUR_PERIOD_MS = 1000;
const PLAIN_HASHING: LoginHashing = {};
const NO_FRUS: ReadonlyMap<number, Uint8Array> = new Map();

/** Hands a packet to the network. @param stray from another address than the BMC's */
export type Send = (packet: Buffer, peer: Peer, stray: boolean) => void;

/** What differs from one BMC to the next of the same board. */
export interface BmcIdentity {
  /** For people: "node017". */
  readonly name?: string;
  /** 16 bytes. */
  readonly guid?: Uint8Array;
  /** FRU areas that are not the board's, by device id: serial numbers. */
  readonly frus?: ReadonlyMap<number, Uint8Array>;
  /** In place of the board's. */
  readonly users?: readonly BoardUser[];
  readonly assetTag?: string;
  readonly controllerId?: string;
  /** As the LAN parameters tell it. */
  readonly ipAddress?: string;
  /** Made from the IP address where absent. */
  readonly macAddress?: string;
  /** "static" where absent. */
  readonly addressSource?: IpAddressSource;
  /** Untagged where absent. */
  readonly vlan?: { readonly id: number; readonly priority: number };
}

export interface VirtualBmcOptions {
  readonly model: BoardModel;
  readonly clock: Clock;
  readonly identity?: BmcIdentity;
  readonly behaviour?: BoardBehaviour;
  /** On top of the board's own. */
  readonly scenarios?: readonly Scenario[];
  readonly seed?: number;
  /** One for all BMCs of a process saves 4 KiB each. */
  readonly random?: RandomPool;
}

/** Counters of one BMC since the start. */
export interface BmcStats {
  packetsIn: number;
  packetsOut: number;
  requests: number;
  /** Packets that were no good: malformed, wrong code, unknown session, replayed. */
  dropped: number;
  sessionsOpened: number;
  loginsRefused: number;
}

/** A challenge given in Get Session Challenge. */
export interface Challenge {
  readonly temporaryId: number;
  readonly bytes: Buffer;
  readonly authType: number;
  readonly user: BoardUser;
}

/** One pretended BMC: what it holds, who is logged in, and what is wrong with it. Knows no sockets. */
export class VirtualBmc {
  readonly model: BoardModel;
  readonly clock: Clock;
  readonly state: LiveBoard;
  readonly sessions: SessionTable;
  readonly random: RandomPool;
  readonly stats: BmcStats = {
    packetsIn: 0,
    packetsOut: 0,
    requests: 0,
    dropped: 0,
    sessionsOpened: 0,
    loginsRefused: 0,
  };
  /** Ids of the present reservations; each new one cancels the one before. */
  sdrReservation = 0;
  selReservation = 0;
  challenges: readonly Challenge[] = [];
  behaviour: BoardBehaviour | undefined;
  readonly #seed: number;
  #identity: BmcIdentity;
  #advancedAtMs: number | undefined;
  #downUntilMs = 0;
  #misbehaviours: readonly Misbehaviour[] = [];

  constructor(options: VirtualBmcOptions) {
    this.model = options.model;
    this.clock = options.clock;
    this.#identity = options.identity ?? {};
    this.behaviour = options.behaviour;
    this.#seed = options.seed ?? 1;
    this.state = new LiveBoard(options.model, options.clock);
    this.random = options.random ?? new RandomPool();
    this.sessions = new SessionTable(this.model.description.sessions, this.#seed);
    for (const scenario of this.model.description.scenarios ?? []) this.add(scenario);
    for (const scenario of options.scenarios ?? []) this.add(scenario);
  }

  get identity(): BmcIdentity {
    return this.#identity;
  }

  get name(): string {
    return this.identity.name ?? this.model.description.name;
  }

  /** 16 bytes; all zero where the board has none. */
  get guid(): Uint8Array {
    return this.identity.guid ?? this.model.description.guid ?? NO_GUID;
  }

  get users(): readonly BoardUser[] {
    return this.identity.users ?? this.model.description.users;
  }

  get channel(): ChannelTraits {
    const channel = this.model.description.channel ?? NO_TRAITS;
    const offer = this.#misbehaviours.find((m) => m.offer)?.offer;
    return offer ? { ...channel, ...offer } : channel;
  }

  get cipherSuites(): readonly number[] {
    return this.channel.cipherSuites ?? SUITES;
  }

  get authTypes15(): readonly ("none" | "md5" | "straight")[] {
    return this.channel.authTypes15 ?? AUTH_TYPES;
  }

  get misbehaviours(): readonly Misbehaviour[] {
    return this.#misbehaviours;
  }

  /** A FRU area; undefined: there is no such device. */
  fru(id: number): Uint8Array | undefined {
    return (this.identity.frus ?? NO_FRUS).get(id) ?? (this.model.description.frus ?? NO_FRUS).get(id);
  }

  /** True while it restarts: nothing is answered. */
  get isDown(): boolean {
    if (this.#downUntilMs > 0 && this.clock.monotonicMs() >= this.#downUntilMs) this.#downUntilMs = 0;
    return this.#downUntilMs > 0;
  }

  /** Adds a scenario; the result is for `remove`. */
  add(scenario: Scenario): Misbehaviour {
    const bmc = this;
    const misbehaviour = scenario({
      get identity() {
        const { description } = bmc.model;
        const frus = new Map([...(description.frus ?? NO_FRUS), ...(bmc.identity.frus ?? NO_FRUS)]);
        return { guid: bmc.guid, frus };
      },
      set identity(identity) {
        bmc.#identity = { ...bmc.#identity, ...identity };
      },
      random: new Random(seedOf(this.#seed, this.#misbehaviours.length)),
      clock: this.clock,
      board: this.state,
      dropSessions: () => this.dropSessions(),
      cancelReservations: () => this.cancelReservations(),
    });
    this.#misbehaviours = [...this.#misbehaviours, misbehaviour];
    return misbehaviour;
  }

  remove(misbehaviour: Misbehaviour): void {
    this.#misbehaviours = this.#misbehaviours.filter((m) => m !== misbehaviour);
  }

  /** Restarts the BMC, not the host: nothing is heard of it for a while, and sessions are gone. */
  restart(durationMs: number): void {
    this.dropSessions();
    this.#downUntilMs = this.clock.monotonicMs() + durationMs;
  }

  /** As a BMC that restarts: whoever was logged in is not any more. */
  dropSessions(): void {
    this.sessions.clear();
    this.challenges = [];
    this.cancelReservations();
  }

  cancelReservations(): void {
    this.reserveSdr();
    this.reserveSel();
  }

  /** A new reservation, 1-FFFFh; the one before is cancelled. */
  reserveSdr(): number {
    this.sdrReservation = (this.sdrReservation % 0xffff) + 1;
    return this.sdrReservation;
  }

  reserveSel(): number {
    this.selReservation = (this.selReservation % 0xffff) + 1;
    return this.selReservation;
  }

  /** Lets the board live on to now, when it is time. */
  advance(nowMs: number): void {
    const { behaviour } = this;
    if (!behaviour?.advance) return;
    const elapsedMs = nowMs - (this.#advancedAtMs ?? nowMs);
    if (this.#advancedAtMs !== undefined && elapsedMs < (behaviour.periodMs ?? BEHAVIOUR_PERIOD_MS)) return;
    this.#advancedAtMs = nowMs;
    behaviour.advance(this.state, nowMs, elapsedMs);
  }

  /** The status with which a scenario refuses a login step; 0: none does. */
  refusal(step: LoginStep, privilege?: number): number {
    for (const m of this.#misbehaviours) {
      const status = m.refuseLogin?.(step, privilege);
      if (status) return status;
    }
    return 0;
  }

  /** Departures in the codes of a login; empty: as the specification says. */
  get hashing(): LoginHashing {
    return this.#misbehaviours.find((m) => m.hashing)?.hashing ?? PLAIN_HASHING;
  }

  loginFailed(): void {
    this.stats.loginsRefused++;
    for (const m of this.#misbehaviours) m.loginFailed?.();
  }

  sequenceStep(): number {
    for (const m of this.#misbehaviours) {
      const step = m.sequenceStep?.();
      if (step !== undefined) return step;
    }
    return 1;
  }

  /** Puts a message of a session on the network; the last thing that happens to it. */
  sendMessage(session: ServerSession, message: Buffer, peer: Peer, send: Send): void {
    if (this.#misbehaviours.length === 0) {
      this.stats.packetsOut++;
      send(session.seal(message), peer, false);
      return;
    }
    this.deliver(session.seal(this.damage(message, true), this.sequenceStep()), peer, send);
  }

  damage(message: Buffer, inSession: boolean): Buffer {
    let damaged = message;
    for (const m of this.#misbehaviours) damaged = m.damage?.(damaged, inSession) ?? damaged;
    return damaged;
  }

  /** Through the scenarios that meddle with packets, then out. */
  deliver(packet: Buffer, peer: Peer, send: Send): void {
    let next: Deliver = (ready, delayMs = 0, stray = false) => {
      const go = (): void => {
        this.stats.packetsOut++;
        send(ready, peer, stray);
      };
      if (delayMs > 0) this.clock.after(delayMs, go);
      else go();
    };
    for (const m of this.#misbehaviours.toReversed()) {
      if (!m.deliver) continue;
      const then = next;
      // Delays of several scenarios add up.
      next = (p, delayMs = 0, stray = false) =>
        m.deliver?.(p, (q, more = 0, also = false) => then(q, delayMs + more, stray || also));
    }
    next(packet);
  }

  newRandom(bytes: number): Buffer {
    return randomBytes(bytes);
  }
}

const NO_GUID = new Uint8Array(16);
const NO_TRAITS: ChannelTraits = {};
