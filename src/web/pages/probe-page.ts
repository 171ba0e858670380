import { failureText, ongoingFaults } from "../../model/index.ts";
import type { TraceStep } from "../parts.ts";
import type { ProbeTrace } from "../trace-text.ts";
import { viewOf } from "./condition.ts";
import { hostFaultTable, type RunbookOf } from "./fault-list.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, page } from "./layout.ts";
import { healthWord, spaced, took } from "./words.ts";

/** Steps that are shown; the text of the same address has all. */
const MOST_STEPS = 2000;

export interface ProbeView extends ProbeTrace {
  readonly metrics: string;
  /** The host is in the inventory and has a page. */
  readonly isListed: boolean;
  readonly nowMs: number;
  readonly runbook: RunbookOf;
  readonly version: string;
}

/** A request and what came back. */
interface Exchange {
  readonly first: TraceStep;
  readonly rest: TraceStep[];
}

function exchangesOf(steps: readonly TraceStep[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const step of steps.slice(0, MOST_STEPS)) {
    const last = exchanges.at(-1);
    if (step.direction === "sent" || last === undefined) exchanges.push({ first: step, rest: [] });
    else last.rest.push(step);
  }
  return exchanges;
}

const ARROWS: Readonly<Record<TraceStep["direction"], string>> = { sent: "\u2192", received: "\u2190", note: "\u00b7" };

const line = ({ atMs, direction, text }: TraceStep): Markup =>
  html`<span class="soft">${(atMs / 1000).toFixed(3)} s</span> ${ARROWS[direction]} <code>${text}</code>`;

function stepList(steps: readonly TraceStep[], isFailed: boolean): HtmlValue {
  if (steps.length === 0) return html`<p class="soft">No step: this probe sent nothing to the BMC.</p>`;
  const exchanges = exchangesOf(steps);
  const items = exchanges.map(({ first, rest }, index) => {
    if (rest.length === 0) return html`<li>${line(first)}</li>\n`;
    // The last exchange is the one that failed.
    const open = isFailed && index === exchanges.length - 1;
    return html`<li><details${open && html` open`}><summary>${line(first)}</summary><ul>${rest.map((step) => html`<li>${line(step)}</li>`)}</ul></details></li>\n`;
  });
  const left = steps.length - MOST_STEPS;
  return html`<ul class="steps">${items}</ul>${left > 0 && html`<p class="soft">and ${left} more</p>`}`;
}

/** The result of /probe for a person: state, what is wrong, and the steps with the one that failed open. */
export function probePage(view: ProbeView): string {
  const { target, record, steps, tookMs, metrics, isListed, nowMs, version } = view;
  const { snapshot, host } = record;
  const { condition, health } = viewOf(record);
  const failure = snapshot?.failure;
  const back = isListed ? `/hosts/${encodeURIComponent(host.name)}` : "/";
  return page({
    title: `Probe of ${target} - lightsout`,
    tone: condition,
    version,
    content: html`<h1>Probe of ${target} ${badge(condition, snapshot?.up === true ? healthWord(health) : condition)}</h1>
<p><a href="${back}">${isListed ? `Back to ${host.name}` : "All hosts"}</a> &middot; <span class="soft">BMC ${host.address} port ${host.port}, module ${host.module}, auth ${host.auth}; answered after ${took(tookMs)}</span></p>
${
  failure &&
  html`<section class="notice down" role="status"><h2>Failed: ${spaced(failure.reason)} at ${spaced(failure.stage)}</h2>
<p>${failureText(failure.reason)}</p><p class="soft">${failure.message}</p></section>`
}
${snapshot?.up === true && hostFaultTable(ongoingFaults(record), nowMs, view.runbook)}
<section><h2>Steps</h2>${stepList(steps, failure !== undefined)}</section>
<section><details><summary>Metrics</summary><pre class="scroll" tabindex="0"><code>${metrics}</code></pre></details></section>`,
  });
}
