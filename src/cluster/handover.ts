import type { Clock, Timer } from "../lib/index.ts";
import type { Change, Compare } from "./etcd.ts";

/** Where the state of hosts is kept between runs; the state directory has it. */
export interface HostKeeper {
  loadHost(key: string): Promise<unknown>;
  saveHost(key: string, state: unknown, after?: Promise<unknown>): Promise<boolean>;
  forgetHost(key: string): Promise<void>;
  loadRecords(digest: string): Promise<readonly Buffer[] | undefined>;
  saveRecords(digest: string, records: readonly Uint8Array[]): Promise<void>;
}

export interface HandoverOptions {
  readonly etcd: {
    get(key: string): Promise<string | undefined>;
    transact(compare: readonly Compare[], changes: readonly Change[]): Promise<{ readonly done: boolean }>;
  };
  readonly prefix: string;
  /** Name of this server. */
  readonly name: string;
  /** The lease of this server: a server whose lease has ended must not overwrite what its successor wrote. */
  readonly lease: () => string | undefined;
  readonly clock: Clock;
  /** The state directory of this server. */
  readonly inner: HostKeeper | undefined;
  readonly failed: (error: unknown) => void;
}

/** Hosts written per second at most, in one transaction; etcd allows 128 operations in each. */
export const WRITES_PER_SECOND = 50;
const WRITES_AT_ONCE = 100;
const FLUSH_MS = 1000;
/** State that another server can read from the BMC again, and that is large. */
const LEFT_OUT: ReadonlySet<string> = new Set(["limits", "topology", "satellites", "present"]);
/** A longer state is not handed over: etcd's quota is for all hosts together. */
const MAX_STATE_BYTES = 16 * 1024;

/**
 * Keeps the state that a take-over needs in etcd, beside the state directory: the positions in event logs and all
 * counters, a few hundred bytes a host. Writes are collected and limited in rate; a planned stop writes what is left.
 */
export class HandoverKeeper implements HostKeeper {
  readonly #options: HandoverOptions;
  readonly #waiting = new Map<string, string>();
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #written = 0;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** Hosts whose state is not written yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Hosts written since the start. */
  get written(): number {
    return this.#written;
  }

  /** The newer of the state in etcd and the one in the state directory; fields that only the latter has are kept. */
  async loadHost(key: string): Promise<unknown> {
    const [own, handed] = await Promise.all([this.#options.inner?.loadHost(key), this.#handed(key)]);
    if (!isObject(handed)) return own;
    if (!isObject(own)) return handed;
    return newsOf(handed) >= newsOf(own) ? { ...own, ...handed } : own;
  }

  async #handed(key: string): Promise<unknown> {
    try {
      const text = await this.#options.etcd.get(this.#key(key));
      return text === undefined ? undefined : JSON.parse(text);
    } catch (error) {
      this.#options.failed(error);
      return undefined;
    }
  }

  async saveHost(key: string, state: unknown, after?: Promise<unknown>): Promise<boolean> {
    const text = JSON.stringify(state, (name, value: unknown) => (LEFT_OUT.has(name) ? undefined : value));
    const saved = this.#options.inner?.saveHost(key, state, after);
    await after;
    if (text.length <= MAX_STATE_BYTES) {
      this.#waiting.set(key, text);
      this.#timer ??= this.#options.clock.after(FLUSH_MS, () => this.#tick());
    }
    return saved ?? true;
  }

  async forgetHost(key: string): Promise<void> {
    await this.#options.inner?.forgetHost(key);
  }

  async loadRecords(digest: string): Promise<readonly Buffer[] | undefined> {
    return this.#options.inner?.loadRecords(digest);
  }

  async saveRecords(digest: string, records: readonly Uint8Array[]): Promise<void> {
    await this.#options.inner?.saveRecords(digest, records);
  }

  /** Writes everything at once: before the hosts of this server are polled by others. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#waiting.size > 0) {
      const before = this.#waiting.size;
      await this.#write(WRITES_AT_ONCE);
      if (this.#waiting.size >= before) return;
    }
    await this.#writing;
  }

  #tick(): void {
    this.#timer = undefined;
    void this.#write(WRITES_PER_SECOND).then(() => {
      if (this.#waiting.size > 0) this.#timer ??= this.#options.clock.after(FLUSH_MS, () => this.#tick());
    });
  }

  #write(most: number): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow(most));
    return this.#writing;
  }

  async #writeNow(most: number): Promise<void> {
    const { etcd, lease, name, prefix } = this.#options;
    const batch = [...this.#waiting].slice(0, most);
    const id = lease();
    if (batch.length === 0 || id === undefined) return;
    const own: Compare = { key: `${prefix}members/servers/${name}`, lease: id };
    try {
      const changes = batch.map(([key, value]) => ({ put: this.#key(key), value }));
      const { done } = await etcd.transact([own], changes);
      // Not done: the hosts have another owner, whose state is newer.
      if (done) this.#written += batch.length;
      for (const [key, value] of batch) if (this.#waiting.get(key) === value) this.#waiting.delete(key);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #key(key: string): string {
    return `${this.#options.prefix}hosts/${key}`;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** How much a state knows: the events and changes that were reported so far. */
function newsOf(state: Fields): number {
  const { news } = state;
  if (!isObject(news)) return 0;
  const { records, changes } = news;
  return (typeof records === "number" ? records : 0) + (typeof changes === "number" ? changes : 0);
}
