/**
 * events - sends events of hosts to a file or standard output, to syslog and to an Alertmanager, and keeps them on disk
 * until each output has them. It knows queues, files and sockets. It does not know how events are found, nor where the
 * settings come from.
 */
export { type EventsReport, OUTCOMES } from "./delivery.ts";
export { Events, type EventsOptions } from "./events.ts";
export { EventSpool } from "./spool.ts";
