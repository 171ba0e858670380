import type { Clock } from "../../lib/index.ts";
import { Random, seedOf } from "../bmc/random.ts";
import { Inrush } from "./inrush.ts";
import type { RunningFault } from "./running-fault.ts";

/** Two feeds, A and B; supplies are connected to them in turn. */
export const FEEDS = 2;

interface RackOptions {
  readonly name?: string;
  readonly seed?: number;
  /** Rack units. */
  readonly heightUnits?: number;
  /** Average temperature of the cold air, degrees C. */
  readonly supplyCelsius?: number;
  /** Volts of the feeds. */
  readonly feedVolts?: number;
  readonly clock: Clock;
}

/** A machine of the rack. */
export interface RackMember {
  /** Called when a feed is lost or restored. */
  inputChanged(): void;
}

/** The room is warmest in the afternoon and coldest at night: deviation from the average. */
const DAY_SWING_CELSIUS = 0.8;
const WARMEST_HOUR = 16;
/** Air at the top of a rack is warmer than at the floor. */
const GRADIENT_CELSIUS = 3.5;
const RACK_SPREAD_CELSIUS = 0.8;
/** Time constant of the aisle warming up without cooling, and cooling down again. */
const COOLING_LAG_SECONDS = 420;
/** Slow deviation of the mains voltage. */
const FEED_SWING_VOLTS = 2;

/**
 * What the machines of a rack share: the air in front of it and its two power feeds. It is brought up to date when
 * one of its machines is read, at most once a second; a rack that nobody reads costs nothing.
 */
export class Rack {
  readonly name: string;
  readonly heightUnits: number;
  readonly clock: Clock;
  /** Power that its machines draw when they are switched on, beside their normal power. */
  readonly inrush = new Inrush();
  readonly #supplyCelsius: number;
  readonly #feedVolts: number;
  readonly #feedsLive = [true, true];
  readonly #members: RackMember[] = [];
  #faults: readonly RunningFault[] = [];
  #advancedAtMs: number | undefined;
  #excessCelsius = 0;
  /** Final rise of the temperature; 0 while the cooling works. */
  coolingLossCelsius = 0;

  constructor(options: RackOptions) {
    const random = new Random(seedOf(options.seed ?? 1, 0x7ac4));
    this.name = options.name ?? "rack";
    this.heightUnits = options.heightUnits ?? 42;
    this.clock = options.clock;
    this.#supplyCelsius = (options.supplyCelsius ?? 20) + (random.next() * 2 - 1) * RACK_SPREAD_CELSIUS;
    this.#feedVolts = (options.feedVolts ?? 230) + (random.next() * 2 - 1) * FEED_SWING_VOLTS;
  }

  get members(): readonly RackMember[] {
    return this.#members;
  }

  get faults(): readonly RunningFault[] {
    return this.#faults;
  }

  /** Both feeds are gone. */
  get dark(): boolean {
    return !this.#feedsLive.includes(true);
  }

  /** True while power comes over feed 0 (A) or 1 (B). */
  feedLive(feed: number): boolean {
    return this.#feedsLive[feed % FEEDS] ?? false;
  }

  /** Switches a feed. The BMCs notice when they are read next, or at once when it was the last one. */
  setFeed(feed: number, live: boolean): void {
    this.#feedsLive[feed % FEEDS] = live;
    for (const member of this.#members) member.inputChanged();
  }

  join(member: RackMember): void {
    this.#members.push(member);
  }

  leave(member: RackMember): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
  }

  addFault(fault: RunningFault): void {
    this.#faults = [...this.#faults, fault];
  }

  removeFault(fault: RunningFault): void {
    this.#faults = this.#faults.filter((other) => other !== fault);
  }

  /** Brings the rack up to date, at most once a second. @param nowMs monotonic */
  advance(nowMs: number): void {
    const elapsedMs = nowMs - (this.#advancedAtMs ?? nowMs);
    if (this.#advancedAtMs !== undefined && elapsedMs < 1000) return;
    this.#advancedAtMs = nowMs;
    const seconds = elapsedMs / 1000;
    if (seconds === 0) return;
    for (const fault of this.#faults) fault.advance?.(seconds, nowMs);
    this.#excessCelsius +=
      (this.coolingLossCelsius - this.#excessCelsius) * (1 - Math.exp(-seconds / COOLING_LAG_SECONDS));
  }

  /** Air in front of a rack unit (1 is at the floor), degrees C. */
  inletCelsius(unit: number): number {
    const height = (unit - 1) / Math.max(1, this.heightUnits - 1);
    return this.#supplyCelsius + this.#day() * DAY_SWING_CELSIUS + height * GRADIENT_CELSIUS + this.#excessCelsius;
  }

  /** Volts of a feed; 0: lost. */
  feedVolts(feed: number): number {
    if (!this.feedLive(feed)) return 0;
    return this.#feedVolts - this.#day() * FEED_SWING_VOLTS + feed * 0.7;
  }

  /** -1 at the coldest hour, 1 at the warmest. */
  #day(): number {
    return Math.cos(((this.clock.wallMs() / 3_600_000 - WARMEST_HOUR) * Math.PI) / 12);
  }
}
