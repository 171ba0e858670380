import type { Metric, Registry } from "prom-client";

/**
 * A histogram of seconds without labels. prom-client hashes labels at each observation, which is expensive at ten
 * thousand packets a second; this one adds to two numbers.
 */
export class Timings {
  readonly #bounds: readonly number[];
  /** Observations by the first bound that is not exceeded; the last: above all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param name without the prefix of the exporter's own metrics */
  constructor(registry: Registry, name: string, help: string, bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
    const full = `lightsout_${name}`;
    const read = { name: full, help, type: "histogram", aggregator: "sum", get: async () => this.#read(full, help) };
    // This is all that a registry needs of a metric; its types allow only metrics of prom-client.
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
