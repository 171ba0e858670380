import type { Clock } from "../../lib/index.ts";
import type { Misbehaviour, Scenario } from "../bmc/misbehaviour.ts";
import type { BoardState } from "../boards/board.ts";

/** The BMC of a machine; a VirtualBmc is one. */
export interface BmcHandle {
  readonly state: BoardState;
  add(scenario: Scenario): Misbehaviour;
  remove(misbehaviour: Misbehaviour): void;
  dropSessions(): void;
}

/** Completion code "node busy". */
const NODE_BUSY = 0xc0;

/**
 * Whether the BMC of a machine answers. Usually it does nothing; while the BMC is silent, it adds a scenario that
 * drops packets.
 */
export class Presence {
  readonly #clock: Clock;
  readonly #bootMs: number;
  #bmc: BmcHandle | undefined;
  #silence: Misbehaviour | undefined;
  #untilMs = 0;
  #hung: Misbehaviour | undefined;

  constructor(clock: Clock, bootMs: number) {
    this.#clock = clock;
    this.#bootMs = bootMs;
  }

  attach(bmc: BmcHandle): void {
    this.#bmc = bmc;
  }

  /** False while packets are dropped. */
  get answers(): boolean {
    return this.#hung === undefined && !(this.#silence !== undefined && this.#clock.monotonicMs() < this.#untilMs);
  }

  /** No power: nothing answers until `boot`. */
  darken(nowMs: number): void {
    this.#fallSilent(Number.POSITIVE_INFINITY, nowMs);
  }

  /** Restarts: sessions are lost, and nothing answers until it is up. */
  boot(nowMs: number, forMs: number = this.#bootMs): void {
    this.#fallSilent(nowMs + forMs, nowMs);
  }

  /** Completes a restart at once; without power the BMC stays off. */
  wake(): void {
    if (this.#untilMs !== Number.POSITIVE_INFINITY) this.#untilMs = 0;
  }

  /** The firmware hangs: it answers nothing, or that it is busy. */
  hang(how: "silent" | "busy"): void {
    const bmc = this.#bmc;
    if (!bmc || this.#hung) return;
    this.#hung = bmc.add(() => ({
      name: `bmc_hung_${how}`,
      ...(how === "silent"
        ? { swallow: () => true }
        : { answer: () => ({ completionCode: NODE_BUSY, data: new Uint8Array(0) }) }),
    }));
  }

  recover(): void {
    if (this.#hung) this.#bmc?.remove(this.#hung);
    this.#hung = undefined;
  }

  #fallSilent(untilMs: number, nowMs: number): void {
    const bmc = this.#bmc;
    this.#untilMs = Math.max(untilMs, nowMs);
    if (!bmc) return;
    bmc.dropSessions();
    if (this.#silence) return;
    const silence = bmc.add(({ clock }) => ({
      name: "bmc_silent",
      swallow: () => {
        if (clock.monotonicMs() < this.#untilMs) return true;
        // Up again: packets no longer pass through this scenario.
        bmc.remove(silence);
        if (this.#silence === silence) this.#silence = undefined;
        return false;
      },
    }));
    this.#silence = silence;
  }
}
