import type { HistorySeries } from "../../model/index.ts";
import { type HostView, isTrouble } from "./condition.ts";
import type { Rack } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { rackAddress } from "./landing-address.ts";
import { type CellStyle, cellColour, cellTitle } from "./rack-cell.ts";
import { rackName } from "./rack-column.ts";
import { sparkline } from "./sparkline.ts";

/** Cells of one page: 36 racks of 40 units fit on a screen of 1400 x 900. */
export const MAX_DENSE_CELLS = 2500;
/** Units of the tallest rack that is drawn. */
const MAX_UNITS = 60;

const unitOf = ({ record }: HostView): number => Number.parseInt(record.host.place.position ?? "", 10);

/** A host as a small cell. It is reached by keyboard through its rack and the list of hosts. */
function dot(view: HostView, style: CellStyle): Markup {
  const { name } = view.record.host;
  const mark = isTrouble(view.condition) ? " bad" : "";
  return html`<a class="dot ${cellColour(view, style)}${mark}" href="/hosts/${encodeURIComponent(name)}" title="${cellTitle(view, style)}" tabindex="-1"><span class="hide">${name}</span></a>`;
}

/** The height of the tallest rack in units. */
export function tallest(racks: readonly Rack[]): number {
  let most = 1;
  for (const { hosts } of racks) {
    let unplaced = 0;
    for (const host of hosts) {
      const unit = unitOf(host);
      if (Number.isNaN(unit)) unplaced++;
      else most = Math.max(most, unit);
    }
    most = Math.max(most, unplaced);
  }
  return Math.min(MAX_UNITS, most);
}

/** A rack as a column of small cells, its highest unit on top; hosts without a position fill the free units from below. */
export function denseRack(rack: Rack, style: CellStyle, height: number, series?: HistorySeries): Markup {
  const units = new Map<number, HostView[]>();
  const unplaced: HostView[] = [];
  for (const host of rack.hosts) {
    const unit = unitOf(host);
    if (Number.isNaN(unit) || unit < 1 || unit > height) unplaced.push(host);
    else units.set(unit, [...(units.get(unit) ?? []), host]);
  }
  for (let unit = 1; unplaced.length > 0 && unit <= height; unit++) {
    if (units.has(unit)) continue;
    const host = unplaced.shift();
    if (host) units.set(unit, [host]);
  }
  // More hosts than units: the rest shares the lowest one.
  if (unplaced.length > 0) units.set(1, [...(units.get(1) ?? []), ...unplaced]);
  const rows: HtmlValue[] = [];
  for (let unit = height; unit >= 1; unit--) {
    const hosts = units.get(unit) ?? [];
    rows.push(html`<li${hosts.length === 0 && html` class="none"`}>${hosts.map((host) => dot(host, style))}</li>`);
  }
  const name = rackName(rack);
  const trouble = rack.inTrouble === 0 ? "no problem" : `${rack.inTrouble} with problems`;
  return html`<li class="dense-rack"><a class="dense-head" href="${rackAddress(rack.place, style.by)}" title="${name}: ${rack.hosts.length} hosts, ${trouble}">${name}${rack.inTrouble > 0 && html` <b>${rack.inTrouble}<span class="hide"> with problems</span></b>`}</a><ul>${rows}</ul>${series && sparkline(series)}</li>
`;
}
