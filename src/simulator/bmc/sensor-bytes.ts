import type { SensorChange, SensorReadingState } from "../boards/board.ts";

const STATES_SET = 0x01;
const ABSENT = 0x02;
const UNAVAILABLE = 0x20;
const SCANNING_DISABLED = 0x40;

/**
 * States of the sensors of one board, in four bytes each: ten thousand boards live in one process.
 *
 *   [0, n)   raw reading
 *   [n, 2n)  0 states are set (threshold sensors: not derived from the limits), 1 absent, 5 unavailable, 6 scanning disabled
 *   [2n, 4n) states, LS byte first
 */
export class SensorBytes {
  readonly bytes: Uint8Array;
  readonly count: number;

  constructor(count: number, from?: Uint8Array) {
    this.count = count;
    this.bytes = from ? from.slice() : new Uint8Array(count * 4);
  }

  raw(index: number): number {
    return this.bytes[index] as number;
  }

  setRaw(index: number, raw: number): void {
    if (index >= 0 && index < this.count) this.bytes[index] = raw;
  }

  setStates(index: number, states: number): void {
    if (index < 0 || index >= this.count) return;
    const n = this.count;
    this.bytes[2 * n + 2 * index] = states;
    this.bytes[2 * n + 2 * index + 1] = states >>> 8;
    this.bytes[n + index] = (this.bytes[n + index] as number) | STATES_SET;
  }

  /** Undefined: not set; the states of a threshold sensor then follow from its limits. */
  fixedStates(index: number): number | undefined {
    const n = this.count;
    if (((this.bytes[n + index] as number) & STATES_SET) === 0) return undefined;
    return (this.bytes[2 * n + 2 * index] as number) | ((this.bytes[2 * n + 2 * index + 1] as number) << 8);
  }

  flags(index: number): Pick<SensorReadingState, "unavailable" | "scanningDisabled" | "absent"> {
    const flags = this.bytes[this.count + index] as number;
    return {
      unavailable: (flags & UNAVAILABLE) !== 0,
      scanningDisabled: (flags & SCANNING_DISABLED) !== 0,
      absent: (flags & ABSENT) !== 0,
    };
  }

  change(index: number, change: SensorChange): void {
    if (change.raw !== undefined) this.setRaw(index, change.raw);
    if (change.states === "from_limits") this.#flag(index, STATES_SET, false);
    else if (change.states !== undefined) this.setStates(index, change.states);
    if (change.unavailable !== undefined) this.#flag(index, UNAVAILABLE, change.unavailable);
    if (change.scanningDisabled !== undefined) this.#flag(index, SCANNING_DISABLED, change.scanningDisabled);
    if (change.absent !== undefined) this.#flag(index, ABSENT, change.absent);
  }

  #flag(index: number, mask: number, on: boolean): void {
    const at = this.count + index;
    const flags = this.bytes[at] as number;
    this.bytes[at] = on ? flags | mask : flags & ~mask;
  }
}
