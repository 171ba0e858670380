import type { PollOutcome } from "../../model/index.ts";
import { html, type Markup } from "./html.ts";
import { badge, column, table } from "./layout.ts";
import { moment, spaced, took } from "./words.ts";

function outcome({ failure, failedParts }: PollOutcome): Markup {
  if (failure !== undefined) return badge("down", spaced(failure));
  return failedParts.length === 0 ? badge("ok", "ok") : badge("warning", `without ${failedParts.join(", ")}`);
}

const tone = ({ failure, failedParts }: PollOutcome): string =>
  failure !== undefined ? "down" : failedParts.length > 0 ? "warning" : "ok";

/** The last polls of a host, newest first: time, duration compared with the longest one, and result. */
export function pollHistory(polls: readonly PollOutcome[]): Markup | undefined {
  if (polls.length === 0) return undefined;
  const longest = Math.max(1, ...polls.map(({ durationMs }) => durationMs));
  const failed = polls.filter(({ failure }) => failure !== undefined).length;
  const rows = polls.map((poll) => {
    const width = Math.max(0.5, Math.round((poll.durationMs / longest) * 1000) / 10);
    return html`<tr><td class="when">${moment(poll.startedAt)}</td><td class="number">${took(poll.durationMs)}</td>
<td><svg class="gauge" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="bar-${tone(poll)}" y="3" width="${width}" height="8"/></svg></td><td>${outcome(poll)}</td></tr>
`;
  });
  const head = [column("Began"), column("Took", "number"), column("Compared"), column("Result")];
  const how = failed === 0 ? "all reached the BMC" : `${failed} did not reach the BMC`;
  return html`<section id="polls"><h2>Last polls</h2><p>${polls.length === 1 ? "One poll" : `${polls.length} polls`}, ${how}.</p>
${table("Last polls", head, rows)}</section>`;
}
