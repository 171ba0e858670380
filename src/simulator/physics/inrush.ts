/** Capacitors and fans draw more power for this time after a machine is switched on. */
export const INRUSH_MS = 1500;
/** As a share of the capacity of the supplies that the machine needs. */
export const INRUSH_SHARE = 1.5;
/** Pulses that are kept; more than the machines of a rack. */
const MOST_PULSES = 256;

interface Pulse {
  readonly fromMs: number;
  readonly watts: number;
}

/** Inrush of the machines of a rack that share its feeds. */
export class Inrush {
  #pulses: readonly Pulse[] = [];
  #peakWatts = 0;

  /** A machine is switched on at this monotonic time. */
  add(fromMs: number, watts: number): void {
    const kept = this.#pulses.filter((pulse) => pulse.fromMs > fromMs - 2 * INRUSH_MS);
    this.#pulses = [...kept, { fromMs, watts }].slice(-MOST_PULSES);
    // The sum has its peaks where pulses begin.
    for (const pulse of this.#pulses) this.#peakWatts = Math.max(this.#peakWatts, this.watts(pulse.fromMs));
  }

  /** The sum at a monotonic time. */
  watts(atMs: number): number {
    return this.#pulses
      .filter(({ fromMs }) => fromMs <= atMs && atMs < fromMs + INRUSH_MS)
      .reduce((sum, { watts }) => sum + watts, 0);
  }

  /** The highest sum since the start. */
  get peakWatts(): number {
    return this.#peakWatts;
  }
}
