import { Health, type HostRecord } from "../../model/index.ts";
import { type HostView, isTrouble } from "./condition.ts";
import { html, type Markup } from "./html.ts";
import { toneClass } from "./layout.ts";
import { type Measure, readingText } from "./measure.ts";
import { colourOf, type Scale } from "./scale.ts";
import { spaced } from "./words.ts";

/** How cells of racks are drawn. */
export interface CellStyle {
  readonly by: Measure;
  /** Absent if the cells are coloured by health. */
  readonly scale?: Scale;
}

const NAMED = 3;

/** Problems of a host for the tooltip of its cell, worst first. */
function reasons({ snapshot }: HostRecord): string {
  if (snapshot === undefined) return "";
  const { failure } = snapshot;
  if (failure !== undefined) return `${spaced(failure.reason)} at ${spaced(failure.stage)}`;
  const bad = (snapshot.sensors ?? []).filter(({ health = Health.Ok }) => health > Health.Ok);
  bad.sort((a, b) => (b.health ?? Health.Ok) - (a.health ?? Health.Ok));
  const faults = Object.entries(snapshot.chassis?.faults ?? {}).flatMap(([name, set]) =>
    set ? `${spaced(name)} fault` : [],
  );
  const names = [...bad.map(({ name }) => name), ...faults];
  const more = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** The text in the cell beside the name. */
function valueText({ record, condition, reading }: HostView, by: Measure): string {
  if (condition === "down") return record.snapshot === undefined ? "stale" : "down";
  if (condition === "waiting") return "not polled";
  if (reading !== undefined) return readingText(reading);
  const off = record.snapshot?.chassis?.powerOn === false;
  if (by !== "health") return off ? "off" : "no value";
  return off && condition === "ok" ? "off" : condition;
}

/** The class of the colour of a cell. */
export function cellColour({ condition, reading, record }: HostView, { by, scale }: CellStyle): string {
  if (condition === "down" || condition === "waiting") return condition;
  if (by !== "health") return reading === undefined || scale === undefined ? "quiet" : colourOf(reading, scale);
  return condition === "ok" && record.snapshot?.chassis?.powerOn === false ? "quiet" : toneClass(condition);
}

/** Name, position, value and problems of a host, for the tooltip of its cell. */
export function cellTitle(view: HostView, { by }: CellStyle): string {
  const { record, condition } = view;
  const { name, place } = record.host;
  const word = valueText(view, by);
  const why = isTrouble(condition) ? reasons(record) : "";
  const of = view.reading?.of === undefined ? "" : ` (${view.reading.of})`;
  const facts = [word === condition ? "" : `${word}${of}`, why === "" ? condition : `${condition}: ${why}`].filter(
    (fact) => fact,
  );
  return `${name}${place.position ? `, position ${place.position}` : ""}: ${facts.join("; ")}`;
}

/** One host in its rack: a link with its name and value, coloured by the value. */
export function rackCell(view: HostView, style: CellStyle): Markup {
  const { record, condition } = view;
  const { name, place } = record.host;
  const word = valueText(view, style.by);
  const trouble = isTrouble(condition);
  const mark = style.by !== "health" && trouble && condition !== "down" ? ` mark-${condition}` : "";
  const also = mark !== "" && html`<span class="hide">, ${condition}</span>`;
  return html`<li><a class="cell ${cellColour(view, style)}${mark}" href="/hosts/${encodeURIComponent(name)}" title="${cellTitle(view, style)}">${place.position && html`<i>${place.position}</i>`}<b>${name}</b> <span>${word}</span>${also}</a></li>
`;
}
