import type { HostRecord, Sensor } from "../model/index.ts";
import { type Family, type HostFamily, type Sample, SENSOR_LABELS, type SensorFamily } from "./family.ts";
import { labelText, placeText, recordText, sensorText } from "./labels.ts";

/** The labels of a sensor with the characters that follow them, so that a line is joined from few parts. */
interface SensorLabels {
  /** Without further labels. */
  readonly only: string;
  /** Further labels follow. */
  readonly first: string;
}

/** The label text of each sensor of one host, created once for all families. */
class SensorTexts {
  readonly #known = new Map<Sensor, SensorLabels>();

  of(sensor: Sensor): SensorLabels {
    let labels = this.#known.get(sensor);
    if (labels === undefined) {
      const text = sensorText(sensor);
      labels = { only: `${text}} `, first: `${text},` };
      this.#known.set(sensor, labels);
    }
    return labels;
  }
}

/**
 * The record with one sensor per id. Ids are unique by contract. If they are not, only the first sensor of an id is
 * exported, because a duplicate series makes Prometheus reject the whole scrape.
 */
function withUniqueIds(record: HostRecord): HostRecord {
  const { snapshot } = record;
  if (snapshot?.sensors === undefined) return record;
  const firsts = new Map<string, Sensor>();
  for (const sensor of snapshot.sensors) if (!firsts.has(sensor.id)) firsts.set(sensor.id, sensor);
  if (firsts.size === snapshot.sensors.length) return record;
  return { ...record, snapshot: { ...snapshot, sensors: [...firsts.values()] } };
}

/** The texts of the labels that one sensor family adds. Most families add one label with few different values. */
class OwnTexts {
  readonly #names: readonly string[];
  readonly #known = new Map<string, string>();

  constructor({ labels }: SensorFamily) {
    this.#names = labels;
  }

  of({ labels }: Sample): string {
    if (labels === undefined) return "";
    const only = labels[0];
    if (labels.length !== 1 || only === undefined) return labelText(this.#names, labels, SENSOR_LABELS.length);
    let text = this.#known.get(only);
    if (text === undefined) {
      text = labelText(this.#names, labels, SENSOR_LABELS.length);
      this.#known.set(only, text);
    }
    return text;
  }
}

/** The beginning of a line: `name{host,` */
const opened = (name: string, host: string): string => (host === "" ? `${name}{` : [name, "{", host, ","].join(""));

/** The samples of a family about sensors: `name{host,sensor,own} value`. */
function sensorBlock(family: SensorFamily, record: HostRecord, host: string, sensors: SensorTexts): string {
  const own = new OwnTexts(family);
  let open = "";
  let text = "";
  for (const sample of family.samples(record)) {
    const { sensor, value } = sample;
    // JavaScript prints the shortest text that parses to the same number.
    if (sensor === undefined || !Number.isFinite(value)) continue;
    const sensorLabels = sensors.of(sensor);
    if (open === "") open = opened(family.name, host);
    const labels = own.of(sample);
    text +=
      labels === "" ? `${open}${sensorLabels.only}${value}\n` : `${open}${sensorLabels.first}${labels}} ${value}\n`;
  }
  return text;
}

/** The samples of a family about the host: `name{host,own} value`. Of duplicate series the first is exported. */
function hostBlock(family: HostFamily, record: HostRecord, host: string): string {
  const { name } = family;
  const seen: string[] = [];
  let open = "";
  let text = "";
  for (const { value, extra, labels: values } of family.samples(record)) {
    const labels = extra === undefined ? labelText(family.labels, values ?? []) : recordText(extra);
    if (!Number.isFinite(value) || seen.includes(labels)) continue;
    seen.push(labels);
    if (labels !== "") {
      if (open === "") open = opened(name, host);
      text += `${open}${labels}} ${value}\n`;
    } else text += host === "" ? `${name} ${value}\n` : `${name}{${host}} ${value}\n`;
  }
  return text;
}

/** The blocks of one host: for each family the lines of its samples. */
export class Blocks {
  readonly #record: HostRecord;
  readonly #host: string;
  readonly #sensors = new SensorTexts();
  #ofSensors: HostRecord | undefined;

  /** @param placed true: every series has the labels of host and place */
  constructor(record: HostRecord, placed: boolean) {
    this.#record = record;
    this.#host = placed ? placeText(record.host) : "";
  }

  /** All lines of a family, without HELP and TYPE. */
  of(family: Family): string {
    if (!family.ofSensors) return hostBlock(family, this.#record, this.#host);
    this.#ofSensors ??= withUniqueIds(this.#record);
    return sensorBlock(family, this.#ofSensors, this.#host, this.#sensors);
  }
}
