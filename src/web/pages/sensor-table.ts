import {
  Health,
  HISTORY_PERIODS,
  type HistoryPeriod,
  type HostHistory,
  readingText,
  type Sensor,
  THRESHOLD_NAMES,
} from "../../model/index.ts";
import { gauge } from "./gauge.ts";
import type { HostSearch } from "./host-search.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, MOST_ROWS, notShown, table } from "./layout.ts";
import { sparkline } from "./sparkline.ts";
import { healthWord, plain, shownAs, spaced } from "./words.ts";

const SHORT: Readonly<Record<(typeof THRESHOLD_NAMES)[number], string>> = {
  lower_non_recoverable: "lower non-recoverable",
  lower_critical: "lower critical",
  lower_non_critical: "lower warning",
  upper_non_critical: "upper warning",
  upper_critical: "upper critical",
  upper_non_recoverable: "upper non-recoverable",
};

function limits({ thresholds = {}, quantity, unit, value }: Sensor): Markup | undefined {
  const shown = shownAs(quantity, unit);
  const limits = THRESHOLD_NAMES.flatMap((name) => {
    const limit = thresholds[name];
    return limit === undefined ? [] : `${SHORT[name]} ${plain(limit * shown.factor)}`;
  });
  if (limits.length === 0) return undefined;
  return html`${gauge(value, thresholds)}<span class="soft">${limits.join(", ")}</span>`;
}

/** The readings of the last hours, for the lines beside the present ones. */
export interface SensorHistory {
  readonly search?: HostSearch;
  readonly history?: HostHistory | undefined;
  readonly period: HistoryPeriod;
}

function line(sensor: Sensor, { history, period }: SensorHistory): Markup | undefined {
  const series = history?.series(sensor.id, period);
  if (series === undefined) return undefined;
  // The history is exact to three digits.
  const text = (value: number): string => readingText({ ...sensor, value: Number(value.toPrecision(3)) });
  const range = series.min === series.max ? text(series.min) : `${text(series.min)} to ${text(series.max)}`;
  return html`<span class="spark-of">${sparkline(series, `last ${period}: ${range}`)}<span class="soft">${range}</span></span>`;
}

function row(sensor: Sensor, past: SensorHistory): Markup {
  const { name, id, entity, kind, role, health, states } = sensor;
  return html`<tr><th scope="row">${name}<br><span class="soft">${[spaced(kind), role].filter((word) => word).join(", ")}</span></th>
<td data-label="Reading" class="number">${readingText(sensor)}</td>
${past.history && html`<td data-label="Last ${past.period}">${line(sensor, past)}</td>`}<td data-label="Limits">${limits(sensor)}</td>
<td data-label="Health">${health !== undefined && badge(healthWord(health), healthWord(health))}</td>
<td data-label="States">${[...new Set(states)].map(spaced).join(", ")}</td>
<td data-label="Id" class="soft when">${id}<br>entity ${entity}</td></tr>
`;
}

const headOf = ({ history, period }: SensorHistory): readonly string[] => [
  "Sensor",
  "Reading",
  ...(history ? [`Last ${period}`] : []),
  "Limits",
  "Health",
  "States",
  "Id",
];

const tableOf = (name: string, rows: readonly HtmlValue[], past: SensorHistory): Markup =>
  table(
    name,
    headOf(past).map((title) => column(title, title === "Reading" ? "number" : "")),
    rows,
    "stack",
  );

/** Rows by kind, in the order in which the kinds appear first, each below the name of its kind. */
function byKind(sensors: readonly Sensor[], past: SensorHistory): HtmlValue[] {
  const kinds = new Map<string, Sensor[]>();
  for (const sensor of sensors) kinds.set(sensor.kind, [...(kinds.get(sensor.kind) ?? []), sensor]);
  return [...kinds].map(
    ([kind, members]) =>
      html`<tr class="kind"><th colspan="${headOf(past).length}" scope="rowgroup">${spaced(kind)} (${members.length})</th></tr>
${members.map((sensor) => row(sensor, past))}`,
  );
}

/** How far back the lines of the readings go. */
function periods({ history, period, search }: SensorHistory): HtmlValue {
  if (history === undefined) return undefined;
  const found = search?.text ? `&find=${encodeURIComponent(search.text)}` : "";
  const links = HISTORY_PERIODS.map(
    (one) =>
      html`<li><a href="?history=${one}${found}#sensors"${one === period && html` aria-current="true"`}>${one}</a></li>`,
  );
  return html`<nav aria-label="Readings of the last"><ul class="switch">${links}</ul></nav>`;
}

/** A sensor that a person need not see: it is ok, and its state says all there is. */
const isQuiet = ({ health, value, noReading }: Sensor): boolean =>
  health === Health.Ok && value === undefined && (noReading === undefined || noReading === "not_analog");

/**
 * Sensors against their limits: those in trouble first, then by kind in the order of the BMC. Those that are ok and have no
 * reading are folded away.
 */
export function sensorTable(all: readonly Sensor[], past: SensorHistory): Markup {
  const sensors = past.search ? all.filter((sensor) => past.search?.sensor(sensor)) : all;
  const count = sensors.length === all.length ? String(all.length) : `${sensors.length} of ${all.length}`;
  const trouble = ({ health = Health.Ok }: Sensor): number => health;
  const ordered = [...sensors].sort((a, b) => trouble(b) - trouble(a)).slice(0, MOST_ROWS);
  const bad = ordered.filter((sensor) => trouble(sensor) > Health.Ok);
  const rest = ordered.slice(bad.length);
  const quiet = rest.filter(isQuiet);
  const shown = rest.filter((sensor) => !isQuiet(sensor));
  return html`<section id="sensors" data-part><div class="bar"><h2>Sensors (${count})</h2>${periods(past)}</div>
${bad.length + shown.length > 0 && tableOf("Sensors", [...bad.map((sensor) => row(sensor, past)), ...byKind(shown, past)], past)}
${quiet.length > 0 && html`<details id="quiet-sensors"><summary>${quiet.length} more that are ok</summary>${tableOf("Sensors that are ok", byKind(quiet, past), past)}</details>`}${notShown(sensors.length)}${sensors.length === 0 && html`<p class="soft">No sensor contains these words.</p>`}</section>`;
}
