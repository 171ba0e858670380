import type { ChassisControl } from "../../ipmi/commands/chassis/chassis-control.ts";

const OFF_MS = 5000;
/** The operating system shuts down in this time. */
const SOFT_MS = 30_000;
/** Time without power in a power cycle. */
const CYCLE_PAUSE_MS = 10_000;
/** Times until the BMC reports a host that was switched on as on. */
const FASTEST_START_MS = 3000;
const SLOWEST_START_MS = 20_000;

/** A change of the power state that is due. */
interface Transition {
  readonly atMs: number;
  readonly on: boolean;
}

/** Power commands on their way: as on real machines, the power state follows later. */
export class PowerSwitch {
  readonly #startMs: number;
  #due: readonly Transition[] = [];

  /** @param share 0 to 1: how slow this machine starts */
  constructor(share: number) {
    this.#startMs = FASTEST_START_MS + share * (SLOWEST_START_MS - FASTEST_START_MS);
  }

  /**
   * Takes a command; it replaces commands that are still on their way.
   *
   * @returns when the supplies of the host are switched on, monotonic ms; undefined: they are not
   */
  command(control: ChassisControl, isOn: boolean, nowMs: number): number | undefined {
    switch (control) {
      case "power up": {
        const isStarting = this.#due.some(({ on }) => on);
        if (isOn || isStarting) return undefined;
        this.#due = [{ atMs: nowMs + this.#startMs, on: true }];
        return nowMs;
      }
      case "power down":
      case "soft shutdown":
        this.#due = [{ atMs: nowMs + (control === "power down" ? OFF_MS : SOFT_MS), on: false }];
        return undefined;
      case "power cycle": {
        const backAtMs = nowMs + OFF_MS + CYCLE_PAUSE_MS;
        this.#due = [
          { atMs: nowMs + OFF_MS, on: false },
          { atMs: backAtMs + this.#startMs, on: true },
        ];
        return backAtMs;
      }
      case "hard reset":
      case "diagnostic interrupt":
        return undefined;
    }
  }

  /** The power state that is due by now, once; undefined: no change. */
  take(nowMs: number): boolean | undefined {
    const reached = this.#due.filter(({ atMs }) => atMs <= nowMs);
    if (reached.length === 0) return undefined;
    this.#due = this.#due.slice(reached.length);
    return reached.at(-1)?.on;
  }

  /** Forgets what is on its way: the input is lost. */
  cancel(): void {
    this.#due = [];
  }
}
