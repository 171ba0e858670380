import { endsConversation, RedfishError } from "./errors.ts";
import { type JsonObject, linkAt, objectsAt, uriKey } from "./json.ts";
import { type Expand, type Get, members } from "./resource.ts";
import type { ComponentFacts } from "./schemas/component.ts";
import { type Drive, decodeDrive } from "./schemas/drive.ts";
import {
  decodeMemory,
  decodeMemoryMetrics,
  isEmptyMetrics,
  type MemoryMetrics,
  type MemoryModule,
} from "./schemas/memory.ts";
import {
  decodeNetworkAdapter,
  decodeNetworkPort,
  type NetworkAdapter,
  type NetworkPort,
} from "./schemas/network-port.ts";
import { decodeProcessor, type Processor } from "./schemas/processor.ts";
import { decodeSoftware, type Software } from "./schemas/software.ts";
import { isAbsent } from "./schemas/status.ts";
import {
  type Battery,
  decodeArrayController,
  decodeBattery,
  decodeStorage,
  decodeStorageController,
  decodeVolume,
  type StorageController,
  smartStorageBatteries,
  type Volume,
} from "./schemas/storage.ts";
import type { Topology } from "./topology.ts";

/** Bounds of one machine. */
const MAX_COMPONENTS = 2000;
const MAX_STEPS = 10_000;

export type Component =
  | MemoryModule
  | Processor
  | Drive
  | StorageController
  | Battery
  | Volume
  | NetworkAdapter
  | NetworkPort
  | Software;

/** A part of the machine, and where it was found. */
export interface FoundComponent {
  /** URI of the resource; a part inside another resource has its path within that appended. */
  readonly uri: string;
  /** The resource or collection that lists it. */
  readonly list: string;
  /** Name of the network card or storage subsystem that it belongs to. */
  readonly owner?: string;
  readonly part: Component;
  readonly metrics?: MemoryMetrics;
}

type StepKind =
  | "system"
  | "chassis"
  | "memory"
  | "memory_metrics"
  | "processor"
  | "storage"
  | "simple_storage"
  | "storage_controller"
  | "drive"
  | "volume"
  | "smart_storage"
  | "array_controller"
  | "network_interface"
  | "network_adapter"
  | "network_port"
  | "power_subsystem"
  | "battery"
  | "update_service"
  | "software";

interface Step {
  readonly kind: StepKind;
  readonly uri: string;
  /** True: the resource is a collection of resources of this kind. */
  readonly collection: boolean;
  readonly list: string;
  readonly owner?: string;
  /** What the collection replaces, if it can be read. */
  readonly otherwise?: readonly FoundComponent[];
  readonly of?: FoundComponent;
}

export interface WalkOptions {
  readonly signal: AbortSignal;
  readonly expand?: Expand;
  /** Called for each part, and again with its metrics. */
  readonly found: (component: FoundComponent) => void;
  /** Called for a resource that could not be read this time, e.g. because the BMC is busy. */
  readonly lost: (uri: string) => void;
}

/**
 * Reads the parts of a machine: the tree of DMTF, and HPE's SmartStorage. It goes one resource at a time, so that it
 * can stop at any of them and go on later. A part that two trees list is found once: by its URI, or else by its serial
 * number.
 */
export class ComponentWalk {
  readonly #steps: Step[] = [];
  #next = 0;
  readonly #seen = new Set<string>();
  /** The list of the first part with a kind and serial number. */
  readonly #bySerial = new Map<string, string>();
  /** Lists of memory modules whose metrics have no values. */
  readonly #withoutMetrics = new Set<string>();
  #count = 0;

  /** Chassis are walked after the systems, so that a drive which both list keeps the URI of its controller. */
  #chassisLeft: Topology["chassis"];
  #updateService: string | undefined;

  /** @param updateService with it, the versions of all firmware are read, too */
  constructor({ systems, chassis }: Pick<Topology, "systems" | "chassis">, updateService?: string) {
    for (const uri of systems) this.#add("system", uri, { list: "systems" });
    this.#chassisLeft = chassis;
    this.#updateService = updateService;
    this.#turnToChassis();
  }

  #turnToChassis(): void {
    if (this.#next < this.#steps.length) return;
    for (const { uri } of this.#chassisLeft) this.#add("chassis", uri, { list: "chassis" });
    this.#add("update_service", this.#updateService, { list: "software" });
    this.#chassisLeft = [];
    this.#updateService = undefined;
  }

  get isDone(): boolean {
    return this.#next >= this.#steps.length;
  }

  /**
   * Reads one resource or collection. A resource that cannot be read is left out.
   *
   * @throws what ends the conversation, and the signal's reason; the next call tries the same resource again
   */
  async step(get: Get, options: WalkOptions): Promise<void> {
    const step = this.#steps[this.#next];
    if (!step) return;
    try {
      if (step.collection) await this.#readCollection(step, get, options);
      else if (!this.#isPointless(step)) this.#visit(step, await get(step.uri, options.signal), options);
    } catch (error) {
      if (!(error instanceof RedfishError) || endsConversation(error.reason) || options.signal.aborted) throw error;
      if (error.reason !== "unsupported" && error.reason !== "privilege_refused") options.lost(step.uri);
      for (const component of step.otherwise ?? []) this.#report(component, options);
    }
    this.#next++;
    this.#turnToChassis();
  }

  /** Number of the next step, to see whether a walk moves on. */
  get position(): number {
    return this.#next;
  }

  /** Leaves out the next resource, which takes longer than a poll. */
  skip({ lost }: Pick<WalkOptions, "lost">): void {
    const step = this.#steps[this.#next];
    if (!step) return;
    lost(step.uri);
    this.#next++;
    this.#turnToChassis();
  }

  async #readCollection(step: Step, get: Get, options: WalkOptions): Promise<void> {
    const { uri: list, kind, owner, otherwise } = step;
    const found = await members(get, list, options.signal, options.expand);
    for (const { uri, body } of found) {
      if (body && this.#isNew(uri)) this.#visit({ kind, uri, collection: false, list, owner }, body, options);
      else if (!body) this.#add(kind, uri, { list, owner });
    }
    if (found.length === 0) for (const component of otherwise ?? []) this.#report(component, options);
  }

  #isNew(uri: string): boolean {
    const key = uriKey(uri);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #add(kind: StepKind, uri: string | undefined, step: Omit<Step, "kind" | "uri" | "collection">): void {
    if (uri === undefined || this.#steps.length >= MAX_STEPS || !this.#isNew(uri)) return;
    this.#steps.push({ kind, uri, collection: false, ...step });
  }

  #addCollection(kind: StepKind, uri: string | undefined, step: Partial<Step> = {}): void {
    if (uri === undefined || this.#steps.length >= MAX_STEPS || !this.#isNew(uri)) return;
    this.#steps.push({ list: uri, ...step, kind, uri, collection: true });
  }

  #isPointless({ kind, list }: Step): boolean {
    return kind === "memory_metrics" && this.#withoutMetrics.has(list);
  }

  #visit(step: Step, body: JsonObject, options: WalkOptions): void {
    const { kind, uri, list, owner } = step;
    const part = partOf(kind, body);
    if (part) this.#part({ uri, list, owner, part }, options);
    else if (kind === "system") this.#system(uri, body);
    else if (kind === "chassis") this.#chassis(uri, body, options);
    else if (kind === "storage") this.#storage(uri, body, options);
    else if (kind === "simple_storage") this.#simpleStorage(uri, body, options);
    else if (kind === "smart_storage") this.#addCollection("array_controller", link(body, "ArrayControllers"));
    else if (kind === "array_controller") this.#arrayController(step, body, options);
    else if (kind === "network_interface") this.#add("network_adapter", link(body, "NetworkAdapter"), { list });
    else if (kind === "power_subsystem") this.#addCollection("battery", linkAt(body, "Batteries"));
    else if (kind === "update_service") this.#addCollection("software", linkAt(body, "FirmwareInventory"));
    else if (kind === "memory_metrics") this.#memoryMetrics(step, body, options);
  }

  #part(component: FoundComponent, options: WalkOptions): void {
    const isFound = this.#report(component, options);
    const { part, list } = component;
    if (part.kind === "memory" && isFound) this.#add("memory_metrics", part.metrics, { list, of: component });
    if (part.kind === "network_adapter" && !isAbsent(part.status))
      this.#addCollection("network_port", part.ports, { owner: part.id ?? part.name });
  }

  #memoryMetrics({ list, of }: Step, body: JsonObject, { found }: WalkOptions): void {
    if (isEmptyMetrics(body)) this.#withoutMetrics.add(list);
    else if (of) found({ ...of, metrics: decodeMemoryMetrics(body) });
  }

  #simpleStorage(uri: string, body: JsonObject, options: WalkOptions): void {
    const devices = objectsAt(body, "Devices").map(decodeDrive);
    for (const device of inside(uri, "Devices", devices)) this.#report({ ...device, list: uri }, options);
  }

  #arrayController({ uri, list, owner }: Step, body: JsonObject, options: WalkOptions): void {
    const { controller, drives, volumes } = decodeArrayController(body);
    this.#report({ uri, list, owner, part: controller }, options);
    this.#addCollection("drive", drives);
    this.#addCollection("volume", volumes);
  }

  #system(uri: string, body: JsonObject): void {
    this.#addCollection("memory", linkAt(body, "Memory"));
    this.#addCollection("processor", linkAt(body, "Processors"));
    // Inspur links to "Storages" and serves "Storage".
    const storage = linkAt(body, "Storage")?.replace(/\/Storages\/?$/, "/Storage");
    this.#addCollection("storage", storage);
    if (storage === undefined) this.#addCollection("simple_storage", linkAt(body, "SimpleStorage"));
    for (const vendor of ["Hpe", "Hp"]) {
      const smart =
        linkAt(body, "Oem", vendor, "Links", "SmartStorage") ??
        linkAt(body, "Oem", vendor, "links", "SmartStorage") ??
        linkAt(body, "Oem", vendor, "SmartStorage");
      this.#add("smart_storage", smart, { list: uri });
    }
    this.#addCollection("network_interface", linkAt(body, "NetworkInterfaces"));
  }

  #chassis(uri: string, body: JsonObject, options: WalkOptions): void {
    this.#addCollection("drive", linkAt(body, "Drives"));
    this.#addCollection("network_adapter", linkAt(body, "NetworkAdapters"));
    const power = linkAt(body, "PowerSubsystem");
    this.#add("power_subsystem", power, { list: uri });
    for (const { uri: battery, part } of inside(uri, "SmartStorageBattery", smartStorageBatteries(body)))
      this.#report({ uri: battery, list: uri, part }, options);
  }

  #storage(uri: string, body: JsonObject, options: WalkOptions): void {
    const { name, inlineControllers, inlineBatteries, controllers, drives, volumes } = decodeStorage(body);
    const owner = name;
    const inline = inside(uri, "StorageControllers", inlineControllers).map((one) => ({ ...one, list: uri, owner }));
    if (controllers === undefined) for (const one of inline) this.#report(one, options);
    else this.#addCollection("storage_controller", controllers, { owner, otherwise: inline });
    for (const battery of inside(uri, "Batteries", inlineBatteries)) this.#report({ ...battery, list: uri }, options);
    for (const drive of drives) this.#add("drive", drive, { list: uri });
    this.#addCollection("volume", volumes);
  }

  /** False for a part that another list has, and beyond the bound. */
  #report(component: FoundComponent, { found }: WalkOptions): boolean {
    const { part, list } = component;
    if (isAbsent(part.status)) return false;
    const serial = serialOf(part);
    if (serial !== undefined) {
      const key = `${part.kind} ${serial}`;
      const first = this.#bySerial.get(key) ?? list;
      // Equal serial numbers within one list are not unique numbers: each member of a list is a part.
      if (first !== list) return false;
      this.#bySerial.set(key, first);
    }
    if (this.#count >= MAX_COMPONENTS) return false;
    this.#count++;
    found(component);
    return true;
  }
}

/** The part that a resource describes; undefined for a resource that leads to others. */
function partOf(kind: StepKind, body: JsonObject): Component | undefined {
  switch (kind) {
    case "memory":
      return decodeMemory(body);
    case "processor":
      return decodeProcessor(body);
    case "drive":
      return decodeDrive(body);
    case "volume":
      return decodeVolume(body);
    case "storage_controller":
      return decodeStorageController(body);
    case "battery":
      return decodeBattery(body);
    case "network_adapter":
      return decodeNetworkAdapter(body);
    case "network_port":
      return decodeNetworkPort(body);
    case "software":
      return decodeSoftware(body);
    default:
      return undefined;
  }
}

/** A link of HPE's older resources, which have their links in `Links` or `links`. */
function link(body: JsonObject, name: string): string | undefined {
  return linkAt(body, "Links", name) ?? linkAt(body, "links", name) ?? linkAt(body, name);
}

const NO_SERIAL = /^(.{0,3}|[0x\s]+|f+|n\/?a|none|null|unknown|not (available|specified|present)|to be filled.*)$/i;

/** The serial number; undefined for a placeholder. */
function serialOf({ serial }: ComponentFacts): string | undefined {
  return serial === undefined || NO_SERIAL.test(serial) ? undefined : serial;
}

/** The parts inside a resource with a URI of their own: by id if that is a word, else by a unique name, else by place. */
function inside<T extends ComponentFacts>(
  uri: string,
  list: string,
  parts: readonly T[],
): readonly { readonly uri: string; readonly part: T }[] {
  const keys = parts.map(({ id, name }, index) => {
    if (id !== undefined && /\p{L}/u.test(id)) return id;
    const isUnique = name !== undefined && parts.filter((other) => other.name === name).length === 1;
    return isUnique ? name : String(index);
  });
  const base = uri.replace(/#.*$/, "").replace(/\/+$/, "");
  return parts.map((part, index) => {
    const key = keys[index] ?? "";
    const isUnique = keys.indexOf(key) === keys.lastIndexOf(key);
    return { uri: `${base}/${list}/${isUnique ? key : `${key} ${index}`}`, part };
  });
}
