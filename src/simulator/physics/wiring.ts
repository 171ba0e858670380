import { EventType } from "../../ipmi/tables/event-type.ts";
import type { BoardModel, SensorAddress } from "../boards/board.ts";
import type { AnalogWire, Board, DiscreteWire } from "../boards/builder.ts";
import { assertedEvents, CROSSING_OFFSETS, deassertedEvents, LIMIT_KEYS } from "../boards/records.ts";
import { countOf } from "../boards/scale.ts";
import { CONDITIONS, type ConditionLayout, conditionLayoutOf, conditionPlace } from "./condition.ts";
import { type Layout, layoutOf, placeOf } from "./quantity.ts";

/** One limit of one sensor, in readings (signed where the sensor's are). */
export interface LimitWire {
  /** Bit in the crossed limits of the sensor. */
  readonly bit: number;
  readonly upper: boolean;
  readonly count: number;
  /** The event is deasserted beyond this reading. */
  readonly clearCount: number;
  readonly offset: number;
  readonly raw: number;
}

export interface SensorLimits {
  readonly address: SensorAddress;
  /** Readings strictly between these cross no limit. */
  readonly above: number;
  readonly below: number;
  readonly limits: readonly LimitWire[];
}

/** A discrete sensor that follows the condition of a part. */
export interface StateWire {
  readonly address: SensorAddress;
  readonly index: number;
  /** Place of the condition. */
  readonly place: number;
  /** State word by condition code. */
  readonly words: Uint16Array;
  readonly asserts: number;
  readonly deasserts: number;
}

/**
 * Maps the numbers of the model to the bytes of the sensors: made once for a board, shared by all its
 * hosts. Sensor i reads value = numbers[place] x gain + offset, count = (value - base) / step.
 */
export interface Wiring {
  readonly board: Board;
  readonly layout: Layout;
  readonly conditions: ConditionLayout;
  readonly analogCount: number;
  readonly index: Int16Array;
  readonly place: Uint16Array;
  /** gain / step and (offset - base) / step. */
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  readonly lowest: Int16Array;
  readonly highest: Int16Array;
  readonly limits: readonly (SensorLimits | undefined)[];
  readonly states: readonly StateWire[];
  /** Sensors without a reading while the host is off. */
  readonly hostPowered: readonly SensorAddress[];
}

/** @throws RangeError when a sensor follows a part the plant does not have */
export function wireBoard(board: Board, model: BoardModel): Wiring {
  const { plant } = board.plan;
  const layout = layoutOf(plant, board.rails);
  const conditions = conditionLayoutOf(plant, board.rails);
  const count = board.analog.length;
  const wiring = {
    board,
    layout,
    conditions,
    analogCount: count,
    index: new Int16Array(count),
    place: new Uint16Array(count),
    scale: new Float64Array(count),
    shift: new Float64Array(count),
    lowest: new Int16Array(count),
    highest: new Int16Array(count),
    limits: board.analog.map(limitsOf),
    states: [...board.analog, ...board.discrete].flatMap((wire) => stateWire(wire, model, conditions)),
    hostPowered: [...board.analog, ...board.discrete].filter(({ spec }) => spec.hostPowered).map(addressOf),
  };
  board.analog.forEach((wire, i) => {
    const { spec, scale } = wire;
    wiring.index[i] = model.sensorIndex(wire.owner, 0, wire.number);
    wiring.place[i] = placeOf(layout, spec.source);
    wiring.scale[i] = (spec.gain ?? 1) / scale.step;
    wiring.shift[i] = ((spec.offset ?? 0) - scale.base) / scale.step;
    wiring.lowest[i] = scale.lowest;
    wiring.highest[i] = scale.highest;
  });
  return wiring;
}

const addressOf = ({ owner, number }: { owner: number; number: number }): SensorAddress => ({ owner, number });

function limitsOf(wire: AnalogWire): SensorLimits | undefined {
  const { spec, scale } = wire;
  if (spec.eventType !== EventType.Threshold) return undefined;
  const hysteresis = spec.hysteresis === undefined ? 0 : Math.max(1, Math.round(spec.hysteresis / scale.step));
  const limits = LIMIT_KEYS.flatMap((key, bit): LimitWire[] => {
    const value = spec.limits?.[key];
    if (value === undefined) return [];
    const count = countOf(scale, value);
    const upper = key.startsWith("u");
    const clearCount = upper ? count - hysteresis : count + hysteresis;
    return [{ bit, upper, count, clearCount, offset: CROSSING_OFFSETS[bit] ?? 0, raw: count & 0xff }];
  });
  if (limits.length === 0) return undefined;
  return {
    address: addressOf(wire),
    above: Math.max(-Infinity, ...limits.filter((l) => !l.upper).map((l) => l.count)),
    below: Math.min(Infinity, ...limits.filter((l) => l.upper).map((l) => l.count)),
    limits,
  };
}

function stateWire(wire: AnalogWire | DiscreteWire, model: BoardModel, conditions: ConditionLayout): StateWire[] {
  const { spec } = wire;
  const { words, watches } = spec;
  if (!watches || !words) return [];
  return [
    {
      address: addressOf(wire),
      index: model.sensorIndex(wire.owner, 0, wire.number),
      place: conditionPlace(conditions, watches),
      words: Uint16Array.from(CONDITIONS, (condition) => words[condition] ?? words.ok),
      asserts: assertedEvents(spec),
      deasserts: deassertedEvents(spec),
    },
  ];
}
