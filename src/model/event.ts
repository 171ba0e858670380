import type { ChangeKind } from "./change.ts";
import type { EventSeverity, LogEntry } from "./facts.ts";
import type { Place } from "./host.ts";

/**
 * What the time stamp of a record means. `wall_clock`: a date. `pre_init`: seconds since the start of the BMC, whose
 * clock was not set. `unspecified`: no time. `implausible`: an impossible date, of a clock that was set later.
 */
export type TimeStatus = "wall_clock" | "pre_init" | "unspecified" | "implausible";

/** Lowest severities that can be configured for events sent to Alertmanager. */
export const ALERT_SEVERITIES = ["warning", "critical", "non_recoverable"] as const satisfies readonly EventSeverity[];
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

interface EventBase {
  /** The same if the event is handed over again, and of no other event. */
  readonly id: string;
  readonly host: string;
  readonly place: Place;
  /** When the exporter read it, epoch ms. */
  readonly seenAt: number;
  readonly severity: EventSeverity;
  /** The event in one line of text. */
  readonly text: string;
}

/** A record of a host's event log. */
export interface SelEvent extends EventBase {
  readonly type: "sel";
  readonly entry: LogEntry;
  readonly timeStatus: TimeStatus;
  /** Clock of the BMC minus clock of the exporter. */
  readonly clockOffsetSeconds?: number;
  /** The record was in the log when that was read for the first time. */
  readonly historical: boolean;
}

/** A change of a host; see ChangeKind. */
interface ChangeEvent extends EventBase {
  readonly type: "change";
  readonly change: ChangeKind;
  readonly from?: string;
  readonly to?: string;
  readonly sensors?: readonly string[];
  readonly sensorCount?: number;
}

/** A trap that was received for a host. */
export interface TrapFacts {
  /** Who defines it: "pet", or the manufacturer. */
  readonly kind: string;
  readonly oid: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Printable values, of traps that are no platform event traps. */
  readonly variables: readonly { readonly oid: string; readonly value: string }[];
}

/** A trap that no record of the event log confirmed. */
interface TrapEvent extends EventBase {
  readonly type: "trap";
  readonly trap: TrapFacts;
  /** The event of a platform event trap, as a record of the log would be described. */
  readonly entry?: LogEntry;
  /** Entity id and instance in decimal, "3.1". */
  readonly entity?: string;
}

/** An event of a host as it is sent to outputs. */
export type HostEvent = SelEvent | ChangeEvent | TrapEvent;
