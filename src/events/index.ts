/**
 * events - what leaves the exporter when something happened to a host: a file or standard output, syslog, the
 * Alertmanager. Knows queues, files and sockets. Does not know how news are found, nor who configures where they go.
 */
export { type EventsReport, OUTCOMES, OUTPUTS, type Outcome, type OutputName } from "./delivery.ts";
export { Events, type EventsOptions, type EventsParts } from "./events.ts";
export { EventSpool } from "./spool.ts";
