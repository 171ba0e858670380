import {
  type ConnectionOptions,
  credentials,
  type DatagramTransport,
  type Endpoint,
  type EndpointHandlers,
  IpmiConnection,
  PrivilegeLevel,
  type Reachability,
  type Remote,
} from "../../src/ipmi/index.ts";
import {
  type BoardDescription,
  type BoardModel,
  compileBoard,
  receive,
  type Scenario,
  sampleBoard,
  VirtualBmc,
  type VirtualBmcOptions,
} from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A network between our client and one virtual BMC, without sockets and in simulated time. */
export class Wire implements DatagramTransport {
  readonly #bmc: VirtualBmc;
  #open = 0;
  /** Packets the client got, in order. */
  readonly received: Buffer[] = [];

  constructor(bmc: VirtualBmc) {
    this.#bmc = bmc;
  }

  open(remote: Remote, handlers: EndpointHandlers): Endpoint {
    const peer = { address: "127.0.0.1", port: 40_000 + this.#open++ };
    let open = true;
    return {
      remote,
      send: (packet) => {
        const copy = Buffer.from(packet);
        queueMicrotask(() => {
          receive(this.#bmc, copy, peer, (answer, _peer, stray) => {
            // A connected socket receives nothing from another address.
            if (!open || stray) return;
            const got = Buffer.from(answer);
            this.received.push(got);
            queueMicrotask(() => handlers.packet(got));
          });
        });
      },
      close: () => {
        open = false;
      },
    };
  }

  diagnose(): Promise<Reachability> {
    return Promise.resolve("silent");
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A virtual BMC, a network and our client, on a clock that advances while a test waits. */
export class Bench {
  readonly clock = new FakeClock();
  readonly bmc: VirtualBmc;
  readonly wire: Wire;
  readonly connection: IpmiConnection;

  constructor(
    options: {
      readonly description?: Partial<BoardDescription>;
      readonly model?: BoardModel;
      readonly scenarios?: readonly Scenario[];
      readonly bmc?: Partial<VirtualBmcOptions>;
      readonly user?: string;
      readonly password?: string;
      readonly kg?: Uint8Array;
      readonly login?: Partial<ConnectionOptions["login"]>;
      readonly readOnly?: boolean;
    } = {},
  ) {
    const model = options.model ?? compileBoard({ ...sampleBoard(), ...options.description });
    this.bmc = new VirtualBmc({ model, clock: this.clock, scenarios: options.scenarios, seed: 7, ...options.bmc });
    this.wire = new Wire(this.bmc);
    this.connection = this.connect(options);
  }

  /** One more client. */
  connect(
    options: {
      readonly user?: string;
      readonly password?: string;
      readonly kg?: Uint8Array;
      readonly login?: Partial<ConnectionOptions["login"]>;
      readonly readOnly?: boolean;
    } = {},
  ): IpmiConnection {
    const { user = "monitor", password = "sesame" } = options;
    return new IpmiConnection({
      transport: this.wire,
      remote: { address: "127.0.0.1", port: 623 },
      clock: this.clock,
      readOnly: options.readOnly,
      login: {
        credentials: { ...credentials(user, password), ...(options.kg && { kg: options.kg }) },
        privilege: PrivilegeLevel.User,
        ...options.login,
      },
    });
  }

  /** Lets time run until the promise settles; fails when it does not within `limitMs`. */
  async within<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    const end = this.clock.monotonicMs() + limitMs;
    while (!settled && this.clock.monotonicMs() < end) await this.clock.advance(20);
    if (!settled) throw new Error(`nothing came of it in ${limitMs} ms`);
    return done;
  }
}
