import type { HostRecord, Sensor } from "../model/index.ts";
import { FAMILIES } from "./families/index.ts";
import { type Family, type Sample, SENSOR_LABELS } from "./family.ts";
import { labelText, placeText, recordText, sensorText } from "./labels.ts";

/** Content-Type of everything this room writes. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The prepared text of one host: the samples of all families in their order, without HELP and TYPE.
 * One Buffer and one table, because ten thousand hosts keep one each. Immutable.
 */
export interface HostText {
  readonly bytes: Buffer;
  /** Where the block of each family ends in `bytes`; it starts where the one before ends. */
  readonly ends: Uint32Array;
}

export interface RenderOptions {
  /** True: every series carries host and place, for the text of a fleet. False: neither, for a probe. */
  readonly placed: boolean;
}

/** HELP and TYPE of a family. */
export function headerOf({ name, help, type }: Family): string {
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type === "info" ? "gauge" : type}\n`;
}

/**
 * The label text of each sensor of one host, made once for all families. Ids are unique by contract; where
 * a BMC breaks it, the first sensor of an id is told and the others are not, because one series twice
 * makes Prometheus refuse the whole scrape.
 */
class SensorTexts {
  readonly #known = new Map<string, SensorLabels>();

  of(sensor: Sensor): SensorLabels | undefined {
    const known = this.#known.get(sensor.id);
    if (known !== undefined) return known.sensor === sensor ? known : undefined;
    const text = sensorText(sensor);
    const labels = { sensor, alone: `${text}} `, first: `${text},` };
    this.#known.set(sensor.id, labels);
    return labels;
  }
}

/** The labels of a sensor with what follows them, so that a line is joined of few parts. */
interface SensorLabels {
  readonly sensor: Sensor;
  /** No other label follows. */
  readonly alone: string;
  readonly first: string;
}

/** Label texts of one family; its only label has few values that come again and again. */
class OwnTexts {
  readonly #names: readonly string[];
  readonly #from: number;
  #known: Map<string, string> | undefined;

  constructor({ labels, ofSensors }: Family) {
    this.#names = labels;
    this.#from = ofSensors ? SENSOR_LABELS.length : 0;
  }

  of({ extra, labels }: Sample): string {
    if (extra !== undefined) return recordText(extra);
    if (labels === undefined) return "";
    const only = labels[0];
    if (labels.length !== 1 || only === undefined) return labelText(this.#names, labels, this.#from);
    this.#known ??= new Map();
    let text = this.#known.get(only);
    if (text === undefined) {
      text = labelText(this.#names, labels, this.#from);
      this.#known.set(only, text);
    }
    return text;
  }
}

/** `name{host,` */
const opened = (name: string, host: string): string => (host === "" ? `${name}{` : [name, "{", host, ","].join(""));

/** The samples of a family about sensors: `name{host,sensor,own} value`. */
function sensorBlock(family: Family, record: HostRecord, host: string, sensors: SensorTexts): string {
  const own = new OwnTexts(family);
  let open = "";
  let text = "";
  for (const sample of family.samples(record)) {
    const { sensor, value } = sample;
    // A number as JavaScript writes it is the shortest text that reads back as the same number.
    if (sensor === undefined || !Number.isFinite(value)) continue;
    const of = sensors.of(sensor);
    if (of === undefined) continue;
    if (open === "") open = opened(family.name, host);
    const labels = own.of(sample);
    text += labels === "" ? `${open}${of.alone}${value}\n` : `${open}${of.first}${labels}} ${value}\n`;
  }
  return text;
}

/** The samples of a family about the host: `name{host,own} value`. Of equal series the first is told. */
function hostBlock(family: Family, record: HostRecord, host: string): string {
  const { name } = family;
  const own = new OwnTexts(family);
  let seen: Set<string> | undefined;
  let open = "";
  let text = "";
  for (const sample of family.samples(record)) {
    const { value } = sample;
    const labels = own.of(sample);
    if (!Number.isFinite(value) || seen?.has(labels)) continue;
    seen = (seen ?? new Set<string>()).add(labels);
    if (labels !== "") {
      if (open === "") open = opened(name, host);
      text += `${open}${labels}} ${value}\n`;
    } else text += host === "" ? `${name} ${value}\n` : `${name}{${host}} ${value}\n`;
  }
  return text;
}

function blocks(record: HostRecord, { placed }: RenderOptions): string[] {
  const host = placed ? placeText(record.host) : "";
  const sensors = new SensorTexts();
  return FAMILIES.map((family) =>
    family.ofSensors ? sensorBlock(family, record, host, sensors) : hostBlock(family, record, host),
  );
}

/** Makes the text of a host; done once when a snapshot arrives, so that a scrape only copies. */
export function renderHost(record: HostRecord, options: RenderOptions): HostText {
  const parts = blocks(record, options);
  const text = parts.join("");
  // Of its exact size and not from Node's pool, which a small text kept for long would hold on to.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  const plain = bytes.length === text.length;
  const ends = new Uint32Array(parts.length);
  let end = 0;
  for (const [index, part] of parts.entries()) {
    end += plain ? part.length : Buffer.byteLength(part);
    ends[index] = end;
  }
  return { bytes, ends };
}

/** The whole exposition of one host without host and place labels, as /probe answers. */
export function renderProbe(record: HostRecord): Buffer {
  let text = "";
  for (const [index, part] of blocks(record, { placed: false }).entries()) {
    const family = FAMILIES[index];
    if (part !== "" && family !== undefined) text += headerOf(family) + part;
  }
  return Buffer.from(text);
}
