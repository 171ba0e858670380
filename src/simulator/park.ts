import { type Clock, systemClock } from "../lib/index.ts";
import type { Scenario } from "./bmc/misbehaviour.ts";
import { seedOf } from "./bmc/random.ts";
import type { BoardModel } from "./boards/board.ts";
import { compileBoard } from "./boards/compile-board.ts";
import { BOARD_NAMES, makeBoard } from "./boards/index.ts";
import { type ActiveFault, FaultParameterError, injectFault, type Values } from "./faults/index.ts";
import { type BmcSpec, type Simulation, type SimulationOptions, startSimulation } from "./fleet.ts";
import { HostPhysics, Rack, type Wiring, wireBoard } from "./physics/index.ts";

export interface ParkOptions {
  readonly racks: number;
  readonly hostsPerRack: number;
  /** Board models in turn, a rack of each; all that there are where absent. */
  readonly boards?: readonly string[];
  /** Besides the machines in racks: boards without physics, recorded ones say. */
  readonly extra?: readonly { readonly name: string; readonly board: BoardModel }[];
  readonly port?: number;
  readonly layout?: SimulationOptions["layout"];
  /** What is wrong with every BMC and the network before it. */
  readonly scenarios?: readonly Scenario[];
  /** What is wrong with some of them besides. */
  readonly troubles?: readonly Trouble[];
  readonly seed?: number;
  readonly clock?: Clock;
}

/** What is wrong with a share of the BMCs, drawn by the seed; no BMC has two of them. */
export interface Trouble {
  /** For people: "silent". */
  readonly name: string;
  /** Of all BMCs, 0 to 1. */
  readonly share: number;
  readonly scenario: Scenario;
}

/** A machine of the park: where it stands and where its BMC listens. */
export interface ParkedHost {
  readonly name: string;
  /** Absent for boards without physics. */
  readonly physics?: HostPhysics;
  readonly rack?: string;
  readonly unit?: number;
  readonly board: string;
  /** Name of the trouble its BMC has; absent: none. */
  readonly trouble?: string;
  readonly address: string;
  readonly port: number;
}

/** A fault that was injected, under a number by which it is stopped. */
export interface NumberedFault {
  readonly id: number;
  readonly active: ActiveFault;
}

const FIRST_UNIT = 2;

/**
 * A pretended data centre: racks of machines with physics, their BMCs on the loopback network, and the
 * faults that go on in it.
 */
export class Park {
  readonly hosts: readonly ParkedHost[];
  readonly racks: readonly Rack[];
  readonly simulation: Simulation;
  readonly clock: Clock;
  readonly #faults = new Map<number, ActiveFault>();
  #lastFault = 0;

  private constructor(simulation: Simulation, hosts: readonly ParkedHost[], racks: readonly Rack[], clock: Clock) {
    this.simulation = simulation;
    this.hosts = hosts;
    this.racks = racks;
    this.clock = clock;
  }

  /**
   * Builds the machines and starts their BMCs.
   *
   * @throws RangeError for boards that do not exist, Error when the sockets cannot be had
   */
  static async open(options: ParkOptions): Promise<Park> {
    const { clock = systemClock, seed = 1, port, layout, scenarios } = options;
    const names = options.boards ?? BOARD_NAMES;
    const kinds = new Map<string, { readonly model: BoardModel; readonly wiring: Wiring }>();
    const kindOf = (name: string): { readonly model: BoardModel; readonly wiring: Wiring } => {
      let kind = kinds.get(name);
      if (!kind) {
        const board = makeBoard(name);
        const model = compileBoard(board.description);
        kind = { model, wiring: wireBoard(board, model) };
        kinds.set(name, kind);
      }
      return kind;
    };
    const racks: Rack[] = [];
    const machines: { readonly spec: BmcSpec; readonly place: Omit<ParkedHost, "address" | "port"> }[] = [];
    for (let r = 0; r < options.racks; r++) {
      const rack = new Rack({ name: `r${r + 1}`, seed: seedOf(seed, r), clock });
      racks.push(rack);
      for (let h = 0; h < options.hostsPerRack; h++) {
        // A rack of a kind and a few strangers, as racks are.
        const boardName = names[(r + (h % 7 === 6 ? h : 0)) % names.length] ?? "";
        const { model, wiring } = kindOf(boardName);
        const unit = FIRST_UNIT + 2 * h;
        const name = `${rack.name}u${String(unit).padStart(2, "0")}`;
        const physics = new HostPhysics({ wiring, rack, unit, seed: seedOf(seed, r * 1000 + h), name });
        const identity = identityOf(name, seedOf(seed, machines.length));
        const spec: BmcSpec = { board: model, behaviour: physics, identity };
        machines.push({ spec, place: { name, physics, rack: rack.name, unit, board: boardName } });
      }
    }
    for (const { name, board } of options.extra ?? []) {
      machines.push({ spec: { board, identity: { name } }, place: { name, board: board.description.name } });
    }
    const troubled = draw(options.troubles ?? [], machines.length, seed);
    const bmcs = machines.map(({ spec }, i) => {
      const trouble = troubled.get(i);
      return { ...spec, scenarios: trouble ? [...(scenarios ?? []), trouble.scenario] : scenarios };
    });
    const simulation = await startSimulation({ bmcs, port, layout, seed, clock });
    const hosts = machines.map(({ place }, i) => {
      const at = simulation.bmcs[i];
      if (!at) throw new Error("a BMC is missing");
      place.physics?.attach(at.bmc);
      return { ...place, trouble: troubled.get(i)?.name, address: at.address, port: at.port };
    });
    return new Park(simulation, hosts, racks, clock);
  }

  /** Faults that go on. */
  get faults(): readonly NumberedFault[] {
    return [...this.#faults].map(([id, active]) => ({ id, active }));
  }

  /**
   * Begins a fault on a machine or a rack, by name.
   *
   * @param forMs ends it by itself after so long
   * @throws FaultParameterError for what does not exist or does not fit
   */
  inject(target: string, fault: string, parameters: Values = {}, forMs?: number): NumberedFault {
    const active = injectFault(this.#target(target), fault, parameters);
    const id = ++this.#lastFault;
    this.#faults.set(id, active);
    if (forMs !== undefined) this.clock.after(forMs, () => this.end(id));
    return { id, active };
  }

  /** Ends a fault and puts things right. False: there is none of that number. */
  end(id: number): boolean {
    const active = this.#faults.get(id);
    active?.stop();
    return this.#faults.delete(id);
  }

  #target(name: string): HostPhysics | Rack {
    const rack = this.racks.find((r) => r.name === name);
    const host = this.hosts.find((h) => h.name === name);
    const target = rack ?? host?.physics;
    if (target) return target;
    if (host) throw new FaultParameterError(`${name} has no physics: faults need a board model, not a recording`);
    const example = this.hosts[0]?.name ?? "none";
    throw new FaultParameterError(
      `there is no machine and no rack ${name}; machines are named like ${example}, racks like r1`,
    );
  }

  async close(): Promise<void> {
    for (const id of [...this.#faults.keys()]) this.end(id);
    await this.simulation.stop();
  }
}

/** Which of `count` machines have which trouble: exactly the share of each, at random places. */
function draw(troubles: readonly Trouble[], count: number, seed: number): ReadonlyMap<number, Trouble> {
  const order = Array.from({ length: count }, (_, i) => ({ i, rank: seedOf(~seed, i) }));
  order.sort((a, b) => a.rank - b.rank);
  const found = new Map<number, Trouble>();
  let from = 0;
  for (const trouble of troubles) {
    const to = Math.min(count, from + Math.round(trouble.share * count));
    for (const { i } of order.slice(from, to)) found.set(i, trouble);
    from = to;
  }
  return found;
}

function identityOf(name: string, seed: number): BmcSpec["identity"] {
  const guid = Buffer.alloc(16);
  guid.write(name.slice(0, 8), "latin1");
  guid.writeUInt32LE(seed >>> 0, 12);
  return { name, guid, controllerId: `${name}-bmc` };
}
