import type { Clock } from "../../lib/index.ts";
import type { FirmwareVersion, Sensor } from "../../model/index.ts";
import {
  ComponentWalk,
  type Expand,
  type FoundComponent,
  type Get,
  type Topology,
  uriKey,
  type WalkOptions,
} from "../../redfish/index.ts";
import { Entity, numberedEntity } from "./entity.ts";
import { firmwareOf } from "./firmware.ts";
import { shortPath } from "./sensor-id.ts";
import { type Part, verdictOfComponent } from "./states.ts";

/** No further request begins in one poll after this time or number: the next poll goes on. */
const MOST_MS_PER_POLL = 20_000;
const MOST_REQUESTS_PER_POLL = 200;

/** A part that could not be read keeps its last reading for this number of further readings. */
const MOST_LOST = 1;

interface Kept {
  readonly component: FoundComponent;
  /** Number of the walk that last found it. */
  walk: number;
}

export interface ComponentsContext {
  readonly get: Get;
  readonly topology: Topology;
  readonly expand?: Expand;
  /** With it, the versions of all firmware are read, too. */
  readonly updateService?: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** The parts of a machine, which are read over several polls if the BMC is slow. */
export class Components {
  readonly #kept = new Map<string, Kept>();
  #walk: ComponentWalk | undefined;
  /** Counts the walks, from 1. */
  #number = 0;
  readonly #lost = new Set<string>();
  #isChanged = false;
  /** Step that took all the time of a poll. */
  #stuckAt: number | undefined;
  #firmware: readonly FirmwareVersion[] | undefined;

  /** True if something is left to read, or a summary of the parts changed. */
  get isDue(): boolean {
    return this.#isChanged || this.#walk !== undefined;
  }

  /** Another board answers: nothing is known about its parts. */
  forget(): void {
    this.#kept.clear();
    this.#walk = undefined;
    this.#firmware = undefined;
    this.#isChanged = true;
  }

  /** The health of the machine changed: all parts are read again. */
  noteChange(): void {
    this.#isChanged = true;
  }

  /**
   * Reads as many parts as one poll may. The first call begins a walk, and so does the first after its end.
   *
   * @throws the failure if nothing was read
   */
  async read({ get, topology, expand, updateService, signal, clock }: ComponentsContext): Promise<void> {
    if (this.#walk === undefined) {
      this.#walk = new ComponentWalk(topology, updateService);
      this.#number++;
      this.#isChanged = false;
      this.#lost.clear();
      this.#stuckAt = undefined;
    }
    const walk = this.#walk;
    const endMs = clock.monotonicMs() + MOST_MS_PER_POLL;
    let requests = 0;
    const counted: Get = (uri, ofRequest) => {
      requests++;
      return get(uri, ofRequest);
    };
    let steps = 0;
    const options = {
      signal,
      expand,
      found: (component: FoundComponent) => this.#keep(component),
      lost: (uri: string) => this.#lost.add(uriKey(uri)),
    };
    while (!walk.isDone && requests < MOST_REQUESTS_PER_POLL && clock.monotonicMs() < endMs) {
      try {
        await walk.step(counted, options);
        steps++;
      } catch (error) {
        if (steps > 0) return;
        if (signal.aborted) this.#skipIfStuck(walk, options);
        throw error;
      }
    }
    if (walk.isDone) this.#end();
  }

  /** A resource that took all the time of two polls is left out, so that the others are read. */
  #skipIfStuck(walk: ComponentWalk, options: Pick<WalkOptions, "lost">): void {
    if (walk.position === this.#stuckAt) walk.skip(options);
    else this.#stuckAt = walk.position;
  }

  #keep(component: FoundComponent): void {
    this.#kept.set(uriKey(component.uri), { component, walk: this.#number });
  }

  /** Forgets the parts that the walk did not find. */
  #end(): void {
    this.#walk = undefined;
    for (const [key, { component, walk }] of this.#kept) {
      const isLost = this.#lost.has(key) || this.#lost.has(uriKey(component.list));
      if (walk < this.#number - (isLost ? MOST_LOST : 0)) this.#kept.delete(key);
    }
    this.#firmware = firmwareOf(this.#found.flatMap(({ part }) => (part.kind === "software" ? part : [])));
  }

  /**
   * All parts of the machine, without its firmware. None before the first walk has ended: a count that grows from poll
   * to poll after a restart would look as if parts had been missing.
   */
  get all(): readonly FoundPart[] {
    return this.#firmware === undefined ? [] : this.#found.filter(isPart);
  }

  /** Versions of all firmware as of the last whole reading; undefined before it. */
  get firmware(): readonly FirmwareVersion[] | undefined {
    return this.#firmware;
  }

  get #found(): readonly FoundComponent[] {
    return [...this.#kept.values()].map(({ component }) => component);
  }
}

/** A found part of the machine; software is no part. */
export interface FoundPart extends FoundComponent {
  readonly part: Part;
}

const isPart = (found: FoundComponent): found is FoundPart => found.part.kind !== "software";

/** Sensor kind and entity id of each kind of part. */
const KINDS: Readonly<Record<Part["kind"], readonly [kind: string, entityId: number]>> = {
  memory: ["memory", Entity.MemoryDevice],
  processor: ["processor", Entity.Processor],
  drive: ["drive", Entity.Disk],
  storage_controller: ["storage_controller", Entity.AddInCard],
  battery: ["battery", Entity.Battery],
  volume: ["volume", Entity.DriveBay],
  network_adapter: ["add_in_card", Entity.AddInCard],
  network_port: ["lan", Entity.AddInCard],
};

/** A part as a sensor with states. */
export function componentSensor(found: FoundPart): Sensor {
  const { uri, part, metrics } = found;
  const [kind, ownEntity] = KINDS[part.kind];
  const isAccelerator = part.kind === "processor" && !/^(cpu|core|thread|)$/i.test(part.type ?? "");
  const name = nameOf(found);
  const { health, states } = verdictOfComponent(found);
  return {
    name,
    id: shortPath(uri),
    entity: numberedEntity(isAccelerator ? Entity.AddInCard : ownEntity, name),
    kind,
    role: undefined,
    health,
    states,
    lifeRemaining: part.kind === "drive" ? part.lifeRemaining : undefined,
    memoryErrors:
      metrics?.correctableErrors === undefined && metrics?.uncorrectableErrors === undefined
        ? undefined
        : { correctable: metrics.correctableErrors, uncorrectable: metrics.uncorrectableErrors },
  };
}

/** The last number in a text. */
const lastNumber = (text: string): string | undefined => /(\d+)\D*$/.exec(text)?.[1];

const isWord = (id: string): boolean => /\p{L}/u.test(id);

/**
 * The name of a part: its place as printed on the machine; or else its name, if that has the number of its id, or else
 * its id. It does not depend on the other parts, so that it is the same while only some of them were read.
 */
export function nameOf({ part, owner }: Pick<FoundPart, "part" | "owner">): string {
  const { kind, id, place } = part;
  const name = part.name ?? part.model ?? kind.replaceAll("_", " ");
  const isNumbered = id === undefined || lastNumber(name) === lastNumber(id);
  switch (kind) {
    case "memory":
    case "drive":
      if (place !== undefined) return place;
      break;
    case "processor":
      // HPE names all processors "Processors"; their socket is "Proc 1".
      if (!isNumbered && place !== undefined && !isWord(id)) return place;
      break;
    case "network_port":
      if (owner !== undefined && (id === undefined || !isWord(id)))
        return `${owner} ${isNumbered ? name : `${name} ${id}`}`;
      break;
    default:
      if (place !== undefined && !name.includes(place)) return `${name} ${place}`;
  }
  if (isNumbered) return name;
  return isWord(id) ? id : `${name} ${id}`;
}
