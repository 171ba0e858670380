import type { HostState } from "../parts.ts";
import { span } from "./words.ts";

/** When a host is polled next, in words. */
export function nextPoll(state: HostState | undefined, nowMs: number): string {
  if (state === undefined) return "";
  const note = state.stopped ? ", login refused" : state.backOffLevel > 0 ? ", backing off" : "";
  if (state.activity === "running") return "polling now";
  if (state.activity === "waiting") return "waiting for a free slot";
  if (state.nextDueAt === undefined) return state.stopped ? "after a reload" : "";
  return state.nextDueAt <= nowMs ? `due${note}` : `in ${span(state.nextDueAt - nowMs)}${note}`;
}
