import { Health, readingText, type Sensor, THRESHOLD_NAMES } from "../../model/index.ts";
import { gauge } from "./gauge.ts";
import { html, type Markup } from "./html.ts";
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
<td class="number">${readingText(sensor)}</td>
<td>${limits(sensor)}</td>
<td>${health !== undefined && badge(healthWord(health), healthWord(health))}</td>
<td>${[...new Set(states)].map(spaced).join(", ")}</td>
<td class="soft when">${id}<br>entity ${entity}</td></tr>
`;
}

/** Sensors against their limits; those in trouble first, else in the order of the BMC. */
export function sensorTable(sensors: readonly Sensor[]): Markup {
  const trouble = ({ health = Health.Ok }: Sensor): number => health;
  const ordered = [...sensors].sort((a, b) => trouble(b) - trouble(a));
  return html`<section id="sensors" data-part><h2>Sensors (${sensors.length})</h2>
${table(
  "Sensors",
  [column("Sensor"), column("Reading", "number"), column("Limits"), column("Health"), column("States"), column("Id")],
  ordered.slice(0, MOST_ROWS).map(row),
)}${notShown(sensors.length)}</section>`;
}
