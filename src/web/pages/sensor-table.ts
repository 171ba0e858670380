import { Health, readingText, type Sensor, THRESHOLD_NAMES } from "../../model/index.ts";
import { gauge } from "./gauge.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, MOST_ROWS, notShown, table } from "./layout.ts";
import { healthWord, plain, shownAs, spaced } from "./words.ts";

const SHORT: Readonly<Record<(typeof THRESHOLD_NAMES)[number], string>> = {
  lower_non_recoverable: "lower non-recoverable",
  lower_critical: "lower critical",
  lower_non_critical: "lower warning",
  upper_non_critical: "upper warning",
  upper_critical: "upper critical",
  upper_non_recoverable: "upper non-recoverable",
};

function limits({ thresholds = {}, quantity, unit, value }: Sensor): Markup {
  const shown = shownAs(quantity, unit);
  const limits = THRESHOLD_NAMES.flatMap((name) => {
    const limit = thresholds[name];
    return limit === undefined ? [] : `${SHORT[name]} ${plain(limit * shown.factor)}`;
  });
  return html`${gauge(value, thresholds)}<span class="soft">${limits.join(", ")}</span>`;
}

function row(sensor: Sensor): Markup {
  const { name, id, entity, kind, role, health, states } = sensor;
  return html`<tr><th scope="row">${name}<br><span class="soft">${[spaced(kind), role].filter((word) => word).join(", ")}</span></th>
<td data-label="Reading" class="number">${readingText(sensor)}</td>
<td data-label="Limits">${limits(sensor)}</td>
<td data-label="Health">${health !== undefined && badge(healthWord(health), healthWord(health))}</td>
<td data-label="States">${[...new Set(states)].map(spaced).join(", ")}</td>
<td data-label="Id" class="soft when">${id}<br>entity ${entity}</td></tr>
`;
}

const HEAD = ["Sensor", "Reading", "Limits", "Health", "States", "Id"];

const tableOf = (name: string, rows: readonly HtmlValue[]): Markup =>
  table(
    name,
    HEAD.map((title) => column(title, title === "Reading" ? "number" : "")),
    rows,
    "stack",
  );

/** Rows by kind, in the order in which the kinds appear first, each below the name of its kind. */
function byKind(sensors: readonly Sensor[]): HtmlValue[] {
  const kinds = new Map<string, Sensor[]>();
  for (const sensor of sensors) kinds.set(sensor.kind, [...(kinds.get(sensor.kind) ?? []), sensor]);
  return [...kinds].map(
    ([kind, members]) =>
      html`<tr class="kind"><th colspan="${HEAD.length}" scope="rowgroup">${spaced(kind)} (${members.length})</th></tr>
${members.map(row)}`,
  );
}

/** A sensor that a person need not see: it is ok, and its state says all there is. */
const isQuiet = ({ health, value, noReading }: Sensor): boolean =>
  health === Health.Ok && value === undefined && (noReading === undefined || noReading === "not_analog");

/**
 * Sensors against their limits: those in trouble first, then by kind in the order of the BMC. Those that are ok and have no
 * reading are folded away.
 */
export function sensorTable(sensors: readonly Sensor[]): Markup {
  const trouble = ({ health = Health.Ok }: Sensor): number => health;
  const ordered = [...sensors].sort((a, b) => trouble(b) - trouble(a)).slice(0, MOST_ROWS);
  const bad = ordered.filter((sensor) => trouble(sensor) > Health.Ok);
  const rest = ordered.slice(bad.length);
  const quiet = rest.filter(isQuiet);
  const shown = rest.filter((sensor) => !isQuiet(sensor));
  return html`<section id="sensors" data-part><h2>Sensors (${sensors.length})</h2>
${bad.length + shown.length > 0 && tableOf("Sensors", [...bad.map(row), ...byKind(shown)])}
${quiet.length > 0 && html`<details id="quiet-sensors"><summary>${quiet.length} more that are ok</summary>${tableOf("Sensors that are ok", byKind(quiet))}</details>`}${notShown(sensors.length)}</section>`;
}
