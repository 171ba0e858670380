import type { Clock } from "../lib/index.ts";
import { bmcAddress, type Failure, type Host, type HostSnapshot } from "../model/index.ts";
import type { Revisions } from "./poll.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Refusals remembered of BMCs that are not in the inventory; the oldest are forgotten beyond this. */
const OTHERS_LIMIT = 16_384;

/** The least time from a refused login to the next one as the same user, for rounds, probes and reloads together. */
export function loginPauseMs({ reason, failedLogin }: Failure): number {
  // The exporter lacks something; no BMC was involved.
  if (reason === "not_configured") return 0;
  return failedLogin ? HOUR_MS : MINUTE_MS;
}

/**
 * When a refused host is polled again without a reload: after 5, 10, 20, 40, 60, 60 ... minutes, and after 2, 4, 8 ...
 * if it accepted these credentials before. If the BMC may have counted a failed login: once a day if it accepted them
 * before, otherwise not at all (undefined).
 *
 * @param refusals refused logins in a row, 1 or more
 */
export function loginRetryMs(failure: Failure, refusals: number, acceptedBefore: boolean): number | undefined {
  if (failure.reason === "not_configured") return undefined;
  if (failure.failedLogin) return acceptedBefore ? DAY_MS : undefined;
  const firstMs = (acceptedBefore ? 2 : 5) * MINUTE_MS;
  return Math.min(firstMs * 2 ** Math.min(refusals - 1, 16), HOUR_MS);
}

interface RefusedLogin extends Revisions {
  readonly snapshot: HostSnapshot;
  readonly failure: Failure;
  /** Monotonic. */
  readonly atMs: number;
}

/**
 * The last refusal of each BMC and user. Until `loginPauseMs` is over it answers every poll that would log in as
 * the same user again: reloads and probes, however many, cannot lock an account.
 */
export class RefusedLogins {
  readonly #clock: Clock;
  readonly #ofInventory = new Map<string, RefusedLogin>();
  readonly #ofOthers = new Map<string, RefusedLogin>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(host: Host, snapshot: HostSnapshot, revisions: Revisions, options: { readonly inInventory: boolean }): void {
    const { failure } = snapshot;
    if (!failure) return;
    const { revision, authRevision } = revisions;
    const refusal = { snapshot, failure, revision, authRevision, atMs: this.#clock.monotonicMs() };
    const key = isAboutUser(failure) ? keyOf(host) : keyWithModuleOf(host);
    if (options.inInventory) this.#ofInventory.set(key, refusal);
    else this.#addOther(key, refusal);
  }

  /** The refusal that a poll of this host would only repeat, until its pause is over. */
  find(host: Host, revisions: Revisions): HostSnapshot | undefined {
    const nowMs = this.#clock.monotonicMs();
    for (const { snapshot, failure, atMs } of this.#matching(host, revisions)) {
      const agoMs = nowMs - atMs;
      const leftMs = loginPauseMs(failure) - agoMs;
      if (leftMs <= 0) continue;
      const message = `${failure.message} (${seconds(agoMs)} ago; next login in ${seconds(leftMs)} at the earliest)`;
      return { ...snapshot, host: host.name, failure: { ...failure, message } };
    }
    return undefined;
  }

  /** Monotonic time from which the next login is allowed; -Infinity if nothing was refused. */
  nextLoginMs(host: Host, revisions: Revisions): number {
    const refusals = [...this.#matching(host, revisions)];
    return Math.max(...refusals.map(({ failure, atMs }) => atMs + loginPauseMs(failure)));
  }

  /** The BMC accepted this user. */
  clear(host: Host): void {
    for (const key of [keyOf(host), keyWithModuleOf(host)]) {
      this.#ofInventory.delete(key);
      this.#ofOthers.delete(key);
    }
  }

  /** The host left the inventory: its refusals are remembered while there is space. */
  retire(host: Host): void {
    for (const key of [keyOf(host), keyWithModuleOf(host)]) {
      const refusal = this.#ofInventory.get(key);
      this.#ofInventory.delete(key);
      if (refusal) this.#addOther(key, refusal);
    }
  }

  #addOther(key: string, refusal: RefusedLogin): void {
    this.#ofOthers.delete(key);
    this.#ofOthers.set(key, refusal);
    const [oldest] = this.#ofOthers.keys();
    if (this.#ofOthers.size > OTHERS_LIMIT && oldest !== undefined) this.#ofOthers.delete(oldest);
  }

  *#matching(host: Host, { revision, authRevision }: Revisions): Generator<RefusedLogin> {
    for (const key of [keyOf(host), keyWithModuleOf(host)]) {
      const refusal = this.#ofInventory.get(key) ?? this.#ofOthers.get(key);
      if (!refusal) continue;
      const isChanged = isAboutUser(refusal.failure)
        ? differ(refusal.authRevision ?? refusal.revision, authRevision ?? revision)
        : differ(refusal.revision, revision);
      if (!isChanged) yield refusal;
    }
  }
}

/** Another module would be refused as well: privilege level and cipher suites are the module's, user and password are not. */
function isAboutUser({ reason }: Failure): boolean {
  return reason === "unknown_user" || reason === "wrong_password";
}

/** Two revisions that are known and not the same. */
function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function keyOf(host: Host): string {
  return `${bmcAddress(host)}\0${host.auth}`;
}

function keyWithModuleOf(host: Host): string {
  return `${keyOf(host)}\0${host.module}`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
