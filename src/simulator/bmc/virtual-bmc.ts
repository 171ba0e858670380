import { randomBytes } from "node:crypto";
import type { IpAddressSource } from "../../ipmi/commands/index.ts";
import { RandomPool } from "../../ipmi/crypto/random-pool.ts";
import { RMCP_PORT } from "../../ipmi/wire/rmcp.ts";
import type { Clock } from "../../lib/index.ts";
import type { BoardBehaviour, BoardModel, BoardUser, ChannelTraits } from "../boards/board.ts";
import { LiveBoard } from "./live-board.ts";
import type { Deliver, LoginHashing, LoginStep, Misbehaviour, Scenario } from "./misbehaviour.ts";
import { Random, seedOf } from "./random.ts";
import type { Peer, ServerSession } from "./server-session.ts";
import { SessionTable } from "./session-table.ts";
import { BmcSettings } from "./settings.ts";
import { SolPayload } from "./sol-payload.ts";

const SUITES: readonly number[] = [17, 3];
const AUTH_TYPES = ["md5"] as const;
const BEHAVIOUR_PERIOD_MS = 1000;
const PLAIN_HASHING: LoginHashing = {};
const NO_FRUS: ReadonlyMap<number, Uint8Array> = new Map();

/** Sends a packet. @param stray from another address than that of the BMC */
export type Send = (packet: Buffer, peer: Peer, stray: boolean) => void;

/** What differs between BMCs of the same board. */
export interface BmcIdentity {
  /** Shown in lists, e.g. "node017". */
  readonly name?: string;
  /** 16 bytes. */
  readonly guid?: Uint8Array;
  /** FRU areas with serial numbers of this machine, by device id; the board has the others. */
  readonly frus?: ReadonlyMap<number, Uint8Array>;
  /** Replaces the users of the board. */
  readonly users?: readonly BoardUser[];
  readonly assetTag?: string;
  readonly controllerId?: string;
  /** Reported in the LAN parameters. */
  readonly ipAddress?: string;
  /** Derived from the IP address where absent. */
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
  /** Added to those of the board. */
  readonly scenarios?: readonly Scenario[];
  readonly seed?: number;
  /** A pool that all BMCs of a process share saves 4 KiB each. */
  readonly random?: RandomPool;
}

/** Counters of one BMC since the start. */
interface BmcStats {
  packetsIn: number;
  packetsOut: number;
  requests: number;
  /** Packets that were malformed, not authentic, replayed, or of an unknown session. */
  dropped: number;
  sessionsOpened: number;
  loginsRefused: number;
}

/** A challenge that Get Session Challenge returned. */
export interface Challenge {
  readonly temporaryId: number;
  readonly bytes: Buffer;
  readonly authType: number;
  readonly user: BoardUser;
}

/** One virtual BMC: its board, sessions and misbehaviours. It has no socket; see `receive` in lan/. */
export class VirtualBmc {
  readonly model: BoardModel;
  readonly clock: Clock;
  readonly state: LiveBoard;
  readonly sessions: SessionTable;
  /** Called with the sequence number of a platform event trap that a console has acknowledged. */
  onPetAcknowledged: ((sequence: number) => void) | undefined;
  readonly random: RandomPool;
  readonly stats: BmcStats = {
    packetsIn: 0,
    packetsOut: 0,
    requests: 0,
    dropped: 0,
    sessionsOpened: 0,
    loginsRefused: 0,
  };
  /** Ids of the current reservations; a new reservation cancels the previous one. */
  sdrReservation = 0;
  selReservation = 0;
  challenges: readonly Challenge[] = [];
  /** UDP port; reported for SOL. */
  port = RMCP_PORT;
  behaviour: BoardBehaviour | undefined;
  #settings: BmcSettings | undefined;
  /** Additions to the event log when it was reserved. */
  #selAdditions = 0;
  readonly #seed: number;
  #identity: BmcIdentity;
  #advancedAtMs: number | undefined;
  #downUntilMs = 0;
  #sol: SolPayload | undefined;
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
    this.state.hostName = this.name;
    for (const scenario of this.model.description.scenarios ?? []) this.add(scenario);
    for (const scenario of options.scenarios ?? []) this.add(scenario);
  }

  get identity(): BmcIdentity {
    return this.#identity;
  }

  get name(): string {
    return this.identity.name ?? this.model.description.name;
  }

  /** 16 bytes; all zero where neither identity nor board has one. */
  get guid(): Uint8Array {
    return this.identity.guid ?? this.model.description.guid ?? NO_GUID;
  }

  get users(): readonly BoardUser[] {
    return this.#settings?.users.all ?? this.identity.users ?? this.model.description.users;
  }

  /** What consoles have set. */
  get settings(): BmcSettings {
    this.#settings ??= new BmcSettings(this.users);
    return this.#settings;
  }

  /** The same, if a console has set anything. */
  get changedSettings(): BmcSettings | undefined {
    return this.#settings;
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

  /** FRU areas of a device; undefined: no such device. */
  fru(id: number): Uint8Array | undefined {
    return (this.identity.frus ?? NO_FRUS).get(id) ?? (this.model.description.frus ?? NO_FRUS).get(id);
  }

  get sol(): SolPayload {
    this.#sol ??= new SolPayload(this);
    return this.#sol;
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
      get activeSessions() {
        return bmc.sessions.all(bmc.clock.monotonicMs()).filter((session) => session.active).length;
      },
      dropSessions: () => this.dropSessions(),
      restart: (durationMs) => this.restart(durationMs),
      cancelReservations: () => this.cancelReservations(),
    });
    this.#misbehaviours = [...this.#misbehaviours, misbehaviour];
    return misbehaviour;
  }

  remove(misbehaviour: Misbehaviour): void {
    this.#misbehaviours = this.#misbehaviours.filter((m) => m !== misbehaviour);
  }

  /** Restarts the BMC, not the host: it ends all sessions and answers nothing for this time. */
  restart(durationMs: number): void {
    this.dropSessions();
    this.#downUntilMs = this.clock.monotonicMs() + durationMs;
  }

  /** Ends all sessions and logins in progress, as a restart does. */
  dropSessions(): void {
    this.sessions.clear();
    this.challenges = [];
    this.cancelReservations();
  }

  cancelReservations(): void {
    this.reserveSdr();
    this.reserveSel();
  }

  /** A new reservation, 1-FFFFh; it cancels the previous one. */
  reserveSdr(): number {
    this.sdrReservation = (this.sdrReservation % 0xffff) + 1;
    return this.sdrReservation;
  }

  reserveSel(): number {
    this.#selAdditions = this.state.sel.additions;
    this.selReservation = (this.selReservation % 0xffff) + 1;
    return this.selReservation;
  }

  /** True if records were added since the event log was reserved: it must not be erased under that reservation. */
  get selGrewSinceReservation(): boolean {
    return this.state.sel.additions !== this.#selAdditions;
  }

  /** Brings the board up to date, at most once per period of its behaviour. */
  advance(nowMs: number): void {
    const { behaviour } = this;
    if (!behaviour?.advance) return;
    const elapsedMs = nowMs - (this.#advancedAtMs ?? nowMs);
    if (this.#advancedAtMs !== undefined && elapsedMs < (behaviour.periodMs ?? BEHAVIOUR_PERIOD_MS)) return;
    this.#advancedAtMs = nowMs;
    behaviour.advance(this.state, nowMs, elapsedMs);
  }

  /** The status with which a scenario refuses a login step; 0: not refused. */
  refusal(step: LoginStep, privilege?: number): number {
    for (const m of this.#misbehaviours) {
      const status = m.refuseLogin?.(step, privilege);
      if (status) return status;
    }
    return 0;
  }

  /** Deviations in the codes of a login; empty: none. */
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

  /** Seals a message of a session and sends it. */
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

  /** Sends a packet through the scenarios that change or delay packets. */
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
