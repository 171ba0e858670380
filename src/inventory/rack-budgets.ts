import { type Config, ConfigError, type ConfigProblem, type RacksConfig } from "../config/index.ts";
import type { Host, Place } from "../model/index.ts";
import { expandNames } from "./host-list.ts";

const OUTER_LABELS = ["site", "room", "row"] as const satisfies readonly (keyof Place)[];
/** Errors that are reported: a list that is wrong once is mostly wrong many times. */
const MAX_PROBLEMS = 50;

/** Power budget of one rack. */
export interface RackBudget {
  /** Place labels of the rack, as its hosts have them, without position. */
  readonly place: Place;
  readonly watts: number;
}

interface Entry {
  readonly rack: string;
  readonly racks: RacksConfig;
}

/**
 * The power budgets of the configuration, and the racks of the inventory that have them. An entry without a room
 * applies to racks of this name in any room. A budget has all place labels of the hosts in its rack, so that PromQL
 * can join it with their power.
 */
export class RackBudgets {
  readonly #entries: ReadonlyMap<string, readonly Entry[]>;

  /** Throws a ConfigError with all invalid lists and all racks that are in two entries. */
  constructor(config: Pick<Config, "racks" | "source">) {
    const problems: ConfigProblem[] = [];
    const entries = new Map<string, Entry[]>();
    for (const racks of config.racks) {
      const say = (message: string): void => {
        problems.push(config.source.problem(["racks", racks.index, "racks"], message));
      };
      for (const rack of namesOf(racks, say)) {
        const others = entries.get(rack) ?? [];
        const rival = others.find((other) => clash(other.racks, racks));
        if (rival) say(clashOf(rack, rival.racks, racks));
        else entries.set(rack, [...others, { rack, racks }]);
      }
    }
    if (problems.length > 0) throw new ConfigError(problems.slice(0, MAX_PROBLEMS));
    this.#entries = entries;
  }

  /** One budget for each rack of these hosts that has one, from the entry with the most place labels. */
  of(hosts: Iterable<Host>): readonly RackBudget[] {
    const found = new Map<string, RackBudget>();
    for (const { place } of hosts) {
      const entry = this.#entryOf(place);
      if (!entry) continue;
      const { position: _, ...rack } = place;
      const key = JSON.stringify([rack.site, rack.room, rack.row, rack.rack]);
      if (!found.has(key)) found.set(key, { place: rack, watts: entry.racks.powerBudgetWatts });
    }
    return [...found.values()];
  }

  /** Racks with a budget but without hosts, one sentence for each entry with such racks. */
  unused(hosts: Iterable<Host>): readonly string[] {
    const used = new Set<Entry>();
    const places = new Map<string, Place>();
    for (const { place } of hosts) {
      if (place.rack !== undefined) places.set(place.rack, place);
      const entry = this.#entryOf(place);
      if (entry) used.add(entry);
    }
    const idle = new Map<RacksConfig, string[]>();
    for (const entry of [...this.#entries.values()].flat())
      if (!used.has(entry)) idle.set(entry.racks, [...(idle.get(entry.racks) ?? []), entry.rack]);
    return [...idle].map(([racks, names]) => {
      const elsewhere = names.map((name) => places.get(name)).find((place) => place !== undefined);
      const hint = elsewhere ? `; a rack of this name is ${standing(elsewhere)}` : "";
      return `racks[${racks.index}]: no host is in ${listed(names)}${where(racks.place)}${hint}`;
    });
  }

  #entryOf(place: Place): Entry | undefined {
    if (place.rack === undefined) return undefined;
    const fitting = (this.#entries.get(place.rack) ?? []).filter(({ racks }) =>
      OUTER_LABELS.every((label) => racks.place[label] === undefined || racks.place[label] === place[label]),
    );
    return fitting.sort((a, b) => givenIn(b.racks).length - givenIn(a.racks).length)[0];
  }
}

function namesOf(racks: RacksConfig, say: (message: string) => void): readonly string[] {
  try {
    return racks.racks.flatMap((list) => expandNames(list));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return [];
  }
}

const givenIn = ({ place }: RacksConfig) => OUTER_LABELS.filter((label) => place[label] !== undefined);

/** Two entries with one rack name that may both apply to a rack, and neither is more specific. */
function clash(a: RacksConfig, b: RacksConfig): boolean {
  const [inA, inB] = [givenIn(a), givenIn(b)];
  if (inA.some((label) => b.place[label] !== undefined && a.place[label] !== b.place[label])) return false;
  const within = (some: typeof inA, all: typeof inA): boolean => some.every((label) => all.includes(label));
  return inA.length === inB.length || !(within(inA, inB) || within(inB, inA));
}

function clashOf(rack: string, first: RacksConfig, second: RacksConfig): string {
  if (first.index === second.index) return `${rack} is already in this entry`;
  const same = where(first.place) === where(second.place);
  return same
    ? `${rack} is already in racks[${first.index}]`
    : `${rack}${where(second.place)} may be the same rack as in racks[${first.index}]${where(first.place)}; give both the same keys of site, room and row`;
}

/** ` (site s1, room b2)`; empty without place labels. */
function where(place: Place): string {
  const words = OUTER_LABELS.flatMap((label) => (place[label] === undefined ? [] : [`${label} ${place[label]}`]));
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function standing(place: Place): string {
  const words = OUTER_LABELS.flatMap((label) => (place[label] === undefined ? [] : [`${label} ${place[label]}`]));
  return words.length === 0 ? "without site, room and row" : `in ${words.join(", ")}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
