/** So many at once and no more. Who does not get in is told at once; nobody waits. */
export class Gate {
  readonly #places: number;
  #taken = 0;

  constructor(places: number) {
    this.#places = places;
  }

  get taken(): number {
    return this.#taken;
  }

  /** The function that gives the place back, or undefined where all are taken. */
  enter(): (() => void) | undefined {
    if (this.#taken >= this.#places) return undefined;
    this.#taken++;
    let inside = true;
    return () => {
      if (inside) this.#taken--;
      inside = false;
    };
  }
}
