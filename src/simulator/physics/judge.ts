import type { BoardState } from "../boards/board.ts";
import { CODE } from "./condition.ts";
import { isFailedFan } from "./machine.ts";
import { STRIDE } from "./quantity.ts";
import type { Rack } from "./rack.ts";
import { feedOf } from "./supplies.ts";
import type { Wiring } from "./wiring.ts";

/*
 * Derives the condition of each part from the numbers of the model; the states of discrete sensors follow from it.
 */

/** Greatest deviation of a good rail, as a ratio. */
const RAIL_GOOD = 0.08;
const ALMOST_FULL = 0.9;
/** A throttled processor is fast again when it has cooled down by this, kelvin. */
const THROTTLE_HYSTERESIS = 3;

/** Condition of a supply (from 0): the injected fault, else that of its feed. */
function supplyCode(faults: Uint8Array, rack: Rack, supply: number): number {
  const fault = faults[supply] ?? CODE.ok;
  return fault === CODE.ok && !rack.feedLive(feedOf(supply)) ? CODE.input_lost : fault;
}

const delivers = (code: number): boolean => code === CODE.ok || code === CODE.predicted;

/** Number of supplies that deliver power. */
export function countLive(wiring: Wiring, faults: Uint8Array, rack: Rack): number {
  let live = 0;
  for (let n = 0; n < faults.length && n < wiring.conditions.count.psu; n++)
    if (delivers(supplyCode(faults, rack, n))) live++;
  return live;
}

/** Supplies and their redundancy. @returns the number of supplies that deliver power */
export function judgeSupplies(conditions: Uint8Array, wiring: Wiring, faults: Uint8Array, rack: Rack): number {
  const { base } = wiring.conditions;
  const { count, needed } = wiring.board.plan.plant.supplies;
  for (let n = 0; n < count; n++) conditions[base.psu + n] = supplyCode(faults, rack, n);
  const live = countLive(wiring, faults, rack);
  // A single supply has no redundancy to lose.
  const isFull = live === count || count === needed;
  conditions[base.power] = isFull ? CODE.ok : live > needed ? CODE.degraded : live < needed ? CODE.failed : CODE.lost;
  return live;
}

/** Fans, processors, rails, memory and the log, and the chassis status that follows from them. */
export function judgeParts(conditions: Uint8Array, wiring: Wiring, numbers: Float32Array, state: BoardState): void {
  const { base, count } = wiring.conditions;
  const stopped = judgeFans(conditions, wiring, numbers);
  judgeProcessors(conditions, wiring, numbers);
  judgeRails(conditions, wiring, numbers);
  conditions[base.memory] = worstOf(conditions, base.dimm, count.dimm);
  conditions[base.log] = logCode(state);
  state.chassis.coolingFault = stopped > 0;
  state.chassis.driveFault = hasFailed(conditions, base.drive, count.drive);
  state.chassis.intrusion = conditions[base.chassis] !== CODE.ok;
}

function judgeFans(conditions: Uint8Array, wiring: Wiring, numbers: Float32Array): number {
  const { layout } = wiring;
  let stopped = 0;
  for (let n = 0, place = layout.base.fan; n < layout.count.fan; n++, place += STRIDE.fan) {
    const failed = isFailedFan(numbers, place);
    conditions[wiring.conditions.base.fan + n] = failed ? CODE.failed : CODE.ok;
    if (failed) stopped++;
  }
  conditions[wiring.conditions.base.cooling] = stopped === 0 ? CODE.ok : stopped === 1 ? CODE.lost : CODE.failed;
  return stopped;
}

/** Processors that are too hot throttle. An injected condition is kept. */
function judgeProcessors(conditions: Uint8Array, wiring: Wiring, numbers: Float32Array): void {
  const { layout, board } = wiring;
  const { throttleCelsius } = board.plan.plant.processors;
  for (let n = 0; n < layout.count.cpu; n++) {
    const place = wiring.conditions.base.cpu + n;
    const celsius = numbers[layout.base.cpu + n * STRIDE.cpu] ?? 0;
    if (conditions[place] === CODE.ok && celsius >= throttleCelsius) conditions[place] = CODE.throttled;
    else if (conditions[place] === CODE.throttled && celsius < throttleCelsius - THROTTLE_HYSTERESIS)
      conditions[place] = CODE.ok;
  }
}

function judgeRails(conditions: Uint8Array, wiring: Wiring, numbers: Float32Array): void {
  const { layout } = wiring;
  for (let n = 0, place = layout.base.rail; n < layout.count.rail; n++, place += STRIDE.rail) {
    const isGood = Math.abs(numbers[place + 1] ?? 0) <= RAIL_GOOD;
    conditions[wiring.conditions.base.rail + n] = isGood ? CODE.ok : CODE.failed;
  }
}

function logCode(state: BoardState): number {
  const capacity = state.model.description.sel?.capacity ?? Number.POSITIVE_INFINITY;
  if (state.selEntries >= capacity) return CODE.full;
  return state.selEntries >= capacity * ALMOST_FULL ? CODE.almost_full : CODE.ok;
}

/** Memory conditions are ordered by severity. */
function worstOf(conditions: Uint8Array, from: number, count: number): number {
  let worst: number = CODE.ok;
  for (let n = 0; n < count; n++) worst = Math.max(worst, conditions[from + n] ?? CODE.ok);
  return worst;
}

function hasFailed(conditions: Uint8Array, from: number, count: number): boolean {
  for (let n = 0; n < count; n++) if (conditions[from + n] === CODE.failed) return true;
  return false;
}
