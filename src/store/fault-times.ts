import type { Fault, HostSnapshot, OngoingFault } from "../model/index.ts";

/** Text of the first line of the saved form; another version is not read. */
const VERSION = 1;
/** Faults of one host that are remembered; far more than any machine has at once. */
const MOST_FAULTS = 500;

/** Hosts outside the inventory that are remembered at least. */
const FORGIVEN_HOSTS = 1000;

type Times = ReadonlyMap<string, number>;

/**
 * Since when each fault of each host lasts. A fault that a poll cannot see, because the BMC is down or does not return
 * its sensors, has not ended.
 */
export class FaultTimes {
  readonly #hosts = new Map<string, Times>();
  #isChanged = false;

  /** The faults of a new snapshot with their beginnings; those that have ended are forgotten. */
  update(snapshot: HostSnapshot, faults: readonly Fault[]): readonly OngoingFault[] {
    const before = this.#hosts.get(snapshot.host);
    if (faults.length === 0 && before === undefined) return [];
    const ongoing = faults.slice(0, MOST_FAULTS).map((fault) => ({
      ...fault,
      since: before?.get(fault.key) ?? snapshot.startedAt,
    }));
    const times = new Map(ongoing.map(({ key, since }) => [key, since]));
    for (const [key, since] of before ?? [])
      if (!times.has(key) && times.size < MOST_FAULTS && isUnseen(key, snapshot)) times.set(key, since);
    if (!isEqual(times, before)) {
      this.#isChanged = true;
      if (times.size === 0) this.#hosts.delete(snapshot.host);
      else this.#hosts.set(snapshot.host, times);
    }
    return ongoing;
  }

  /**
   * Forgets hosts that left the inventory, once they are many: a host may be missing for a while because a source of the
   * inventory cannot be read.
   *
   * @param hosts number of hosts of the inventory
   */
  prune(hosts: number, isHost: (name: string) => boolean): void {
    if (this.#hosts.size <= 2 * hosts + FORGIVEN_HOSTS) return;
    for (const name of this.#hosts.keys())
      if (!isHost(name)) {
        this.#hosts.delete(name);
        this.#isChanged = true;
      }
  }

  /** The saved form, if it differs from the last one that was taken. */
  takeText(): string | undefined {
    if (!this.#isChanged) return undefined;
    this.#isChanged = false;
    const hosts = Object.fromEntries([...this.#hosts].map(([name, times]) => [name, Object.fromEntries(times)]));
    return `${JSON.stringify({ version: VERSION, hosts })}\n`;
  }

  /** The next `takeText` returns the text even without a change, because the last one could not be saved. */
  setChanged(): void {
    this.#isChanged = true;
  }

  /** Reads a saved form. What is damaged is left out: its faults begin anew. */
  restore(text: string): void {
    let saved: unknown;
    try {
      saved = JSON.parse(text);
    } catch {
      return;
    }
    if (!isObject(saved) || saved.version !== VERSION || !isObject(saved.hosts)) return;
    for (const [name, times] of Object.entries(saved.hosts)) {
      if (!isObject(times)) continue;
      const valid = Object.entries(times).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
      if (valid.length > 0) this.#hosts.set(name, new Map(valid.slice(0, MOST_FAULTS)));
    }
  }
}

/** Whether the snapshot cannot show the fault: it contains nothing of the part that would. */
function isUnseen(key: string, { up, sensors, chassis, controller, eventLog }: HostSnapshot): boolean {
  if (key === "down") return false;
  if (!up) return true;
  if (key.startsWith("sensor ")) return sensors === undefined;
  if (key.startsWith("chassis ") || key === "system") return chassis === undefined;
  if (key === "self test") return controller === undefined;
  if (key === "sel overflow") return eventLog === undefined;
  return false;
}

function isEqual(a: Times, b: Times | undefined): boolean {
  if (b === undefined) return a.size === 0;
  return a.size === b.size && [...a].every(([key, since]) => b.get(key) === since);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
