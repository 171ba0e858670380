import type { FailureReason, Health, Quantity } from "../../model/index.ts";

/** Names of the health scale. */
const HEALTH_WORDS: Readonly<Record<Health, string>> = { 0: "ok", 1: "warning", 2: "critical", 3: "non-recoverable" };

export const healthWord = (health: Health | undefined): string =>
  health === undefined ? "unknown" : HEALTH_WORDS[health];

const STEPS = [
  { ms: 86_400_000, unit: "d" },
  { ms: 3_600_000, unit: "h" },
  { ms: 60_000, unit: "min" },
] as const;

/** A span for a person: "12 s", "5 min", "3 h", "9 d". */
export function span(ms: number): string {
  for (const { ms: size, unit } of STEPS) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return ms < 1000 ? "under 1 s" : `${Math.floor(ms / 1000)} s`;
}

/** "2024-05-01 12:00:00 UTC" */
export const moment = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** How long something took: "0.81 s"; what is quicker than a person can tell is only said to be. */
export const took = (ms: number): string => (ms > 0 && ms < 0.5 ? "under 0.001 s" : `${plain(ms / 1000)} s`);

/** Up to three decimals, or three digits where that would leave none. */
export function plain(value: number): string {
  const rounded = Number(value.toFixed(3));
  return String(rounded === 0 && value !== 0 ? Number(value.toPrecision(3)) : rounded);
}

interface Shown {
  readonly unit: string;
  readonly factor: number;
}

const SHOWN: Readonly<Record<Exclude<Quantity, "other">, Shown>> = {
  temperature: { unit: "\u00b0C", factor: 1 },
  fan_speed: { unit: "rpm", factor: 1 },
  fan_ratio: { unit: "%", factor: 100 },
  voltage: { unit: "V", factor: 1 },
  current: { unit: "A", factor: 1 },
  power: { unit: "W", factor: 1 },
  energy: { unit: "J", factor: 1 },
  humidity: { unit: "%", factor: 100 },
  airflow: { unit: "m\u00b3/s", factor: 1 },
};

/** The unit a person expects, and what to multiply the base unit with. */
export function shownAs(quantity: Quantity | undefined, unit: string | undefined): Shown {
  if (quantity !== undefined && quantity !== "other") return SHOWN[quantity];
  return { unit: unit === undefined || unit === "unspecified" ? "" : unit === "percent" ? "%" : unit, factor: 1 };
}

/** "upper_critical" -> "upper critical". */
export const spaced = (word: string): string => word.replaceAll("_", " ");

/** What a failure means and what to look at. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  name_not_resolved: "The name of the BMC does not resolve. Look at DNS, or give an IP address in the inventory.",
  unreachable: "The network says that there is no way to the BMC. Look at routes, VLANs and firewalls.",
  no_answer:
    "The BMC does not answer. It may be without power, hung, or have IPMI over LAN switched off; or UDP port 623 is blocked.",
  timeout: "The BMC answered, but not in time. It may be busy; a longer timeout in the module may help.",
  unknown_user: "The BMC does not know the user. It is not asked again until the credentials change.",
  wrong_password:
    "The BMC refuses the password. It is not asked again until the credentials change, because accounts get locked.",
  privilege_refused: "The user may not log in with the privilege level that is asked for. Look at its channel access.",
  no_cipher_suite: "No cipher suite is allowed on both sides. Look at the cipher suites of the BMC's LAN channel.",
  not_configured:
    "The configuration lacks what a poll needs: a password file that cannot be read, say. Mend that and reload.",
  no_free_session: "All sessions of the BMC are taken, by other tools or by sessions that were not closed.",
  bmc_busy: "The BMC says that it is busy. It is asked again soon.",
  unsupported: "The BMC does not know what it was asked for.",
  protocol_error: "The BMC answered something that is not understood. A probe with a trace shows what.",
};
