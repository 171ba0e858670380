import {
  type Fru,
  type Host,
  type HostLimitName,
  type HostLimits,
  type HostSnapshot,
  PLACE_LABELS,
  type Sensor,
  THRESHOLD_NAMES,
} from "../model/index.ts";

/** Name of a family, names of labels, short label values and the value, in bytes. */
const OTHER_BYTES = 150;

/** What remains of the limits of one host. */
class Allowance {
  #series: number;
  #bytes: number;
  /** Items that did not fit, by the limit they exceed. */
  readonly exceeded = new Map<HostLimitName, number>();

  constructor({ series, textBytes }: HostLimits) {
    this.#series = series;
    this.#bytes = textBytes;
  }

  /** The items before the first that does not fit; the others are counted. */
  fitting<T>(items: readonly T[], seriesOf: (item: T) => number, bytesPerSeries: (item: T) => number): readonly T[] {
    for (const [i, item] of items.entries()) {
      const series = seriesOf(item);
      const bytes = series * bytesPerSeries(item);
      const limit = series > this.#series ? "series" : bytes > this.#bytes ? "text_bytes" : undefined;
      if (limit !== undefined) {
        this.exceeded.set(limit, (this.exceeded.get(limit) ?? 0) + items.length - i);
        return items.slice(0, i);
      }
      this.#series -= series;
      this.#bytes -= bytes;
    }
    return items;
  }
}

/**
 * The snapshot without what exceeds the limits on series and text: the last sensors, then FRUs and counters of events;
 * everything else about a host is small. The size of the text is an estimate. The same object if everything fits.
 */
export function withinLimits(host: Host, snapshot: HostSnapshot, limits: HostLimits): HostSnapshot {
  const { eventLog } = snapshot;
  const { counters } = eventLog ?? {};
  const bytes = OTHER_BYTES + PLACE_LABELS.reduce((sum, label) => sum + textBytes(host.place[label]), host.name.length);
  const one = (): number => 1;
  const allowance = new Allowance(limits);
  const sensors = allowance.fitting(snapshot.sensors ?? [], seriesOf, (s) => bytes + labelBytes(s));
  const frus = allowance.fitting(snapshot.frus ?? [], one, (fru) => bytes + fruBytes(fru));
  const dimmErrors = allowance.fitting(counters?.dimmErrors ?? [], one, ({ dimm }) => bytes + textBytes(dimm));
  const records = allowance.fitting(counters?.records ?? [], one, () => bytes);
  if (allowance.exceeded.size === 0) return snapshot;
  return {
    ...snapshot,
    ...(snapshot.sensors && { sensors }),
    ...(snapshot.frus && { frus }),
    ...(eventLog && counters && { eventLog: { ...eventLog, counters: { ...counters, dimmErrors, records } } }),
    omitted: { ...snapshot.omitted, ...Object.fromEntries(allowance.exceeded) },
  };
}

/** Reading, health, thresholds and states. */
function seriesOf({ value, health, thresholds, states }: Sensor): number {
  const limits = thresholds ? THRESHOLD_NAMES.filter((name) => thresholds[name] !== undefined).length : 0;
  return (value === undefined ? 0 : 1) + (health === undefined ? 0 : 1) + limits + states.length;
}

const labelBytes = ({ name, id, entity, role, kind }: Sensor): number =>
  textBytes(name) + id.length + entity.length + textBytes(role) + kind.length;

const fruBytes = ({ name, manufacturer, product, partNumber, serial, assetTag }: Fru): number =>
  [name, manufacturer, product, partNumber, serial, assetTag].reduce((sum, text) => sum + textBytes(text), 0);

/** Some letters take two bytes or more, and some are escaped. */
const textBytes = (text: string | undefined): number => (text === undefined ? 0 : 2 * text.length);
