import {
  BmcPool,
  type PollOptions,
  type PollSettings,
  type Roles,
  SdrCache,
  type Severities,
  type StateKeeper,
} from "../../src/bmc/index.ts";
import { credentials } from "../../src/ipmi/index.ts";
import { type Host, type HostNews, type HostSnapshot, PART_NAMES } from "../../src/model/index.ts";
import {
  type BmcIdentity,
  type BoardBehaviour,
  type BoardDescription,
  type BoardModel,
  compileBoard,
  type Scenario,
  sampleBoard,
  VirtualBmc,
} from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Wire } from "./bench-network.ts";

export const POLLED_HOST: Host = {
  name: "n",
  address: "127.0.0.1",
  port: 623,
  module: "m",
  auth: "a",
  place: {},
  labels: {},
};

export const INTERVAL_MS = 60_000;
export const TIMEOUT_MS = 20_000;

/** A virtual BMC whose scenarios, identity and behaviour a test chooses. */
export interface VirtualOptions {
  readonly clock?: FakeClock;
  readonly model?: BoardModel;
  /** On top of the sample board, where there is no model. */
  readonly board?: Partial<BoardDescription>;
  readonly behaviour?: BoardBehaviour;
  readonly identity?: BmcIdentity;
  readonly scenarios?: readonly Scenario[];
}

export interface PolledOptions extends VirtualOptions {
  readonly user?: string;
  readonly password?: string;
  readonly settings?: Partial<PollSettings>;
  readonly rules?: { readonly roles: Roles; readonly severities: Severities };
  readonly keeper?: StateKeeper;
}

export function virtualBmc({ clock = new FakeClock(), model, board, ...rest }: VirtualOptions = {}): VirtualBmc {
  return new VirtualBmc({ model: model ?? compileBoard({ ...sampleBoard(), ...board }), clock, seed: 11, ...rest });
}

/** An exporter that polls one BMC, without sockets, on a clock that advances while a test waits. */
export class Poller {
  readonly clock: FakeClock;
  readonly bmc: VirtualBmc;
  /** News of the polls, in order. */
  readonly news: HostNews[] = [];
  readonly #pool: BmcPool;

  constructor(bmc: VirtualBmc, clock: FakeClock, options: Omit<PolledOptions, keyof VirtualOptions> = {}) {
    const { user = "monitor", password = user === "admin" ? "open sesame" : "sesame", rules, keeper } = options;
    this.clock = clock;
    this.bmc = bmc;
    this.#pool = new BmcPool({
      transport: new Wire(bmc),
      clock,
      cache: new SdrCache({ keeper }),
      keeper,
      ...(rules && { roles: () => rules.roles, severities: () => rules.severities }),
      onNews: async (_host, news) => void this.news.push(news),
      settingsOf: async () => ({
        protocol: "ipmi",
        login: { credentials: credentials(user, password), privilege: user === "admin" ? 4 : 2 },
        parts: PART_NAMES,
        intervalMs: INTERVAL_MS,
        slowIntervalMs: INTERVAL_MS,
        bridge: false,
        quirks: [],
        ...options.settings,
      }),
    });
  }

  /** One poll with a deadline, as a round makes it; undefined: it did not end within a minute. */
  async tryPoll(purpose: PollOptions["purpose"] = "round"): Promise<HostSnapshot | undefined> {
    const { clock } = this;
    const deadline = new AbortController();
    const deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
    const timer = clock.after(TIMEOUT_MS, () => deadline.abort(new Error("deadline")));
    try {
      return await this.#within(this.#pool.poll(POLLED_HOST, { purpose, signal: deadline.signal, deadlineMs }));
    } finally {
      timer.cancel();
    }
  }

  /** One poll that has to end. */
  async poll(purpose?: PollOptions["purpose"]): Promise<HostSnapshot> {
    const snapshot = await this.tryPoll(purpose);
    if (!snapshot) throw new Error("the poll did not end");
    return snapshot;
  }

  async close(): Promise<void> {
    await this.#within(this.#pool.close());
  }

  async #within<T>(work: Promise<T>): Promise<T | undefined> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    const end = this.clock.monotonicMs() + INTERVAL_MS;
    await this.clock.settle();
    while (!settled && this.clock.monotonicMs() < end) await this.clock.advance(50);
    return settled ? done : undefined;
  }
}

/** A virtual BMC and an exporter that polls it. */
export function pollerOf({ clock = new FakeClock(), ...options }: PolledOptions = {}): Poller {
  return new Poller(virtualBmc({ clock, ...options }), clock, options);
}
