import type { HistoryPeriod, HistorySeries, HostHistory } from "../model/index.ts";

/** Resolution of the last hour, and of the last day. */
const FINE_MS = 2 * 60_000;
const FINE_STEPS = 30;
const COARSE_MS = 20 * 60_000;
const COARSE_STEPS = 72;

/** Per step of the last day: last value, minimum and maximum. */
const COARSE_FIELDS = 3;
const COARSE_AT = FINE_STEPS;
const SLOT = FINE_STEPS + COARSE_STEPS * COARSE_FIELDS;
/** Stands for a step in which nothing was read. */
const NOTHING = -32_768;
const LARGEST = 32_000;
/** The first value of a series is stored as about this number, so that it can grow fourfold before it is scaled again. */
const FIRST = 8000;
/** Bytes of one series: 16-bit values and their scale. */
export const BYTES_PER_SERIES = SLOT * Int16Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT;

/** One value to remember. */
export interface HistoryValue {
  readonly id: string;
  readonly value?: number | undefined;
}

/**
 * The last day of one host in a fixed number of bytes: 2 minutes a step for the last hour, 20 minutes for the last day.
 * Values are 16-bit numbers with a scale for each series, exact to about 1 in 8,000.
 */
export class History implements HostHistory {
  #ids: readonly string[] = [];
  #data = new Int16Array(0);
  #scales = new Float64Array(0);
  /** Number of the newest step, counted from 1970. */
  #fine = -1;
  #coarse = -1;

  get bytes(): number {
    return this.#ids.length * BYTES_PER_SERIES;
  }

  /**
   * Adds the values of one poll. Series that are not among them stay until they have no value left.
   *
   * @param limit bytes that this history may have; series beyond it are not kept
   */
  add(at: number, values: readonly HistoryValue[], limit = Number.POSITIVE_INFINITY): void {
    this.#advance(at);
    this.#admit(values, limit);
    let next = 0;
    for (const { id, value } of values) {
      if (value === undefined || !Number.isFinite(value)) continue;
      // Boards report their sensors in the same order in each poll.
      const slot = this.#ids[next] === id ? next : this.#ids.indexOf(id);
      if (slot < 0) continue;
      next = slot + 1;
      this.#put(slot, value);
    }
  }

  series(id: string, period: HistoryPeriod): HistorySeries | undefined {
    const slot = this.#ids.indexOf(id);
    if (slot < 0) return undefined;
    return period === "1h" ? this.#fineSeries(slot) : this.#coarseSeries(slot, period === "6h" ? 18 : COARSE_STEPS);
  }

  #fineSeries(slot: number): HistorySeries | undefined {
    const values: (number | undefined)[] = [];
    for (let step = this.#fine - FINE_STEPS + 1; step <= this.#fine; step++)
      values.push(this.#read(slot, step % FINE_STEPS));
    return seriesOf(values, values, values, FINE_MS, (this.#fine + 1) * FINE_MS);
  }

  #coarseSeries(slot: number, steps: number): HistorySeries | undefined {
    const fields: (number | undefined)[][] = [[], [], []];
    for (let step = this.#coarse - steps + 1; step <= this.#coarse; step++)
      for (const [field, values] of fields.entries())
        values.push(this.#read(slot, COARSE_AT + (step % COARSE_STEPS) * COARSE_FIELDS + field));
    const [last = [], least = [], most = []] = fields;
    return seriesOf(last, least, most, COARSE_MS, (this.#coarse + 1) * COARSE_MS);
  }

  #read(slot: number, offset: number): number | undefined {
    const stored = this.#data[slot * SLOT + offset] ?? NOTHING;
    return stored === NOTHING ? undefined : stored * (this.#scales[slot] ?? 1);
  }

  /** Begins new steps, and empties those that were skipped. */
  #advance(at: number): void {
    const fine = Math.floor(at / FINE_MS);
    const coarse = Math.floor(at / COARSE_MS);
    // The wall clock was set back: the newest step gets the values.
    for (let step = Math.max(this.#fine + 1, fine - FINE_STEPS + 1); step <= fine; step++)
      for (let slot = 0; slot < this.#ids.length; slot++) this.#data[slot * SLOT + (step % FINE_STEPS)] = NOTHING;
    for (let step = Math.max(this.#coarse + 1, coarse - COARSE_STEPS + 1); step <= coarse; step++)
      for (let slot = 0; slot < this.#ids.length; slot++) {
        const begin = slot * SLOT + COARSE_AT + (step % COARSE_STEPS) * COARSE_FIELDS;
        this.#data.fill(NOTHING, begin, begin + COARSE_FIELDS);
      }
    this.#fine = Math.max(this.#fine, fine);
    this.#coarse = Math.max(this.#coarse, coarse);
  }

  /** Makes room for series that are new, in place of those that have no value left. */
  #admit(values: readonly HistoryValue[], limit: number): void {
    const known = (id: string, next: number): boolean => this.#ids[next] === id || this.#ids.includes(id);
    let index = 0;
    const fresh = values.filter(({ id, value }) => value !== undefined && !known(id, index++)).map(({ id }) => id);
    if (fresh.length === 0) return;
    const kept = this.#ids.flatMap((id, slot) => (this.#isEmpty(slot) ? [] : [{ id, slot }]));
    const most = Math.max(kept.length, Math.floor(limit / BYTES_PER_SERIES));
    const added = fresh.slice(0, most - kept.length);
    if (added.length === 0 && kept.length === this.#ids.length) return;
    const data = new Int16Array((kept.length + added.length) * SLOT).fill(NOTHING);
    const scales = new Float64Array(kept.length + added.length);
    for (const [to, { slot }] of kept.entries()) {
      data.set(this.#data.subarray(slot * SLOT, (slot + 1) * SLOT), to * SLOT);
      scales[to] = this.#scales[slot] ?? 0;
    }
    this.#ids = [...kept.map(({ id }) => id), ...added];
    this.#data = data;
    this.#scales = scales;
  }

  #isEmpty(slot: number): boolean {
    for (let i = slot * SLOT; i < (slot + 1) * SLOT; i++) if (this.#data[i] !== NOTHING) return false;
    return true;
  }

  #put(slot: number, value: number): void {
    let scale = this.#scales[slot] || 0;
    const size = Math.abs(value);
    if (scale === 0) scale = this.#rescaled(slot, size / FIRST || 1e-6);
    if (size / scale > LARGEST) scale = this.#rescaled(slot, size / FIRST);
    const stored = Math.round(value / scale);
    const data = this.#data;
    data[slot * SLOT + (this.#fine % FINE_STEPS)] = stored;
    const at = slot * SLOT + COARSE_AT + (this.#coarse % COARSE_STEPS) * COARSE_FIELDS;
    const isFirst = data[at] === NOTHING;
    data[at] = stored;
    data[at + 1] = isFirst ? stored : Math.min(data[at + 1] ?? stored, stored);
    data[at + 2] = isFirst ? stored : Math.max(data[at + 2] ?? stored, stored);
  }

  /** Gives a series a new scale; what is stored stays the same. */
  #rescaled(slot: number, scale: number): number {
    const before = this.#scales[slot] || scale;
    if (before !== scale)
      for (let i = slot * SLOT; i < (slot + 1) * SLOT; i++) {
        const stored = this.#data[i] ?? NOTHING;
        if (stored !== NOTHING) this.#data[i] = Math.round((stored * before) / scale);
      }
    this.#scales[slot] = scale;
    return scale;
  }
}

function seriesOf(
  values: readonly (number | undefined)[],
  least: readonly (number | undefined)[],
  most: readonly (number | undefined)[],
  stepMs: number,
  endsAt: number,
): HistorySeries | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of least) if (value !== undefined && value < min) min = value;
  for (const value of most) if (value !== undefined && value > max) max = value;
  return min > max ? undefined : { stepMs, endsAt, values, min, max };
}

/** The histories of all hosts, together in a bounded number of bytes. Hosts that do not fit have a shorter list of series. */
export class Histories {
  readonly #limit: number;
  readonly #hosts = new Map<string, History>();
  #bytes = 0;

  /** @param limit bytes of all hosts together; 0: nothing is kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(host: string, at: number, values: readonly HistoryValue[]): void {
    if (this.#limit === 0) return;
    const history = this.#hosts.get(host) ?? new History();
    const before = history.bytes;
    history.add(at, values, before + Math.max(0, this.#limit - this.#bytes));
    this.#bytes += history.bytes - before;
    if (history.bytes > 0) this.#hosts.set(host, history);
  }

  get(host: string): HostHistory | undefined {
    return this.#hosts.get(host);
  }

  /** Forgets hosts that are not in the inventory any more. */
  retain(isListed: (host: string) => boolean): void {
    for (const [name, history] of this.#hosts) {
      if (isListed(name)) continue;
      this.#bytes -= history.bytes;
      this.#hosts.delete(name);
    }
  }
}
