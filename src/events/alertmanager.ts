import type { Clock, Secret } from "../lib/index.ts";
import {
  type AlertSeverity,
  dashboardUrl,
  type EventSeverity,
  type HostEvent,
  PLACE_LABELS,
  runbookUrl,
  type SelEvent,
} from "../model/index.ts";
import { type Sender, SendRefused } from "./delivery.ts";

const RANKS: Readonly<Record<EventSeverity, number>> = {
  unknown: 0,
  ok: 0,
  warning: 1,
  critical: 2,
  non_recoverable: 3,
};

export interface AlertmanagerOptions {
  /** Of the server, `http://alertmanager:9093`; it may end with a path prefix. */
  readonly url: string;
  /** From the time at which it is sent, so that an alert that had to wait is not resolved when it arrives. */
  readonly resolveAfterMs: number;
  readonly clock: Clock;
  /** More labels: the external labels of the Prometheus that evaluates the rules. */
  readonly labels: Readonly<Record<string, string>>;
  /** Root URL of Grafana and URL of the runbooks; an alert has no link to one that is absent. */
  readonly grafana?: string;
  readonly runbooks?: string;
  /** Value of the header Authorization. Read each time, because a token may change. */
  readonly authorization?: () => Promise<Secret | undefined>;
  /** Replaced in tests. */
  readonly fetch?: typeof fetch;
}

/** Events that become alerts: asserted records of the event log from a severity on, without history. */
export function isAlert(event: HostEvent, least: AlertSeverity): event is SelEvent {
  const isNewRecord = event.type === "sel" && !event.historical && event.entry.direction === "asserted";
  return isNewRecord && RANKS[event.severity] >= RANKS[least];
}

/**
 * Alerts to the Alertmanager's API v2. They have exactly the labels of the rule SelCriticalEvent: both are one alert,
 * which the rule keeps firing when Prometheus has seen the counter grow.
 */
export class AlertmanagerSender implements Sender {
  readonly batch = 64;
  readonly #options: AlertmanagerOptions;

  constructor(options: AlertmanagerOptions) {
    this.#options = options;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    const { url, authorization, fetch: send = fetch } = this.#options;
    const secret = await authorization?.();
    const response = await send(`${url.replace(/\/+$/, "")}/api/v2/alerts`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "lightsout",
        ...(secret && { authorization: secret.reveal() }),
      },
      body: JSON.stringify(alertsOf(events, this.#options)),
      // The token must not be sent to the target of a redirect.
      redirect: "error",
      signal,
    }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    await response.body?.cancel();
    if (response.ok) return;
    const problem = `answered ${response.status} ${response.statusText}`.trimEnd();
    // A token may be corrected, and a busy server may recover. A bad request stays invalid.
    const isFinal = response.status === 400 || response.status === 413 || response.status === 422;
    throw isFinal ? new SendRefused(problem) : new Error(problem);
  }

  async close(): Promise<void> {}
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** One alert per set of labels: with the text of the newest event and the start of the first one.*/
function alertsOf(events: readonly HostEvent[], options: AlertmanagerOptions): readonly Alert[] {
  const alerts = new Map<string, Alert>();
  for (const event of events) {
    const alert = alertOf(event, options);
    const key = JSON.stringify(alert.labels);
    const before = alerts.get(key);
    alerts.set(key, before ? { ...alert, startsAt: before.startsAt } : alert);
  }
  return [...alerts.values()];
}

function alertOf({ id, host, place, severity, seenAt, text }: HostEvent, options: AlertmanagerOptions): Alert {
  const isCritical = RANKS[severity] >= RANKS.critical;
  const alertname = isCritical ? "SelCriticalEvent" : "SelWarningEvent";
  const places = PLACE_LABELS.flatMap((label) => {
    const value = place[label];
    return value === undefined ? [] : [[label, value] as const];
  });
  const own = { alertname, severity: isCritical ? "warning" : "info", component: "sel" };
  const dashboard = `/d/bmc-host?var-host=${encodeURIComponent(host)}`;
  const where = place.rack === undefined ? "" : ` (rack ${place.rack}${position(place.position)})`;
  return {
    labels: { ...options.labels, ...Object.fromEntries(places), host, ...own },
    annotations: {
      summary: `${host}: ${isCritical ? "critical event" : "event"} logged`,
      description: `${host}${where} logged: ${text}`,
      ...(isCritical && options.runbooks !== undefined && { runbook_url: runbookUrl(options.runbooks, alertname) }),
      event_id: id,
      ...(options.grafana === undefined ? { dashboard } : { dashboard_url: dashboardUrl(options.grafana, dashboard) }),
    },
    startsAt: new Date(seenAt).toISOString(),
    endsAt: new Date(Math.max(seenAt, options.clock.wallMs()) + options.resolveAfterMs).toISOString(),
  };
}

const position = (value: string | undefined): string => (value === undefined ? "" : `, position ${value}`);
