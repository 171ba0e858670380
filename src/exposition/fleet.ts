import type { Place } from "../model/index.ts";
import { FAMILIES } from "./families/index.ts";
import { family } from "./family.ts";
import { FleetBlocks } from "./fleet-blocks.ts";
import { labelText } from "./labels.ts";
import { PieceStock, Pieces } from "./pieces.ts";
import { type HostText, headerOf } from "./text.ts";

export interface FleetOptions {
  /** Where pieces come from. Every piece but the last has its size. Give pieces back when they were sent. */
  readonly stock?: PieceStock;
}

/**
 * The exposition of many hosts in pieces, family by family, as the text format requires. It uses the texts present at
 * the first step: polls that end later do not change it. A piece takes well under a millisecond, so a caller that
 * pauses between pieces does not delay polls.
 */
export function* renderFleet(texts: Iterable<HostText>, options: FleetOptions = {}): Generator<Buffer> {
  const blocks = new FleetBlocks([...texts]);
  const pieces = new Pieces(options.stock ?? new PieceStock());
  for (const [index, family] of FAMILIES.entries()) {
    let next = blocks.firstOf(index);
    if (next === undefined) continue;
    const header = Buffer.from(headerOf(family));
    yield* pieces.append(header, 0, header.length);
    while (next !== undefined) {
      next = blocks.put(index, next, pieces);
      if (next !== undefined) yield* blocks.append(index, next++, pieces);
    }
  }
  const rest = pieces.rest();
  if (rest !== undefined) yield rest;
}

const RACK_LABELS = ["site", "room", "row", "rack"] as const satisfies readonly (keyof Place)[];

/** The power budget of a rack, from the configuration. */
export interface RackBudget {
  readonly place: Place;
  readonly watts: number;
}

/** The only family that is not about a host: it has only the labels of a rack. */
export const rackPowerBudget = family({
  name: "bmc_rack_power_budget_watts",
  type: "gauge",
  help: "Power budget of a rack.",
  labels: RACK_LABELS,
  unit: "watts",
  source: "configuration",
  samples: () => [],
});

/** The text of the rack budgets, for the end of fleet output; empty without budgets. */
export function renderRackBudgets(budgets: Iterable<RackBudget>): Buffer {
  const series = new Map<string, number>();
  for (const { place, watts } of budgets) {
    const values = RACK_LABELS.map((label) => place[label]);
    if (Number.isFinite(watts)) series.set(labelText(RACK_LABELS, values), watts);
  }
  let text = "";
  for (const [labels, watts] of series)
    text += labels === "" ? `${rackPowerBudget.name} ${watts}\n` : `${rackPowerBudget.name}{${labels}} ${watts}\n`;
  return Buffer.from(text === "" ? "" : headerOf(rackPowerBudget) + text);
}
