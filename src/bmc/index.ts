/**
 * bmc - a BMC in model words; the only package that translates protocol words into model words. Knows the parts of a
 * poll and how each protocol reports them. Does not know when a host is polled, by whom, or what becomes of the
 * snapshot.
 */
export { explainHost } from "./explain.ts";
export type * from "./explanation.ts";
export { BmcPool, type PollOptions } from "./open.ts";
export * from "./operations/index.ts";
export {
  type OpenOptions,
  type OperationParts,
  type OperationSettings,
  withOperations,
} from "./over-ipmi/operations/open-operations.ts";
export { type PollSettings, SettingsError } from "./poll-settings.ts";
export { Roles } from "./roles.ts";
export { SdrCache } from "./sdr-cache.ts";
export { Severities, type SeveritySubject } from "./severities.ts";
export { StateDir, type StateKeeper } from "./state-dir.ts";
