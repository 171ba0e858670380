import { createHmac, randomBytes } from "node:crypto";
import type { Clock, Timer } from "../lib/index.ts";
import type { BasicCredentials } from "./basic-credentials.ts";
import type { Comparer } from "./bcrypt-thread.ts";

export interface PasswordLimits {
  /** Passwords that wait for a comparison; more are refused at once. */
  readonly waiting: number;
  /** The same for one address, so that one client cannot use all of them. */
  readonly waitingPerClient: number;
  /** Cached results of each kind. */
  readonly kept: number;
}

const PASSWORD_LIMITS: PasswordLimits = { waiting: 64, waitingPerClient: 4, kept: 256 };

export type PasswordResult = "ok" | "wrong" | "busy";

export interface PasswordAttempt extends BasicCredentials {
  /** Hashes by user name; at least one. */
  readonly users: ReadonlyMap<string, string>;
  /** Address of the client. */
  readonly client: string;
}

/**
 * Checks passwords. bcrypt is slow on purpose, so results are cached by a keyed hash of user, password and stored hash: a
 * changed password is compared again. One comparison runs at a time, and after a wrong password there is a pause of the
 * same length, so guessing uses half a core. An unknown user takes as long as a known one.
 */
export class PasswordCheck {
  readonly #comparer: Comparer;
  readonly #clock: Clock;
  readonly #limits: PasswordLimits;
  readonly #salt = randomBytes(32);
  /** A hash, without its cost, that no password has. */
  readonly #nobody = `${randomBytes(64)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")}${"a".repeat(53)}`.slice(0, 53);
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #inProgress = new Map<string, Promise<PasswordResult>>();
  readonly #queue: (() => Promise<boolean>)[] = [];
  readonly #waitingOf = new Map<string, number>();
  #working = false;
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(comparer: Comparer, clock: Clock, limits: PasswordLimits = PASSWORD_LIMITS) {
    this.#comparer = comparer;
    this.#clock = clock;
    this.#limits = limits;
  }

  async check({ user, password, users, client }: PasswordAttempt): Promise<PasswordResult> {
    const stored = users.get(user);
    const hash = stored ?? this.#decoy(user, [...users.values()]);
    const key = this.#keyed(JSON.stringify([user, hash, password]));
    if (this.#right.has(key)) return "ok";
    if (this.#wrong.has(key)) return "wrong";
    const before = this.#inProgress.get(key);
    if (before) return before;
    const waiting = this.#waitingOf.get(client) ?? 0;
    if (this.#queue.length >= this.#limits.waiting || waiting >= this.#limits.waitingPerClient) return "busy";
    this.#waitingOf.set(client, waiting + 1);
    const result = this.#inTurn(() => this.#comparer.compare(password, hash))
      .then((equal): PasswordResult => {
        const right = equal && stored !== undefined;
        keep(right ? this.#right : this.#wrong, key, this.#limits.kept);
        return right ? "ok" : "wrong";
      })
      .catch((): PasswordResult => "busy")
      .finally(() => {
        this.#inProgress.delete(key);
        const left = (this.#waitingOf.get(client) ?? 1) - 1;
        if (left > 0) this.#waitingOf.set(client, left);
        else this.#waitingOf.delete(client);
      });
    this.#inProgress.set(key, result);
    return result;
  }

  async close(): Promise<void> {
    await this.#comparer.close();
    this.#pause?.timer.cancel();
    this.#pause?.end();
  }

  #inTurn(compare: () => Promise<boolean>): Promise<boolean> {
    const outcome = new Promise<boolean>((resolve, reject) => {
      this.#queue.push(async () => {
        try {
          const equal = await compare();
          resolve(equal);
          return equal;
        } catch (error) {
          reject(error);
          return true;
        }
      });
    });
    void this.#work();
    return outcome;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const startedMs = this.#clock.monotonicMs();
      if (!(await next())) await this.#rest(this.#clock.monotonicMs() - startedMs);
    }
    this.#working = false;
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#pause = { timer: this.#clock.after(ms, resolve), end: resolve };
    });
  }

  /** The hash that an unknown user is compared with. Its cost is that of some user, always of the same one. */
  #decoy(user: string, hashes: readonly string[]): string {
    const number = Number.parseInt(this.#keyed(user).slice(0, 8), 16);
    return `${hashes[number % hashes.length]?.slice(0, 7) ?? "$2b$10$"}${this.#nobody}`;
  }

  #keyed(text: string): string {
    return createHmac("sha256", this.#salt).update(text).digest("hex");
  }
}

/** Removes the oldest entry if there are too many. */
function keep(set: Set<string>, key: string, most: number): void {
  set.add(key);
  for (const oldest of set) {
    if (set.size <= most) break;
    set.delete(oldest);
  }
}
