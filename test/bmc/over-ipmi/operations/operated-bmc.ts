import { type Operations, SdrCache, withOperations } from "../../../../src/bmc/index.ts";
import { credentials, type DatagramTransport } from "../../../../src/ipmi/index.ts";
import { receive, type VirtualBmc } from "../../../../src/simulator/index.ts";
import { Wire } from "../../../simulator/bench-network.ts";
import { type VirtualOptions, virtualBmc } from "../../../simulator/polled-bmc.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

export interface OperatedOptions extends VirtualOptions {
  readonly user?: string;
  readonly password?: string;
  readonly privilege?: number;
  readonly cipherSuites?: readonly number[];
}

interface RunOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly bridge?: boolean;
  readonly transport?: DatagramTransport;
}

/** A virtual BMC that an operator works on, without sockets, on a clock that advances while a test waits. */
export class Operated {
  readonly clock: FakeClock;
  readonly bmc: VirtualBmc;
  readonly wire: Wire;
  /** Names of the commands, in order. */
  readonly sent: string[] = [];
  readonly #options: OperatedOptions;

  constructor(options: OperatedOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.bmc = virtualBmc({ ...options, clock: this.clock });
    this.wire = new Wire(this.bmc);
    this.#options = options;
  }

  /** Active sessions of the BMC. A login whose answer was lost leaves a half open one, which expires by itself. */
  get sessions(): number {
    return this.bmc.sessions.all(this.clock.monotonicMs()).filter((s) => s.active).length;
  }

  /** Runs work over one session and lets time pass until it has ended. */
  do<T>(work: (operations: Operations) => Promise<T>, options: RunOptions = {}): Promise<T> {
    const { user = "admin", password = "open sesame", privilege = 4, cipherSuites } = this.#options;
    const { deadlineMs, signal = new AbortController().signal, bridge = false, transport = this.wire } = options;
    return this.within(
      withOperations(
        { address: "127.0.0.1", port: 623 },
        {
          protocol: "ipmi",
          login: { credentials: credentials(user, password), privilege, cipherSuites },
          bridge,
          quirks: [],
        },
        {
          transport,
          clock: this.clock,
          cache: new SdrCache(),
          signal,
          deadlineMs,
          trace: (direction, text) => {
            if (direction === "sent") this.sent.push(text);
          },
        },
        work,
      ),
    );
  }

  async within<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    const end = this.clock.monotonicMs() + limitMs;
    await this.clock.settle();
    while (!settled && this.clock.monotonicMs() < end) await this.clock.advance(50);
    if (!settled) throw new Error(`the work did not end within ${limitMs} ms`);
    return done;
  }
}

/** Decides about each packet between client and BMC, by its number from 0. */
export interface Losses {
  readonly request?: (n: number) => boolean;
  readonly answer?: (n: number) => boolean;
}

/** A network that loses chosen packets. */
export function lossyWire(bmc: VirtualBmc, losses: Losses): DatagramTransport & { requests: number; answers: number } {
  const wire = {
    requests: 0,
    answers: 0,
    open: ((remote, handlers) => {
      const peer = { address: "127.0.0.1", port: 41_000 };
      let open = true;
      return {
        remote,
        send: (packet) => {
          const copy = Buffer.from(packet);
          const n = wire.requests++;
          if (losses.request?.(n)) return;
          queueMicrotask(() =>
            receive(bmc, copy, peer, (answer) => {
              const m = wire.answers++;
              if (losses.answer?.(m)) return;
              const got = Buffer.from(answer);
              queueMicrotask(() => {
                if (open) handlers.packet(got);
              });
            }),
          );
        },
        close: () => {
          open = false;
        },
      };
    }) as DatagramTransport["open"],
    diagnose: () => Promise.resolve("silent" as const),
    close: () => Promise.resolve(),
  };
  return wire;
}
