import { textAt } from "../json.ts";

export type HealthWord = "OK" | "Warning" | "Critical";

/** `Status` of a resource (Resource.Status). What the BMC leaves out is absent, and absent health is unknown. */
export interface Status {
  /** Enabled, Disabled, StandbyOffline, Absent ... as written. */
  readonly state?: string;
  readonly health?: HealthWord;
  /** Worst health of the resource and all that it contains. */
  readonly healthRollup?: HealthWord;
}

/** Other spellings of the three values: Cisco uses Normal, older firmware Good. */
const HEALTH: Readonly<Record<string, HealthWord>> = {
  ok: "OK",
  normal: "OK",
  good: "OK",
  warning: "Warning",
  critical: "Critical",
};

export function healthWord(text: string | undefined): HealthWord | undefined {
  return text === undefined ? undefined : HEALTH[text.toLowerCase()];
}

export function statusOf(resource: unknown): Status {
  const rollup = textAt(resource, "Status", "HealthRollup") ?? textAt(resource, "Status", "HealthRollUp");
  return {
    state: textAt(resource, "Status", "State"),
    health: healthWord(textAt(resource, "Status", "Health")),
    healthRollup: healthWord(rollup),
  };
}

/** The part is absent: an empty slot, whatever its health. */
export function isAbsent({ state }: Status): boolean {
  return state?.toLowerCase() === "absent";
}

/** The part is present and has readings, also if the service reports no state. AMI uses "Present". */
export function isActive({ state }: Status): boolean {
  return state === undefined || ACTIVE.has(state.toLowerCase());
}

const ACTIVE: ReadonlySet<string> = new Set([
  "enabled",
  "present",
  "standbyspare",
  "quiesced",
  "intest",
  "updating",
  "qualified",
  "degraded",
]);
