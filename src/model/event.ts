import type { ChangeKind } from "./change.ts";
import type { EventSeverity, LogEntry } from "./facts.ts";
import type { Place } from "./host.ts";

/**
 * What the time stamp of a record is worth. `wall_clock`: a date; `pre_init`: seconds since the BMC started,
 * whose clock was not set; `unspecified`: none; `implausible`: a date that cannot be, of a clock set since.
 */
export type TimeStatus = "wall_clock" | "pre_init" | "unspecified" | "implausible";

/** From which severity on somebody is told at once. */
export const ALERT_SEVERITIES = ["warning", "critical", "non_recoverable"] as const satisfies readonly EventSeverity[];
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

interface EventBase {
  readonly host: string;
  readonly place: Place;
  /** When the exporter saw it, epoch ms. */
  readonly seenAt: number;
  readonly severity: EventSeverity;
  /** The whole for a person, one line. */
  readonly text: string;
}

/** A record of a host's event log. */
export interface SelEvent extends EventBase {
  readonly type: "sel";
  readonly entry: LogEntry;
  readonly timeStatus: TimeStatus;
  /** BMC clock minus ours. */
  readonly clockOffsetSeconds?: number;
  /** The log held it when it was read for the first time. */
  readonly historical: boolean;
}

/** Something about a host that is not as it was. */
export interface ChangeEvent extends EventBase {
  readonly type: "change";
  readonly change: ChangeKind;
  readonly from?: string;
  readonly to?: string;
  readonly sensors?: readonly string[];
  readonly sensorCount?: number;
}

/** What leaves the exporter when something happened to a host. */
export type HostEvent = SelEvent | ChangeEvent;
