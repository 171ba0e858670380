import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";
import type { Clock, Timer } from "../lib/index.ts";

/** Longer than usual scrape intervals, so that each reader sees each delay at least once. */
export const DELAY_WINDOW_MS = 60_000;
const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

function started(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

/**
 * The delay of the event loop over the last one to two windows. Two histograms are reset in turn, one in each window;
 * a reading is of the one that was reset earlier and changes nothing, however many readers there are.
 */
export class EventLoopDelay {
  readonly #clock: Clock;
  #earlier = started();
  #later = started();
  #timer: Timer;

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#timer = this.#next();
    const read = () => this.#earlier;
    new Gauge({
      name: "lightsout_event_loop_delay_seconds",
      help: "Delay of the event loop within the last one to two minutes, including the 10 ms between two measurements.",
      labelNames: ["statistic"],
      registers: [registry],
      collect() {
        const histogram = read();
        if (histogram.count === 0) return;
        this.set({ statistic: "mean" }, histogram.mean / NANOSECONDS);
        this.set({ statistic: "p99" }, histogram.percentile(99) / NANOSECONDS);
        this.set({ statistic: "max" }, histogram.max / NANOSECONDS);
      },
    });
  }

  #next(): Timer {
    return this.#clock.after(DELAY_WINDOW_MS, () => {
      this.#earlier.reset();
      [this.#earlier, this.#later] = [this.#later, this.#earlier];
      this.#timer = this.#next();
    });
  }

  /** Stops measuring. */
  close(): void {
    this.#timer.cancel();
    this.#earlier.disable();
    this.#later.disable();
  }
}
