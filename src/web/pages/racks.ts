import { setImmediate as nextTurn } from "node:timers/promises";
import type { RackBudget } from "../../exposition/index.ts";
import { HISTORY_PERIODS, type HistorySeries, type Place } from "../../model/index.ts";
import { denseRack, MAX_DENSE_CELLS, tallest } from "./dense-floor.ts";
import { type Fleet, type Rack, rackKey } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { here, type LandingQuery, rackAddress } from "./landing-address.ts";
import { toneClass } from "./layout.ts";
import {
  grouped,
  kilowatts,
  MEASURE_HELP,
  MEASURE_NAMES,
  MEASURES,
  type Measure,
  readingText,
  UNIT_OF,
} from "./measure.ts";
import { MAX_IN_RACK, rackColumn, rackName, shareTone } from "./rack-column.ts";
import { type HistoryOf, rackSeries } from "./rack-history.ts";
import { colourOf, legendOf, loadScale, type Scale, scaleOf, spreadOf } from "./scale.ts";

/** Most cells of one page; a browser lays out a thousand cells easily. */
const MAX_CELLS = 800;
const MAX_COLUMNS = 36;
/** Racks in the overview; more are found by their pages and by the filter. */
const MAX_TILES = 400;

export interface RacksView extends LandingQuery {
  readonly fleet: Fleet;
  readonly budgets: Iterable<RackBudget>;
  readonly historyOf?: HistoryOf;
  /** A page of columns was requested. */
  readonly isPaged?: boolean;
}

/** The whole fleet as small cells, if columns would take more than one page. */
async function denseFloor(view: RacksView, scale: Scale | undefined): Promise<Markup> {
  const { fleet, by } = view;
  const height = tallest(fleet.racks);
  const rows: HtmlValue[] = [];
  const groups = byRow(fleet.racks);
  for (const { where, racks } of groups) {
    const columns: Markup[] = [];
    for (const rack of racks) {
      columns.push(denseRack(rack, { by, ...(scale && { scale }) }, height, seriesOf(view, rack)));
      await nextTurn();
    }
    rows.push(html`${where !== "" && html`<h3>${where}</h3>`}<ul class="dense">${columns}</ul>`);
  }
  return html`<section id="racks" data-part><div class="bar"><h2>Racks</h2>${measureLinks(view)}${periodLinks(view)}<a href="${here(view, { view: "columns" })}">racks as columns, with names</a></div>
${legend(scale)}${rows}</section>`;
}

const seriesOf = ({ by, period = "1h", historyOf }: RacksView, rack: Rack): HistorySeries | undefined =>
  historyOf && rackSeries(rack, by, period, historyOf);

/** How far back the lines of the racks go. */
function periodLinks(view: RacksView): HtmlValue {
  if (view.historyOf === undefined) return undefined;
  const links = HISTORY_PERIODS.map(
    (period) =>
      html`<li><a href="${here(view, { history: period === "1h" ? undefined : period })}" title="lines of the last ${period}"${period === (view.period ?? "1h") && html` aria-current="true"`}>${period}</a></li>`,
  );
  return html`<nav aria-label="Lines of the last"><ul class="switch">${links}</ul></nav>`;
}

const OUTER = ["site", "room", "row"] as const satisfies readonly (keyof Place)[];

const whereOf = ({ place }: Rack): string =>
  OUTER.flatMap((label) => (place[label] ? `${label} ${place[label]}` : [])).join(", ");

const cellsOf = ({ hosts }: Rack): number => Math.min(hosts.length, MAX_IN_RACK);

/** Racks in pages, none of which has too many cells. */
function pagesOf(racks: readonly Rack[]): readonly (readonly Rack[])[] {
  const pages: Rack[][] = [];
  let cells = 0;
  for (const rack of racks) {
    const page = pages.at(-1);
    if (page === undefined || page.length >= MAX_COLUMNS || cells + cellsOf(rack) > MAX_CELLS) {
      pages.push([rack]);
      cells = cellsOf(rack);
    } else {
      page.push(rack);
      cells += cellsOf(rack);
    }
  }
  return pages;
}

/** Consecutive racks of one row under one heading. */
function byRow(racks: readonly Rack[]): { readonly where: string; readonly racks: Rack[] }[] {
  const rows: { readonly where: string; readonly racks: Rack[] }[] = [];
  for (const rack of racks) {
    const where = whereOf(rack);
    const row = rows.at(-1);
    // The hosts in no rack need the whole width.
    if (row?.where === where && rack.place.rack) row.racks.push(rack);
    else rows.push({ where, racks: [rack] });
  }
  return rows;
}

function measureLinks(view: RacksView): Markup {
  const racks = view.rackPage > 1 ? String(view.rackPage) : undefined;
  const links = MEASURES.map((by) => {
    const href = here(view, { by: by === "health" ? undefined : by, racks });
    return html`<li><a href="${href}" title="${MEASURE_HELP[by]}"${by === view.by && html` aria-current="true"`}>${MEASURE_NAMES[by]}</a></li>`;
  });
  return html`<nav aria-label="Racks by"><ul class="switch">${links}</ul></nav>`;
}

function legend(scale: Scale | undefined): HtmlValue {
  if (scale === undefined) return undefined;
  const items = [
    ...legendOf(scale),
    { colour: "down", text: "down" },
    { colour: "waiting", text: "not polled yet" },
    { colour: "quiet", text: "no value" },
  ];
  return html`<ul class="legend" aria-label="Colours">${items.map(({ colour, text }) => html`<li><span class="swatch ${colour}" aria-hidden="true"></span>${text}</li>`)}
<li><span class="swatch quiet mark-critical" aria-hidden="true"></span>critical</li><li><span class="swatch quiet mark-warning" aria-hidden="true"></span>warning</li></ul>`;
}

interface Tile {
  readonly colour: string;
  readonly text: string;
}

/** Text and colour of a rack in the overview: its worst host, or the total power. */
function tileOf(
  rack: Rack,
  by: Measure,
  scales: { readonly hosts?: Scale; readonly sums: Scale },
  budget?: number,
): Tile {
  const { values, hosts, inTrouble, worst } = rack;
  if (by === "health")
    return {
      colour: toneClass(worst),
      text: inTrouble === 0 ? String(hosts.length) : `${inTrouble} of ${hosts.length}`,
    };
  if (values.count === 0 || scales.hosts === undefined) return { colour: "quiet", text: "no value" };
  if (by === "power") {
    const sum = { value: values.sum, unit: "watts" } as const;
    const share = budget === undefined ? 0 : values.sum / budget;
    const tone = shareTone(share);
    return {
      colour: tone === "ok" ? colourOf(sum, scales.sums) : tone,
      text: budget === undefined ? kilowatts(values.sum) : `${kilowatts(values.sum)}, ${Math.round(share * 100)} %`,
    };
  }
  const extreme = { value: by === "fan" ? values.least : values.most, unit: UNIT_OF[by] };
  return { colour: colourOf(extreme, scales.hosts), text: readingText(extreme) };
}

const sumsScale = (racks: readonly Rack[]): Scale =>
  loadScale(spreadOf(racks.flatMap(({ values, place }) => (values.count > 0 && place.rack ? values.sum : []))), "W");

/** An overview of all racks, if they do not fit on one page. */
function overview(
  { fleet, by }: RacksView,
  shown: readonly Rack[],
  scale: Scale | undefined,
  budgets: ReadonlyMap<string, number>,
): Markup {
  const scales = { ...(scale && { hosts: scale }), sums: sumsScale(fleet.racks) };
  const tiles = fleet.racks.slice(0, MAX_TILES);
  const tile = (rack: Rack): Markup => {
    const { colour, text } = tileOf(rack, by, scales, budgets.get(rackKey(rack.place)));
    const title = `${[whereOf(rack), rackName(rack)].filter((part) => part).join(", ")}: ${rack.hosts.length} hosts, ${rack.inTrouble} with problems, worst ${rack.worst}`;
    return html`<li><a class="${colour}" href="${rackAddress(rack.place, by)}" title="${title}"${shown.includes(rack) && html` aria-current="true"`}><b>${rackName(rack)}</b> ${text}<span class="hide">, worst ${rack.worst}</span></a></li>`;
  };
  const rows = byRow(tiles).map(
    ({ where, racks }) => html`${where !== "" && html`<h3>${where}</h3>`}<ul class="racks">${racks.map(tile)}</ul>`,
  );
  const left = fleet.racks.length - tiles.length;
  return html`<div class="overview scroll" tabindex="0" role="region" aria-label="All racks">${rows}</div>
${left > 0 && html`<p class="soft">and ${grouped(left)} more; use the filter to see them</p>`}`;
}

function pager(view: RacksView, number: number, pages: readonly (readonly Rack[])[]): HtmlValue {
  if (pages.length < 2) return undefined;
  const link = (to: number, word: string): HtmlValue =>
    to >= 1 && to <= pages.length && html`<a href="${here(view, { racks: String(to) })}">${word}</a> `;
  const before = pages.slice(0, number - 1).reduce((count, page) => count + page.length, 0);
  const shown = pages[number - 1] ?? [];
  return html`<p class="soft">Racks ${before + 1} to ${before + shown.length} of ${grouped(view.fleet.racks.length)}. ${link(number - 1, "previous racks")}${link(number + 1, "next racks")}</p>`;
}

/**
 * The racks of the fleet as columns, each host a cell at its place; undefined if no host matches. Polls run
 * between racks.
 */
export async function racksSection(view: RacksView): Promise<Markup | undefined> {
  const { fleet, by, rackPage } = view;
  const pages = pagesOf(fleet.racks);
  if (pages.length === 0) return undefined;
  const cells = fleet.racks.reduce((sum, rack) => sum + cellsOf(rack), 0);
  if (pages.length > 1 && cells <= MAX_DENSE_CELLS && !view.asColumns && !view.isPaged)
    return denseFloor(view, scaleOf(by, fleet.spread));
  const number = Math.min(rackPage, pages.length);
  const shown = pages[number - 1] ?? [];
  const budgets = new Map(Array.from(view.budgets, ({ place, watts }) => [rackKey(place), watts]));
  const scale = scaleOf(by, fleet.spread);
  const rows: HtmlValue[] = [];
  const groups = byRow(shown);
  // Columns of several rows of racks stand below one another; those of a single one may take the whole width.
  const floor = groups.length === 1 ? "floor fit" : "floor";
  for (const { where, racks } of groups) {
    const columns: Markup[] = [];
    for (const rack of racks) {
      const budgetWatts = budgets.get(rackKey(rack.place));
      const series = seriesOf(view, rack);
      const options = {
        by,
        ...(series && { series }),
        href: rackAddress(rack.place, by),
        limit: MAX_IN_RACK,
        ...(scale && { scale }),
      };
      columns.push(rackColumn(rack, { ...options, ...(budgetWatts !== undefined && { budgetWatts }) }));
      await nextTurn();
    }
    rows.push(html`${where !== "" && html`<h3>${where}</h3>`}<ul class="${floor}">${columns}</ul>`);
  }
  return html`<section id="racks" data-part><div class="bar"><h2>Racks</h2>${measureLinks(view)}${periodLinks(view)}</div>
${legend(scale)}${pages.length > 1 && overview(view, shown, scale, budgets)}
${pager(view, number, pages)}${rows}</section>`;
}
