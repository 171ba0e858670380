import type { HistoryPeriod, Place } from "../../model/index.ts";
import { SELECTABLE, type Selection } from "../selection.ts";
import type { Condition } from "./condition.ts";
import type { Measure } from "./measure.ts";

/** The requested view of the landing page. */
export interface LandingQuery {
  readonly query: string;
  readonly selection: Selection;
  readonly condition?: Condition;
  readonly by: Measure;
  /** Of the list of hosts, from 1. */
  readonly pageNumber: number;
  /** Of the racks, from 1. */
  readonly rackPage: number;
  /** Racks as columns of named cells, even if they do not fit on one page. */
  readonly asColumns?: boolean;
  readonly sort?: HostOrder;
  /** How far back the lines of the racks go; 1h by default. */
  readonly period?: HistoryPeriod;
}

/** Orders of the list of hosts. */
export const HOST_ORDERS = ["worst", "host", "place", "since", "last"] as const;
export type HostOrder = (typeof HOST_ORDERS)[number];

type Changes = Readonly<Record<string, string | undefined>>;

function addressOf(parameters: URLSearchParams): string {
  const text = parameters.toString();
  return text === "" ? "/" : `/?${text}`;
}

const notHealth = (by: Measure): string | undefined => (by === "health" ? undefined : by);

/** The address of the landing page with some parameters changed; the first page by default. */
export function here(
  { query, selection, condition, by, asColumns, sort, period }: LandingQuery,
  changes: Changes,
): string {
  const parameters = new URLSearchParams();
  const now: Changes = {
    q: query,
    state: condition,
    by: notHealth(by),
    view: asColumns ? "columns" : undefined,
    sort: sort === "worst" ? undefined : sort,
    history: period === "1h" ? undefined : period,
    ...changes,
  };
  for (const [name, value] of Object.entries(now)) if (value) parameters.set(name, value);
  for (const [label, values] of selection.places) for (const value of values) parameters.append(label, value);
  for (const label of selection.without) parameters.append("without", label);
  return addressOf(parameters);
}

/** The address of one rack, or of the hosts without a rack, in the same colours. */
export function rackAddress(place: Place, by: Measure): string {
  const parameters = new URLSearchParams();
  if (!place.rack) parameters.set("without", "rack");
  for (const label of SELECTABLE) if (place[label]) parameters.set(label, place[label]);
  const colours = notHealth(by);
  if (colours) parameters.set("by", colours);
  return addressOf(parameters);
}
