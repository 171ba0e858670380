import type { PlannedSensor } from "./planned-sensor.ts";

/**
 * Which parts of one host were present, by the places of their sensors. A part that was present stays so until its
 * removal is acknowledged: its absence is a change.
 */
export class PresentParts {
  readonly #sensors: readonly PlannedSensor[];
  /** One byte a sensor; absent until the first part. */
  #present: Uint8Array | undefined;
  #revision = 0;

  constructor(sensors: readonly PlannedSensor[]) {
    this.#sensors = sensors;
  }

  has(place: number): boolean {
    return this.#present?.[place] === 1;
  }

  add(place: number): void {
    if (this.has(place)) return;
    this.#present ??= new Uint8Array(this.#sensors.length);
    this.#present[place] = 1;
    this.#revision++;
  }

  /** Parts that are absent were removed on purpose. */
  acknowledge(): void {
    if (!this.#present) return;
    this.#present = undefined;
    this.#revision++;
  }

  /** Counts what is worth saving. */
  get revision(): number {
    return this.#revision;
  }

  /** Ids of their sensors. */
  save(): readonly string[] {
    return this.#sensors.flatMap(({ id }, place) => (this.has(place) ? [id] : []));
  }

  /** Takes what was saved, or what the previous reader of the host knew. */
  restore(ids: readonly string[]): void {
    const present = new Set(ids);
    for (const [place, { id }] of this.#sensors.entries()) if (present.has(id)) this.add(place);
  }
}
