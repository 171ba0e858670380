import type { HistorySeries } from "../../model/index.ts";
import { CONDITIONS, type HostView } from "./condition.ts";
import type { Rack } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { kilowatts, type Measure, readingText, UNIT_OF } from "./measure.ts";
import { inNaturalOrder } from "./natural-order.ts";
import { type CellStyle, rackCell } from "./rack-cell.ts";
import { sparkline } from "./sparkline.ts";

/** Cells of one rack; a rack of 52 units with four nodes in two of them has 104. */
export const MAX_IN_RACK = 128;
/** From four fifths of its budget on a rack is shown in warning, as the alert does. */
const NEAR_BUDGET = 0.8;
/** Most empty places that are drawn. */
const MAX_GAP = 3;

/** "r1", "no rack" */
export const rackName = ({ place }: Rack): string => place.rack ?? "no rack";

const positionOf = ({ record }: HostView): number => Number.parseInt(record.host.place.position ?? "", 10);

/** The usual distance between hosts in this rack: 2 if machines are two units high, 1 if unknown. */
function usualStep(positions: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const [index, position] of positions.slice(1).entries()) {
    const step = (positions[index] ?? position) - position;
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  let usual = 1;
  for (const [step, count] of counts) {
    const before = counts.get(usual) ?? 0;
    if (count > before || (count === before && step < usual)) usual = step;
  }
  return usual;
}

/** The height of hosts is not known, so a gap is the distance minus the usual step. */
const gapOf = (distance: number, step: number): number =>
  Math.min(MAX_GAP, Math.max(0, Math.floor((distance - step) / step)));

const gap = (size: number): HtmlValue => size > 0 && html`<li class="gap gap${size}" aria-hidden="true"></li>\n`;

/** From the top: hosts whose position is not known, then the others, the highest first. */
function units(hosts: readonly HostView[], style: CellStyle): readonly HtmlValue[] {
  const byName = inNaturalOrder(hosts, ({ record }) => record.host.name);
  const nowhere = byName.filter((host) => Number.isNaN(positionOf(host)));
  // Sorting is stable: nodes that share a position stay in the order of their names.
  const placed = byName.filter((host) => !Number.isNaN(positionOf(host))).sort((a, b) => positionOf(b) - positionOf(a));
  const positions = placed.map(positionOf);
  const step = usualStep(positions);
  const cells: HtmlValue[] = nowhere.map((host) => rackCell(host, style));
  if (nowhere.length > 0 && placed.length > 0) cells.push(gap(1));
  for (const [index, host] of placed.entries()) {
    const [above, here] = [positions[index - 1], positions[index] ?? 0];
    if (above !== undefined) cells.push(gap(gapOf(above - here, step)));
    cells.push(rackCell(host, style));
  }
  const lowest = positions.at(-1);
  if (lowest !== undefined) cells.push(gap(gapOf(lowest - 1 + step, step)));
  return cells;
}

/** The hosts that fit; the worst ones if not all do. */
function shownOf(hosts: readonly HostView[], limit: number): readonly HostView[] {
  if (hosts.length <= limit) return hosts;
  const rank = ({ condition }: HostView): number => CONDITIONS.indexOf(condition);
  return [...hosts].sort((a, b) => rank(a) - rank(b)).slice(0, limit);
}

export const shareTone = (share: number): string => (share >= 1 ? "critical" : share >= NEAR_BUDGET ? "warning" : "ok");

function bar(share: number): Markup {
  const width = Math.min(100, Math.round(share * 1000) / 10);
  return html`<svg class="bar-of" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="bar-all" width="100" height="4"/><rect class="bar-${shareTone(share)}" width="${width}" height="4"/></svg>`;
}

/** The summary of a rack: mean and maximum, or its power. */
function summary({ inTrouble, values }: Rack, by: Measure, budgetWatts: number | undefined): HtmlValue {
  if (by === "health") return inTrouble === 0 ? "no problem" : `${inTrouble} with problems`;
  if (values.count === 0)
    return by === "power" && budgetWatts !== undefined ? `no values, of ${kilowatts(budgetWatts)}` : "no values";
  if (by !== "power") {
    const unit = UNIT_OF[by];
    const text = (value: number): string => readingText({ value, unit }).replace(/ \S+$/, "");
    const mean = `mean ${text(values.sum / values.count)}`;
    if (by === "fan") return `slowest ${readingText({ value: values.least, unit })} of its siblings`;
    return `${mean}, max ${readingText({ value: values.most, unit })}`;
  }
  if (budgetWatts === undefined) return kilowatts(values.sum);
  const share = values.sum / budgetWatts;
  return html`${kilowatts(values.sum)} of ${kilowatts(budgetWatts)}, ${Math.round(share * 100)} %${bar(share)}`;
}

/** The line of a rack with its extremes. By health it shows the share of the limits. */
function rackLine(series: HistorySeries, by: Measure): Markup {
  const unit = UNIT_OF[by === "health" ? "limit" : by];
  const text = (value: number): string => (unit === "watts" ? kilowatts(value) : readingText({ value, unit }));
  const what = by === "health" ? "of the limit" : "";
  const range = `${text(series.min)} to ${text(series.max)} ${what}`.trim();
  return html`<span class="spark-of" title="${range}">${sparkline(series, range)}<span class="soft">${range}</span></span>`;
}

export interface ColumnOptions extends CellStyle {
  readonly href: string;
  readonly budgetWatts?: number;
  readonly series?: HistorySeries;
  readonly limit: number;
}

/** A rack as a column, its lowest unit at the bottom; the hosts of no rack side by side. */
export function rackColumn(rack: Rack, options: ColumnOptions): Markup {
  const { href, budgetWatts, limit, by, series } = options;
  const shown = shownOf(rack.hosts, limit);
  const left = rack.hosts.length - shown.length;
  const name = rackName(rack);
  const { length } = rack.hosts;
  const { count } = rack.values;
  // A sum of some hosts must not look like the sum of all.
  const of = by !== "health" && count > 0 && count < length ? `${count} of ` : "";
  return html`<li class="${rack.place.rack ? "rack" : "rack loose"}"><div class="rack-head"><a href="${href}">${name}</a> <span class="soft">${of}${length} ${length === 1 ? "host" : "hosts"}${of !== "" && (count === 1 ? " reports it" : " report it")}</span><p class="soft">${summary(rack, by, budgetWatts)}</p>${series && rackLine(series, by)}</div>
<ul class="units" aria-label="${rack.place.rack ? `Rack ${name}, from the top` : "Hosts in no rack"}">
${left > 0 && html`<li class="soft">the worst ${shown.length}; the list has ${left} more</li>`}${units(shown, options)}</ul></li>
`;
}
