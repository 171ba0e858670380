import type { PlatformEventTrap } from "../ipmi/index.ts";
import type { Clock, Logger, Timer } from "../lib/index.ts";
import type { Host, HostNews, TrapFacts } from "../model/index.ts";
import { eventOfRecord, eventOfTrap, isSameEvent } from "./confirmation.ts";
import type { TrapKind } from "./kinds.ts";
import type { Rejection } from "./receiver.ts";
import type { Trap } from "./trap.ts";

/** What became of a datagram; the label `outcome`. */
export const TRAP_OUTCOMES = [
  "accepted",
  "repeated",
  "unknown_sender",
  "unknown_agent",
  "wrong_community",
  "unauthenticated",
  "reported",
  "malformed",
  "too_large",
  "rate_limited",
] as const;
export type TrapOutcome = (typeof TRAP_OUTCOMES)[number];

export interface TrapReport {
  received(outcome: TrapOutcome): void;
  /** A trap of a host. */
  accepted(host: string, kind: TrapKind): void;
  /** Seconds from the trap to the record that confirms it. */
  confirmed(seconds: number): void;
}

export interface TrapServiceParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: TrapReport;
  /** The host of an address, if it is one of a BMC of the inventory. */
  readonly hostOf: (address: string) => Host | undefined;
  /** The host whose BMC has this GUID (hex in the received order), for relays. */
  readonly hostOfGuid: (guid: string) => Host | undefined;
  /** Whether traps of other hosts may come from this address. */
  readonly isRelay: (address: string) => boolean;
  /** Polls the host as soon as possible. */
  readonly hint: (host: Host) => void;
  /** Sends PET Acknowledge to the BMC; absent if that is switched off. */
  readonly acknowledge?: ((host: Host, pet: PlatformEventTrap) => void) | undefined;
  /** Takes a trap that no record confirmed. */
  readonly unconfirmed: (host: Host, facts: TrapFacts, pet: PlatformEventTrap | undefined) => void;
  /** Datagrams per second that are decoded, of all senders together. */
  readonly rate: number;
}

/** A trap waits for its record this long. */
const CONFIRM_MS = 30_000;
/** Datagrams per second that are decoded of one BMC; a relay may use the rate of all. */
const PER_SENDER = 10;
const LOG_MS = 60_000;
/** Repetitions are recognised within this time, and records may be read this long before their trap arrives. */
const REMEMBERED_MS = 10 * 60_000;
const EARLIER_MS = 60_000;
const MOST_REMEMBERED = 20_000;
const MOST_PENDING = 5000;
const MOST_PER_HOST = 64;

interface Pending {
  readonly host: Host;
  readonly trap: Trap;
  readonly event: string | undefined;
  readonly receivedAt: number;
  readonly atMs: number;
  readonly timer: Timer;
}

/**
 * What a received trap leads to: the host is polled at once, and the record in its event log is what counts. A trap without a
 * record within 30 s becomes an event of its own, marked as not confirmed.
 */
export class TrapService {
  readonly #parts: TrapServiceParts;
  readonly #pending = new Set<Pending>();
  readonly #seen = new Map<string, number>();
  readonly #records = new Map<string, { readonly event: string; readonly atMs: number }[]>();
  readonly #rejections = new Map<TrapOutcome, { count: number; last: string }>();
  #windowAt = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #bySender = new Map<string, number>();
  #logTimer: Timer | undefined;

  constructor(parts: TrapServiceParts) {
    this.#parts = parts;
  }

  /** Called for each datagram before it is decoded; the cheapest check first. */
  admit(from: string): Rejection | undefined {
    const { clock, hostOf, isRelay, rate } = this.#parts;
    const isFromRelay = isRelay(from);
    if (!isFromRelay && hostOf(from) === undefined) return "unknown_sender";
    const now = clock.monotonicMs();
    if (now - this.#windowAt >= 1000) {
      this.#windowAt = now;
      this.#inWindow = 0;
      this.#bySender = new Map();
    }
    const count = (this.#bySender.get(from) ?? 0) + 1;
    this.#bySender.set(from, count);
    if (this.#inWindow >= rate || (!isFromRelay && count > PER_SENDER)) return "rate_limited";
    this.#inWindow++;
    return undefined;
  }

  rejected(outcome: TrapOutcome, from: string): void {
    this.#parts.report.received(outcome);
    const entry = this.#rejections.get(outcome) ?? { count: 0, last: from };
    entry.count++;
    entry.last = from;
    this.#rejections.set(outcome, entry);
    this.#logTimer ??= this.#parts.clock.after(LOG_MS, () => this.#logRejections());
  }

  take(trap: Trap): void {
    const { acknowledge, hint, report } = this.#parts;
    const host = this.#hostOf(trap);
    if (!host) {
      this.rejected("unknown_agent", trap.agent ?? trap.from);
      return;
    }
    const { pet } = trap;
    // Also a repetition: the acknowledgement of the first may be lost.
    if (pet) acknowledge?.(host, pet);
    if (this.#isRepeated(host, trap)) {
      report.received("repeated");
      return;
    }
    report.received("accepted");
    report.accepted(host.name, trap.kind);
    const event = pet && eventOfTrap(pet);
    if (event === undefined || !this.#wasRead(host.name, event)) this.#expect(host, trap, event);
    hint(host);
  }

  /** The records that a poll has read. */
  read(host: string, { entries, historical }: Pick<HostNews, "entries" | "historical">): void {
    // What the log held at first contact confirms nothing.
    const events = entries
      .slice(historical)
      .flatMap(({ raw }) => (raw === undefined ? [] : (eventOfRecord(raw) ?? [])));
    if (events.length === 0) return;
    const now = this.#parts.clock.monotonicMs();
    for (const pending of this.#pending) {
      if (pending.host.name !== host) continue;
      // Of a trap that is no platform event trap, any new record is taken for its event.
      const { event } = pending;
      if (event === undefined || events.some((record) => isSameEvent(record, event))) this.#confirm(pending, now);
    }
    const recent = (this.#records.get(host) ?? []).filter(({ atMs }) => now - atMs < EARLIER_MS);
    recent.push(...events.map((one) => ({ event: one, atMs: now })));
    this.#records.delete(host);
    this.#records.set(host, recent.slice(-MOST_PER_HOST));
    forgetOldest(this.#records, MOST_PENDING);
  }

  stop(): void {
    for (const { timer } of this.#pending) timer.cancel();
    this.#pending.clear();
    this.#logTimer?.cancel();
  }

  #hostOf({ from, agent, pet }: Trap): Host | undefined {
    const { hostOf, hostOfGuid, isRelay } = this.#parts;
    // Only a relay may speak for others.
    if (!isRelay(from)) return hostOf(from);
    return (
      (agent === undefined ? undefined : hostOf(agent)) ?? (pet?.guid === undefined ? undefined : hostOfGuid(pet.guid))
    );
  }

  #isRepeated({ name }: Host, { pet, oid, variables }: Trap): boolean {
    const now = this.#parts.clock.monotonicMs();
    const identity = pet ? [pet.sequence, pet.timestamp, eventOfTrap(pet)] : [oid, variables];
    const key = JSON.stringify([name, identity]);
    const before = this.#seen.get(key);
    this.#seen.delete(key);
    this.#seen.set(key, now);
    forgetOldest(this.#seen, MOST_REMEMBERED);
    // A trap that is no platform event trap has no sequence number: the same text is another event after a while.
    return before !== undefined && now - before < (pet ? REMEMBERED_MS : CONFIRM_MS);
  }

  #wasRead(host: string, event: string): boolean {
    const now = this.#parts.clock.monotonicMs();
    const records = this.#records.get(host) ?? [];
    const isRead = records.some((one) => now - one.atMs < EARLIER_MS && isSameEvent(one.event, event));
    if (isRead) this.#parts.report.confirmed(0);
    return isRead;
  }

  #expect(host: Host, trap: Trap, event: string | undefined): void {
    const { clock } = this.#parts;
    if (this.#pending.size >= MOST_PENDING) return;
    const pending: Pending = {
      host,
      trap,
      event,
      receivedAt: clock.wallMs(),
      atMs: clock.monotonicMs(),
      timer: clock.after(CONFIRM_MS, () => this.#expire(pending)),
    };
    this.#pending.add(pending);
  }

  #confirm(pending: Pending, now: number): void {
    pending.timer.cancel();
    this.#pending.delete(pending);
    this.#parts.report.confirmed((now - pending.atMs) / 1000);
  }

  #expire(pending: Pending): void {
    this.#pending.delete(pending);
    const { host, trap, receivedAt } = pending;
    const { kind, oid, pet, variables } = trap;
    this.#parts.unconfirmed(host, { kind, oid, receivedAt, variables: pet ? [] : variables }, pet);
  }

  /** Once a minute; the reasons are ours, because texts of the decoder contain communities. */
  #logRejections(): void {
    this.#logTimer = undefined;
    for (const [outcome, { count, last }] of this.#rejections)
      this.#parts.log.warn({ outcome, count, sender: last }, "traps were not accepted");
    this.#rejections.clear();
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  while (map.size > most) {
    const [oldest] = map.keys();
    if (oldest === undefined) return;
    map.delete(oldest);
  }
}
