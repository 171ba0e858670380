/**
 * bmc - a BMC in model words; the one place where protocol words become model words. Knows what the
 * parts of a poll are and how a protocol tells them. Does not know when a host is polled, who asks, or
 * what becomes of the snapshot.
 */
export type { SensorFilter, TraceLine } from "./bmc.ts";
export { type ExplainOptions, explainHost } from "./explain.ts";
export type * from "./explanation.ts";
export { BmcPool, type BmcPoolParts, type PollOptions, type PollSettings, SettingsError } from "./open.ts";
export { type RoleSubject, Roles } from "./roles.ts";
export { SdrCache, type SdrCacheReport } from "./sdr-cache.ts";
export { type Grade, Severities, type SeveritySubject } from "./severities.ts";
export { StateDir, type StateKeeper } from "./state-dir.ts";
