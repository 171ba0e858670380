import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type Clock, canonicalIp, type Timer } from "../lib/index.ts";
import { bmcAddress, type Host } from "../model/index.ts";

/** Names are resolved again after this time. */
const REFRESH_MS = 10 * 60_000;
/** Look-ups at once: the resolver of Node.js has four threads, and polls need them too. */
const LOOKUPS = 2;

/** Which host has an address. Names of BMCs are resolved in the background. */
export class Senders {
  readonly #clock: Clock;
  readonly #resolve: (name: string) => Promise<string>;
  #hosts: ReadonlyMap<string, Host> = new Map();
  /** By address; undefined for one that several hosts have. */
  #byAddress = new Map<string, Host | undefined>();
  #names = new Map<string, string>();
  #timer: Timer | undefined;
  #generation = 0;

  constructor(clock: Clock, resolve: (name: string) => Promise<string> = async (name) => (await lookup(name)).address) {
    this.#clock = clock;
    this.#resolve = resolve;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  setHosts(hosts: ReadonlyMap<string, Host>): void {
    this.#hosts = hosts;
    this.#index();
    void this.#refresh();
  }

  host(address: string): Host | undefined {
    return this.#byAddress.get(address);
  }

  stop(): void {
    this.#generation++;
    this.#timer?.cancel();
  }

  #index(): void {
    const found = new Map<string, Host | undefined>();
    for (const host of this.#hosts.values()) {
      const address = isIP(host.address) ? canonicalIp(host.address) : this.#names.get(host.address);
      if (address === undefined) continue;
      // Several BMCs behind one address are told apart by their ports, which a trap does not have.
      const other = found.get(address);
      found.set(address, found.has(address) && other && bmcAddress(other) !== bmcAddress(host) ? undefined : host);
    }
    this.#byAddress = found;
  }

  async #refresh(): Promise<void> {
    const generation = ++this.#generation;
    this.#timer?.cancel();
    const wanted = [...new Set([...this.#hosts.values()].map(({ address }) => address))].filter((one) => !isIP(one));
    const names = new Map([...this.#names].filter(([name]) => wanted.includes(name)));
    const next = wanted[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const name of next) {
        if (generation !== this.#generation) return;
        try {
          names.set(name, canonicalIp(await this.#resolve(name)));
        } catch {
          // The previous address stays; the poll reports that the name cannot be resolved.
        }
      }
    };
    await Promise.all(Array.from({ length: LOOKUPS }, work));
    if (generation !== this.#generation) return;
    this.#names = names;
    if (wanted.length === 0) return;
    this.#index();
    this.#timer = this.#clock.after(REFRESH_MS, () => void this.#refresh());
  }
}
