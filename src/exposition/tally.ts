import { Counter, type Registry } from "prom-client";

const hexCode = (code: number): string => code.toString(16).padStart(2, "0");

/**
 * A counter with one label, or with two labels of which the second is a byte. prom-client hashes the labels at each
 * increment, which is expensive at ten thousand packets a second; this one does it when the metrics are read.
 */
export class Tally {
  readonly #single = new Map<string, number>();
  readonly #byCode = new Map<string, Map<number, number>>();

  constructor(registry: Registry, name: string, help: string, labelNames: readonly [string, string?]) {
    const single = this.#single;
    const byCode = this.#byCode;
    const [first, second = ""] = labelNames;
    new Counter({
      name: `lightsout_${name}`,
      help,
      labelNames: labelNames.filter((label) => label !== undefined),
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of single) this.inc({ [first]: value }, count);
        for (const [value, codes] of byCode)
          for (const [code, count] of codes) this.inc({ [first]: value, [second]: hexCode(code) }, count);
      },
    });
  }

  /** Exports these from 0, because increase() does not see a series that appears with 1. */
  startAt(...values: readonly [string][]): this {
    for (const [value] of values) this.#single.set(value, 0);
    return this;
  }

  add(value: string, code?: number): void {
    if (code === undefined) {
      this.#single.set(value, (this.#single.get(value) ?? 0) + 1);
      return;
    }
    let codes = this.#byCode.get(value);
    if (codes === undefined) {
      codes = new Map();
      this.#byCode.set(value, codes);
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
}
