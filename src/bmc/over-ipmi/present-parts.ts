import type { PlannedSensor } from "./planned-sensor.ts";

/**
 * Which parts of one host have been present, by the indices of their sensors. A part stays in the list until its
 * removal is acknowledged, so that its absence is a change.
 */
export class PresentParts {
  readonly #sensors: readonly PlannedSensor[];
  /** One byte per sensor; absent until the first part. */
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

  /** Acknowledges the removal of absent parts. */
  acknowledge(): void {
    if (!this.#present) return;
    this.#present = undefined;
    this.#revision++;
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  /** Ids of the sensors of these parts. */
  save(): readonly string[] {
    return this.#sensors.flatMap(({ id }, place) => (this.has(place) ? [id] : []));
  }

  /** Restores saved state, or takes over that of the previous reader of the host. */
  restore(ids: readonly string[]): void {
    const present = new Set(ids);
    for (const [place, { id }] of this.#sensors.entries()) if (present.has(id)) this.add(place);
  }
}
