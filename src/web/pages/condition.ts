import { componentHealth } from "../../exposition/index.ts";
import { Health, type HostRecord, worstHealth } from "../../model/index.ts";
import type { Reading } from "./measure.ts";

/** Condition of a host in one word, worst first. */
export const CONDITIONS = ["down", "critical", "warning", "waiting", "unknown", "ok"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Explanations of the counts. */
export const CONDITION_HELP: Readonly<Record<Condition, string>> = {
  down: "the last poll did not reach the BMC, or is too old",
  critical: "a sensor or fault is critical or worse",
  warning: "a sensor or fault is in warning",
  waiting: "not polled yet",
  unknown: "reached, but the BMC reports no health",
  ok: "everything that the BMC reports is ok",
};

export interface HostView {
  readonly record: HostRecord;
  readonly condition: Condition;
  /** Worst health while it is up. */
  readonly health?: Health;
  /** Value of the measure that colours the racks, while it is up and has it. */
  readonly reading?: Reading;
}

/** Condition of a host, from its record. */
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
