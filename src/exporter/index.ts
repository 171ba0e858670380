/**
 * exporter - the composition root: builds the packages and connects them, starts, reloads and stops them, and
 * finds the host that a probe is for. Every rule about BMCs, metrics or HTTP is in one of the other packages.
 */

export { ClusterControl, DrainRefused, EtcdError } from "./cluster-control.ts";
export { dialectOf, dialectTarget } from "./dialect-target.ts";
export { Exporter, type ExporterOptions } from "./exporter.ts";
export { PollSettingsBook } from "./poll-settings.ts";
export { knownHost, probeTarget } from "./probe-target.ts";
export { readConfig } from "./read-config.ts";
