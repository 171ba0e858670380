import type { BoardState, SensorAddress } from "../boards/board.ts";
import type { SensorLimits } from "./wiring.ts";

/** Upper half of event data 1: data 2 is the reading, data 3 the limit. */
const READING_AND_LIMIT = 0x05;

/**
 * Compares a reading with the limits of the sensor, and logs assertions and deassertions - IPMI 2.0 section 29.11:
 * an event is deasserted only when the reading has come back by the hysteresis.
 *
 * @param count the reading, signed where the sensor's are
 * @param crossed bits of the limits crossed before this reading
 * @param silent logs nothing
 * @returns bits of the limits crossed now
 */
export function watchLimits(
  state: BoardState,
  sensor: SensorLimits,
  count: number,
  crossed: number,
  silent: boolean,
): number {
  let now = crossed;
  for (const limit of sensor.limits) {
    const mask = 1 << limit.bit;
    const isCrossed = (crossed & mask) !== 0;
    const beyond = limit.upper ? count >= limit.count : count <= limit.count;
    const back = limit.upper ? count < limit.clearCount : count > limit.clearCount;
    if (isCrossed ? !back : !beyond) continue;
    now ^= mask;
    if (silent) continue;
    state.addEvent({
      sensor: sensor.address,
      offset: limit.offset,
      deassertion: isCrossed,
      dataUse: READING_AND_LIMIT,
      data2: count & 0xff,
      data3: limit.raw,
    });
  }
  return now;
}

/** Logs changes of states, as far as the sensor reports them. */
export function logStates(
  state: BoardState,
  sensor: SensorAddress,
  before: number,
  after: number,
  asserts: number,
  deasserts: number,
): void {
  const ended = before & ~after & deasserts;
  const begun = after & ~before & asserts;
  for (let offset = 0; offset < 15; offset++) {
    const bit = 1 << offset;
    if (ended & bit) state.addEvent({ sensor, offset, deassertion: true });
    if (begun & bit) state.addEvent({ sensor, offset });
  }
}
