import {
  type FaultSeverity,
  faultRank,
  type HostRecord,
  type OngoingFault,
  ongoingFaults,
  type Place,
} from "../../model/index.ts";
import { SELECTABLE } from "../selection.ts";
import { rackKey } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { rackAddress } from "./landing-address.ts";
import { badge, column, table } from "./layout.ts";
import { moment, span } from "./words.ts";

/** Hosts of one rack with the same fault that become one line. */
const GROUPED_FROM = 3;

/** A line of "What is wrong now": one fault of one host, or the same fault of many hosts of a rack. */
export interface FaultLine {
  readonly severity: FaultSeverity;
  readonly hosts: readonly string[];
  readonly place: Place;
  readonly text: string;
  readonly alert: string;
  /** Of several hosts: the first. */
  readonly since: number;
}

interface Group {
  readonly place: Place;
  readonly members: { readonly host: HostRecord["host"]; readonly fault: OngoingFault }[];
}

/** The faults of hosts as lines, worst first, then the newest. */
export function faultLines(records: Iterable<HostRecord>): FaultLine[] {
  const groups = new Map<string, Group>();
  for (const record of records) {
    const { host } = record;
    for (const fault of ongoingFaults(record)) {
      const rack = rackKey(host.place);
      // Without a rack, hosts have nothing in common.
      const where = rack === "" ? `host ${host.name}` : rack;
      const key = [where, fault.severity, fault.alert, fault.subject].join("\0");
      const group = groups.get(key) ?? { place: host.place, members: [] };
      groups.set(key, group);
      group.members.push({ host, fault });
    }
  }
  return [...groups.values()]
    .flatMap(linesOf)
    .sort((a, b) => faultRank(a.severity) - faultRank(b.severity) || b.since - a.since);
}

function linesOf({ members }: Group): FaultLine[] {
  const [first] = members;
  if (first === undefined) return [];
  if (members.length < GROUPED_FROM)
    return members.map(({ host, fault }) => ({ ...lineOf(fault), hosts: [host.name], place: host.place }));
  const { position: _, ...place } = first.host.place;
  const since = Math.min(...members.map(({ fault }) => fault.since));
  return [{ ...lineOf(first.fault), since, place, hosts: members.map(({ host }) => host.name) }];
}

const lineOf = ({ severity, text, alert, since }: OngoingFault) => ({ severity, text, alert, since });

/** The word of a severity on a page, which is also the tone of its badge. */
export const severityWord = (severity: FaultSeverity): string =>
  severity === "non_recoverable" ? "non-recoverable" : severity;

/** "since 12 min", with the moment behind it. */
export const sinceTime = (since: number, nowMs: number): Markup =>
  html`<time datetime="${new Date(since).toISOString()}" title="${moment(since)}">${span(Math.max(0, nowMs - since))}</time>`;

/** Address of an alert's runbook. */
export type RunbookOf = (alert: string) => string;

const runbookLink = (alert: string, runbook: RunbookOf): Markup =>
  html`<a href="${runbook(alert)}" title="Runbook of ${alert}">what to do<span class="hide"> about ${alert}</span></a>`;

function whereText(place: Place): string {
  const parts: (string | undefined)[] = SELECTABLE.map((label) => place[label]);
  if (place.position) parts.push(`U${place.position}`);
  return parts.filter((part) => part).join(" / ");
}

function row(line: FaultLine, nowMs: number, runbook: RunbookOf): Markup {
  const { severity, hosts, place, text, alert, since } = line;
  const [host = ""] = hosts;
  const who =
    hosts.length === 1
      ? html`<a href="/hosts/${encodeURIComponent(host)}">${host}</a>`
      : html`<a href="${rackAddress(place, "health")}" title="${hosts.slice(0, 20).join(", ")}${hosts.length > 20 && ", ..."}">${hosts.length} hosts of ${place.rack}</a>`;
  const first = hosts.length > 1 && html` <span class="soft">(${host}; the others alike)</span>`;
  return html`<tr><td data-label="Severity">${badge(severityWord(severity), severityWord(severity))}</td>
<th scope="row">${who}</th><td data-label="Place">${whereText(place)}</td><td data-label="Fault" class="wide">${text}${first}</td>
<td data-label="Since" class="when">${sinceTime(since, nowMs)}</td><td>${runbookLink(alert, runbook)}</td></tr>
`;
}

/** A table of fault lines. */
export function faultTable(lines: readonly FaultLine[], nowMs: number, runbook: RunbookOf): Markup {
  const head = ["Severity", "Host", "Place", "What is wrong", "Since", "Runbook"].map((name) => column(name));
  return table(
    "What is wrong now",
    head,
    lines.map((line) => row(line, nowMs, runbook)),
    "stack",
  );
}

/** The faults of one host, without the columns that are the same for all of them. */
export function hostFaultTable(faults: readonly OngoingFault[], nowMs: number, runbook: RunbookOf): HtmlValue {
  if (faults.length === 0) return undefined;
  const rows = faults.map(
    ({
      severity,
      text,
      since,
      alert,
    }) => html`<tr><td data-label="Severity">${badge(severityWord(severity), severityWord(severity))}</td>
<th scope="row">${text}</th><td data-label="Since" class="when">${sinceTime(since, nowMs)}</td><td>${runbookLink(alert, runbook)}</td></tr>
`,
  );
  const head = ["Severity", "What is wrong", "Since", "Runbook"].map((name) => column(name));
  return html`<section id="faults" data-part><h2>What is wrong now</h2>${table("What is wrong now", head, rows, "stack")}</section>`;
}
