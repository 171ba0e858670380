import type { SavedSession, Topology } from "../../redfish/index.ts";

/** State of one host's Redfish service to save for a restart. Plain JSON. */
export interface SavedRedfish {
  readonly session: SavedSession;
  readonly topology?: Topology;
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
  };
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
