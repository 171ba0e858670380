import { RESTART_CAUSES } from "../../ipmi/commands/chassis/get-system-restart-cause.ts";
import type { BoardState } from "../boards/board.ts";
import { CODE } from "./condition.ts";
import { logStates } from "./events.ts";
import type { Wiring } from "./wiring.ts";

const ALWAYS_ON = RESTART_CAUSES.indexOf("always-on policy");
const PREVIOUS_STATE = RESTART_CAUSES.indexOf("previous-state policy");
/** Bit of the last power event in Get Chassis Status. */
const POWER_EVENT_AC_FAILED = 0x01;
/** Time from power-on until fans and rails are up. */
const START_SECONDS = 20;

/** Power state of the host, also when its input is lost and restored. */
export class HostPower {
  #hasInput = true;
  /** Outages of the input that are not logged yet. */
  #outages = 0;
  /** The host was on when its input was lost. */
  #resume = true;
  #isMeasured = true;
  #startSeconds = 0;

  get hasInput(): boolean {
    return this.#hasInput;
  }

  /** Sensors that the host powers have readings. */
  get isMeasured(): boolean {
    return this.#isMeasured;
  }

  /** @returns true if that is a change */
  inputIs(hasInput: boolean): boolean {
    if (hasInput === this.#hasInput) return false;
    this.#hasInput = hasInput;
    if (!hasInput) this.#outages++;
    return true;
  }

  /** The host was on for these seconds. */
  started(seconds: number): void {
    this.#startSeconds = Math.max(0, this.#startSeconds - seconds);
  }

  /** Sensors that the host powers have readings again when fans and rails are up. */
  judgeStart(state: BoardState): boolean {
    if (!state.chassis.powerOn) this.#startSeconds = START_SECONDS;
    this.#isMeasured = this.#startSeconds === 0;
    return this.#isMeasured;
  }

  /** Without a working supply the machine is off; with one again it follows its restore policy. */
  judge(state: BoardState, live: number, conditions: Uint8Array, wiring: Wiring): void {
    const { chassis } = state;
    const host = wiring.conditions.base.host;
    const hadInput = conditions[host] !== CODE.input_lost;
    if (this.#outages > 0) {
      // The BMC had no power either; it logs the outage after its start.
      this.#outages = 0;
      chassis.lastPowerEvent |= POWER_EVENT_AC_FAILED;
      if (hadInput) logOutage(state, wiring);
      this.#startSeconds = START_SECONDS;
      resumePower(state, chassis.powerOn);
    }
    if (live === 0 && hadInput) {
      conditions[host] = CODE.input_lost;
      chassis.powerFault = true;
      this.#resume = chassis.powerOn;
      chassis.powerOn = false;
    }
    if (live === 0) return;
    if (!hadInput) {
      chassis.powerFault = false;
      resumePower(state, this.#resume);
    }
    conditions[host] = chassis.powerOn ? CODE.ok : CODE.off;
  }
}

function resumePower({ chassis }: BoardState, wasOn: boolean): void {
  const { restorePolicy } = chassis;
  chassis.powerOn = restorePolicy === "powers on" || (restorePolicy !== "stays off" && wasOn);
  if (chassis.powerOn) chassis.restartCause = restorePolicy === "powers on" ? ALWAYS_ON : PREVIOUS_STATE;
}

function logOutage(state: BoardState, wiring: Wiring): void {
  for (const wire of wiring.states) {
    if (wire.place !== wiring.conditions.base.host) continue;
    const [well, lost] = [wire.words[CODE.ok] ?? 0, wire.words[CODE.input_lost] ?? 0];
    logStates(state, wire.address, well, lost, wire.asserts, wire.deasserts);
    logStates(state, wire.address, lost, well, wire.asserts, wire.deasserts);
  }
}
