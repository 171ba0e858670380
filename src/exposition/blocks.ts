import type { HostRecord, Sensor } from "../model/index.ts";
import { type Family, type HostFamily, type Sample, SENSOR_LABELS, type SensorFamily } from "./family.ts";
import { labelText, placeText, recordText, sensorText } from "./labels.ts";

/** The labels of a sensor with what follows them, so that a line is joined of few parts. */
interface SensorLabels {
  /** No other label follows. */
  readonly alone: string;
  readonly first: string;
}

/** The label text of each sensor of one host, made once for all families. */
class SensorTexts {
  readonly #known = new Map<Sensor, SensorLabels>();

  of(sensor: Sensor): SensorLabels {
    let labels = this.#known.get(sensor);
    if (labels === undefined) {
      const text = sensorText(sensor);
      labels = { alone: `${text}} `, first: `${text},` };
      this.#known.set(sensor, labels);
    }
    return labels;
  }
}

/**
 * The record with one sensor of each id. Ids are unique by contract; where a BMC breaks it, the first of
 * an id is told and the others are not, because one series twice makes Prometheus refuse the whole scrape.
 */
function withFirsts(record: HostRecord): HostRecord {
  const { snapshot } = record;
  if (snapshot?.sensors === undefined) return record;
  const firsts = new Map<string, Sensor>();
  for (const sensor of snapshot.sensors) if (!firsts.has(sensor.id)) firsts.set(sensor.id, sensor);
  if (firsts.size === snapshot.sensors.length) return record;
  return { ...record, snapshot: { ...snapshot, sensors: [...firsts.values()] } };
}

/** Label texts of one family of sensors; its only label has few values that come again and again. */
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

/** `name{host,` */
const opened = (name: string, host: string): string => (host === "" ? `${name}{` : [name, "{", host, ","].join(""));

/** The samples of a family about sensors: `name{host,sensor,own} value`. */
function sensorBlock(family: SensorFamily, record: HostRecord, host: string, sensors: SensorTexts): string {
  const own = new OwnTexts(family);
  let open = "";
  let text = "";
  for (const sample of family.samples(record)) {
    const { sensor, value } = sample;
    // A number as JavaScript writes it is the shortest text that reads back as the same number.
    if (sensor === undefined || !Number.isFinite(value)) continue;
    const of = sensors.of(sensor);
    if (open === "") open = opened(family.name, host);
    const labels = own.of(sample);
    text += labels === "" ? `${open}${of.alone}${value}\n` : `${open}${of.first}${labels}} ${value}\n`;
  }
  return text;
}

/** The samples of a family about the host: `name{host,own} value`. Of equal series the first is told. */
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

/** Makes the blocks of one host. */
export class Blocks {
  readonly #record: HostRecord;
  readonly #host: string;
  readonly #sensors = new SensorTexts();
  #ofSensors: HostRecord | undefined;

  /** @param placed true: every series carries host and place */
  constructor(record: HostRecord, placed: boolean) {
    this.#record = record;
    this.#host = placed ? placeText(record.host) : "";
  }

  /** All lines of a family, without HELP and TYPE. */
  of(family: Family): string {
    if (!family.ofSensors) return hostBlock(family, this.#record, this.#host);
    this.#ofSensors ??= withFirsts(this.#record);
    return sensorBlock(family, this.#ofSensors, this.#host, this.#sensors);
  }
}
