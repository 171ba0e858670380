import { componentHealth } from "../../exposition/index.ts";
import { Health, type HostRecord, worstHealth } from "../../model/index.ts";
import type { Reading } from "./measure.ts";

/** What a page says of a host in one word, worst first. */
export const CONDITIONS = ["down", "critical", "warning", "waiting", "unknown", "ok"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** For people who look at the counts. */
export const CONDITION_HELP: Readonly<Record<Condition, string>> = {
  down: "the last poll did not reach the BMC, or is too long ago",
  critical: "a sensor or fault is critical or worse",
  warning: "a sensor or fault is in warning",
  waiting: "not polled yet",
  unknown: "reached, but tells no health",
  ok: "everything it tells is in order",
};

export interface HostView {
  readonly record: HostRecord;
  readonly condition: Condition;
  /** The worst it tells, while it is up. */
  readonly health?: Health;
  /** Of what the racks are coloured by, while it is up and tells it. */
  readonly reading?: Reading;
}

/** How a host is, from its record. */
export function viewOf(record: HostRecord): HostView {
  const { snapshot, polls } = record;
  if (snapshot === undefined) return { record, condition: polls === 0 ? "waiting" : "down" };
  if (!snapshot.up) return { record, condition: "down" };
  const health = worstHealth(componentHealth(snapshot).values());
  if (health === undefined) return { record, condition: "unknown" };
  if (health === Health.Ok) return { record, health, condition: "ok" };
  return { record, health, condition: health === Health.Warning ? "warning" : "critical" };
}

/** The worse of two. */
export const worse = (a: Condition, b: Condition): Condition =>
  CONDITIONS.indexOf(a) <= CONDITIONS.indexOf(b) ? a : b;

export const isTrouble = (condition: Condition): boolean =>
  condition === "down" || condition === "critical" || condition === "warning";
