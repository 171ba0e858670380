import type { SavedSession, Topology } from "../../redfish/index.ts";
import { isCount, isSavedCounts } from "../event-counts.ts";
import type { SavedRedfishLog } from "./event-log.ts";
import type { ChosenLog } from "./event-log-choice.ts";
import type { SavedLogPart } from "./event-log-part.ts";
import type { SavedRedfishIdentity } from "./identity.ts";

/** State of one host's Redfish service to save for a restart. Plain JSON. */
export interface SavedRedfish extends SavedLogPart {
  readonly session: SavedSession;
  readonly topology?: Topology;
  readonly identity?: SavedRedfishIdentity;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === "string";
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

/** The content of a file if it has the form of a saved state; undefined otherwise. */
export function savedRedfish(file: unknown): SavedRedfish | undefined {
  if (!isObject(file) || !isObject(file.session)) return undefined;
  const { pin, session } = file.session;
  return {
    session: {
      ...(isText(pin) ? { pin } : undefined),
      ...(isText(session) && session.startsWith("/") ? { session } : undefined),
    },
    topology: isTopology(file.topology) ? file.topology : undefined,
    identity: isIdentity(file.identity) ? file.identity : undefined,
    log: isChosenLog(file.log) ? file.log : undefined,
    eventLog: isEventLog(file.eventLog) ? file.eventLog : undefined,
  };
}

function isIdentity(value: unknown): value is SavedRedfishIdentity {
  return (
    isObject(value) && ["serial", "guid", "firmware"].every((name) => value[name] === undefined || isText(value[name]))
  );
}

function isChosenLog(value: unknown): value is ChosenLog | "none" {
  if (value === "none") return true;
  return isObject(value) && isPath(value.entries) && (value.capacity === undefined || isCount(value.capacity));
}

const isPath = (value: unknown): boolean => isText(value) && value.startsWith("/");

function isEventLog(value: unknown): value is SavedRedfishLog {
  if (!isObject(value)) return false;
  const { uri, order, skips, total, remembered, counts } = value;
  const isOrder = order === undefined || order === "oldest_first" || order === "newest_first";
  const isSkips = skips === undefined || typeof skips === "boolean";
  const isTotal = total === undefined || isCount(total);
  return isPath(uri) && isOrder && isSkips && isTotal && areTexts(remembered) && isSavedCounts(counts);
}

function isTopology(value: unknown): value is Topology {
  return (
    isObject(value) &&
    areTexts(value.systems) &&
    areTexts(value.managers) &&
    Array.isArray(value.chassis) &&
    value.chassis.every((links) => isObject(links) && isText(links.uri) && areOptionalTexts(links))
  );
}

const LINKS = ["type", "thermal", "power", "thermalSubsystem", "powerSubsystem", "environmentMetrics", "sensors"];

function areOptionalTexts(links: Readonly<Record<string, unknown>>): boolean {
  return LINKS.every((name) => links[name] === undefined || isText(links[name]));
}
