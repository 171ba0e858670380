import { escapeValue } from "../exposition/index.ts";
import { type Collector, DEFAULT_COLLECTORS, type HostSnapshot } from "../model/index.ts";
import { collected } from "./collectors.ts";
import { type DialectSample, FAMILIES } from "./metrics.ts";
import type { SelEventRule } from "./sel-events.ts";
import type { SensorChoices } from "./sensors.ts";

export interface DialectOptions extends SensorChoices {
  readonly collectors?: readonly Collector[];
  /** Events that the collector `sel-events` counts by name. */
  readonly selEvents?: readonly SelEventRule[];
}

/**
 * A snapshot as the endpoint /ipmi of ipmi_exporter returns it: families sorted by name, series sorted by labels, as
 * client_golang does.
 */
export function renderDialect(snapshot: HostSnapshot, options: DialectOptions = {}): string {
  const samples: DialectSample[] = [{ family: FAMILIES.duration, value: snapshot.durationMs / 1000 }];
  for (const collector of options.collectors ?? DEFAULT_COLLECTORS) {
    const collection = collected(collector, snapshot, options);
    samples.push({ family: FAMILIES.up, labels: [["collector", collector]], value: collection ? 1 : 0 });
    if (collection) samples.push(...collection);
  }
  const families = [...new Set(samples.map(({ family }) => family))].sort((a, b) => compare(a.name, b.name));
  let text = "";
  for (const family of families) {
    text += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} gauge\n`;
    const own = samples.filter((sample) => sample.family === family);
    text += own.map(line).sort(compare).join("");
  }
  return text;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function line({ family, labels = [], value }: DialectSample): string {
  const text = labels.map(([name, label]) => `${name}="${escapeValue(label)}"`).join(",");
  return text === "" ? `${family.name} ${value}\n` : `${family.name}{${text}} ${value}\n`;
}
