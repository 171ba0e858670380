import type { HostState } from "../parts.ts";
import { span } from "./words.ts";

/** When a host is asked next, in words. */
export function nextPoll(state: HostState | undefined, nowMs: number): string {
  if (state === undefined) return "";
  const backingOff = state.backOffLevel > 0 ? ", backing off" : "";
  if (state.activity === "running") return "polling now";
  if (state.activity === "waiting") return "waiting for its turn";
  if (state.stopped !== undefined) return "stopped until reconfigured";
  if (state.nextDueAt === undefined) return "";
  return state.nextDueAt <= nowMs ? `due${backingOff}` : `in ${span(state.nextDueAt - nowMs)}${backingOff}`;
}
