import { RandomPool } from "../ipmi/crypto/random-pool.ts";
import { type Clock, systemClock } from "../lib/index.ts";
import type { Scenario } from "./bmc/misbehaviour.ts";
import { seedOf } from "./bmc/random.ts";
import { type BmcIdentity, VirtualBmc } from "./bmc/virtual-bmc.ts";
import type { BoardBehaviour, BoardModel } from "./boards/board.ts";
import { UdpHost } from "./lan/udp-host.ts";

const DEFAULT_PORT = 6230;

/** One BMC of a simulation. */
export interface BmcSpec {
  /** Compiled once, shared by all BMCs of this model. */
  readonly board: BoardModel;
  /** 127.x.y.z; where absent the next address from 127.0.1.1 up, or 127.0.0.1 with the layout "ports". */
  readonly address?: string;
  /** Overrides the port of the simulation. */
  readonly port?: number;
  readonly identity?: BmcIdentity;
  readonly behaviour?: BoardBehaviour;
  readonly scenarios?: readonly Scenario[];
}

export interface SimulationOptions {
  readonly bmcs: readonly BmcSpec[];
  /** UDP port of all BMCs; 6230 where absent, 0: any free port. Port 623 needs root. */
  readonly port?: number;
  /**
   * "addresses" (default): each BMC has its own address, and all have the same port, as in a real network.
   * "ports": all are on 127.0.0.1, with ports counted up from `port`.
   */
  readonly layout?: "addresses" | "ports";
  readonly clock?: Clock;
  readonly seed?: number;
}

/** A change that a test applies to virtual BMCs; faults of machines are in faults/. */
export interface Fault {
  readonly name: string;
  apply(bmc: VirtualBmc): void;
}

/** Selects BMCs by name, by index, or with a predicate. */
export type BmcSelector = string | number | ((bmc: VirtualBmc, index: number) => boolean);

export interface SimulatedBmc {
  readonly bmc: VirtualBmc;
  readonly address: string;
  readonly port: number;
}

export interface SimulationStats {
  readonly bmcs: number;
  readonly requests: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly dropped: number;
  readonly sessionsOpened: number;
  readonly loginsRefused: number;
  /** Open and half-open sessions. */
  readonly sessions: number;
}

/** A running simulation. */
export interface Simulation {
  /** In the order given. */
  readonly bmcs: readonly SimulatedBmc[];
  find(selector: BmcSelector): readonly SimulatedBmc[];
  /**
   * Applies a fault to the selected BMCs.
   *
   * @returns the number of selected BMCs
   */
  inject(selector: BmcSelector, fault: Fault): number;
  stats(): SimulationStats;
  stop(): Promise<void>;
}

/** Starts virtual BMCs that answer IPMI over UDP on the loopback network. @throws Error as UdpHost.open */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { port = DEFAULT_PORT, layout = "addresses", seed = 1, clock = systemClock } = options;
  const random = new RandomPool();
  const host = new UdpHost();
  const placed = options.bmcs.map((spec, i) => {
    const address = spec.address ?? (layout === "ports" ? "127.0.0.1" : nthAddress(i));
    const listenPort = spec.port ?? (layout === "ports" && port !== 0 ? port + i : port);
    const bmc = new VirtualBmc({
      model: spec.board,
      clock,
      identity: { ipAddress: address, ...spec.identity },
      behaviour: spec.behaviour,
      scenarios: spec.scenarios,
      seed: seedOf(seed, i),
      random,
    });
    return { bmc, listen: { address, port: listenPort } };
  });
  const listening = await host.open(placed);
  const bmcs = placed.map(({ bmc, listen }, i) => {
    bmc.port = listening[i]?.port ?? listen.port;
    return { bmc, address: listen.address, port: bmc.port };
  });
  return new RunningSimulation(bmcs, host, clock);
}

/** The nth address from 127.0.1.1 up; no address ends in 0 or 255. */
export function nthAddress(n: number): string {
  const block = Math.floor(n / 254);
  return `127.${Math.floor((block + 1) / 256)}.${(block + 1) % 256}.${(n % 254) + 1}`;
}

class RunningSimulation implements Simulation {
  readonly bmcs: readonly SimulatedBmc[];
  readonly #host: UdpHost;
  readonly #clock: Clock;

  constructor(bmcs: readonly SimulatedBmc[], host: UdpHost, clock: Clock) {
    this.bmcs = bmcs;
    this.#host = host;
    this.#clock = clock;
  }

  find(selector: BmcSelector): readonly SimulatedBmc[] {
    if (typeof selector === "number") return this.bmcs.slice(selector, selector + 1);
    if (typeof selector === "string") return this.bmcs.filter(({ bmc }) => bmc.name === selector);
    return this.bmcs.filter(({ bmc }, i) => selector(bmc, i));
  }

  inject(selector: BmcSelector, fault: Fault): number {
    const selected = this.find(selector);
    for (const { bmc } of selected) fault.apply(bmc);
    return selected.length;
  }

  stats(): SimulationStats {
    const nowMs = this.#clock.monotonicMs();
    const sum = {
      bmcs: this.bmcs.length,
      requests: 0,
      packetsIn: 0,
      packetsOut: 0,
      dropped: 0,
      sessionsOpened: 0,
      loginsRefused: 0,
      sessions: 0,
    };
    for (const { bmc } of this.bmcs) {
      sum.requests += bmc.stats.requests;
      sum.packetsIn += bmc.stats.packetsIn;
      sum.packetsOut += bmc.stats.packetsOut;
      sum.dropped += bmc.stats.dropped;
      sum.sessionsOpened += bmc.stats.sessionsOpened;
      sum.loginsRefused += bmc.stats.loginsRefused;
      sum.sessions += bmc.sessions.all(nowMs).length;
    }
    return sum;
  }

  stop(): Promise<void> {
    return this.#host.close();
  }
}
