import type { Metric, Registry } from "prom-client";

/**
 * A histogram without labels, of seconds. prom-client looks for labels and hashes them at each observation, which is
 * felt at ten thousand packets a second; this one adds to three numbers.
 */
export class Timings {
  readonly #bounds: readonly number[];
  /** Observations up to each bound and above the one before; the last: above all. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param name without the prefix of the exporter's own metrics */
  constructor(registry: Registry, name: string, help: string, bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
    const full = `lightsout_${name}`;
    const read = { name: full, help, type: "histogram", aggregator: "sum", get: async () => this.#read(full, help) };
    // All that a registry asks of a metric; its types know prom-client's own only.
    registry.registerMetric(read as unknown as Metric);
  }

  observe(seconds: number): void {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && seconds > (bounds[i] as number)) i++;
    this.#counts[i] = (this.#counts[i] as number) + 1;
    this.#sum += seconds;
  }

  #read(name: string, help: string) {
    let count = 0;
    const buckets = [...this.#bounds, "+Inf"].map((le, i) => {
      count += this.#counts[i] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le }, value: count };
    });
    const sum = { metricName: `${name}_sum`, labels: {}, value: this.#sum };
    const total = { metricName: `${name}_count`, labels: {}, value: count };
    return { name, help, type: "histogram", values: [...buckets, sum, total], aggregator: "sum" };
  }
}
