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
  /** Board models, a rack of each in turn; all board models where absent. */
  readonly boards?: readonly string[];
  /** More machines, which stand in no rack: boards without physics, e.g. recorded ones. */
  readonly extra?: readonly { readonly name: string; readonly board: BoardModel }[];
  readonly port?: number;
  readonly layout?: SimulationOptions["layout"];
  /** Misbehaviour of every BMC and of the network in front of it. */
  readonly scenarios?: readonly Scenario[];
  /** Misbehaviour of some of the BMCs. */
  readonly troubles?: readonly Trouble[];
  readonly seed?: number;
  readonly clock?: Clock;
}

/** Misbehaviour of a share of the BMCs, drawn by the seed; no BMC has two troubles. */
export interface Trouble {
  /** Shown in lists, e.g. "silent". */
  readonly name: string;
  /** Of all BMCs, 0 to 1. */
  readonly share: number;
  readonly scenario: Scenario;
}

/** A machine of the park: its place, and the address of its BMC. */
interface ParkedHost {
  readonly name: string;
  /** Absent for boards without physics. */
  readonly physics?: HostPhysics;
  readonly rack?: string;
  readonly unit?: number;
  readonly board: string;
  /** Name of the trouble of its BMC, if any. */
  readonly trouble?: string;
  readonly address: string;
  readonly port: number;
}

/** An injected fault; the number stops it. */
export interface NumberedFault {
  readonly id: number;
  readonly active: ActiveFault;
}

const FIRST_UNIT = 2;

/**
 * A simulated data centre: racks of machines with physics, their BMCs on the loopback network, and the
 * active faults.
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
   * @throws RangeError for boards that do not exist, Error when a socket cannot be opened
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
        // Most machines of a rack are of one model, as in real racks.
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
      if (!at) throw new Error(`BMC ${i} is missing`);
      place.physics?.attach(at.bmc);
      return { ...place, trouble: troubled.get(i)?.name, address: at.address, port: at.port };
    });
    return new Park(simulation, hosts, racks, clock);
  }

  /** Active faults. */
  get faults(): readonly NumberedFault[] {
    return [...this.#faults].map(([id, active]) => ({ id, active }));
  }

  /**
   * Begins a fault on a machine or a rack, by name.
   *
   * @param forMs clears the fault after this time
   * @throws FaultParameterError for unknown targets and faults, and for invalid parameters
   */
  inject(target: string, fault: string, parameters: Values = {}, forMs?: number): NumberedFault {
    const active = injectFault(this.#target(target), fault, parameters);
    const id = ++this.#lastFault;
    this.#faults.set(id, active);
    if (forMs !== undefined) this.clock.after(forMs, () => this.end(id));
    return { id, active };
  }

  /** Clears a fault. False: no active fault has this number. */
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
    if (host) throw new FaultParameterError(`${name} is a recorded machine: faults need a board model`);
    const example = this.hosts[0]?.name ?? "none";
    throw new FaultParameterError(`unknown host or rack ${name}; hosts have names like ${example}, racks like r1`);
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
