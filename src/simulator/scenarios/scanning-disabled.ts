import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import type { Scenario, ScenarioSensor } from "../bmc/misbehaviour.ts";
import { readsSensor } from "./command-filter.ts";
import { isFanSpeed, ownSensors, sensorOf } from "./sensor-choice.ts";

const KINDS = {
  fans: isFanSpeed,
  temperatures: ({ sensorType, threshold }: ScenarioSensor) => sensorType === SensorType.Temperature && threshold,
  supplies: ({ sensorType, threshold }: ScenarioSensor) => sensorType === SensorType.PowerSupply && !threshold,
  drives: ({ sensorType, threshold }: ScenarioSensor) => sensorType === SensorType.DriveSlot && !threshold,
  all: () => true,
} as const;

type DisabledSensors = keyof typeof KINDS;
export const DISABLED_SENSORS = Object.keys(KINDS) as readonly DisabledSensors[];

const SCANNING_ENABLED = 0x40;
/** Dell C6320: a fan of another node, with neither events nor scanning enabled. */
const NEVER_SCANNED = [0x04, 0x00, 0x00, 0x00];

/**
 * Sensors have scanning disabled and return a raw value all the same: the last one, as a stopped fan of a Dell
 * R630 does (54 80 c0), or one that never was a reading, as Dell C6320 do for parts that are not there.
 */
export function scanningDisabled(options: { readonly of: DisabledSensors }): Scenario {
  return ({ board }) => {
    const disabled = ownSensors(board).filter(KINDS[options.of]);
    return {
      name: "scanning disabled",
      amend(request, reply) {
        const sensor = readsSensor(request) ? sensorOf(disabled, request) : undefined;
        if (!sensor || reply.completionCode !== 0) return reply;
        if (sensor.number % 2 === 1) return { ...reply, data: Uint8Array.from(NEVER_SCANNED) };
        const data = Uint8Array.from(reply.data);
        data[1] = (data[1] ?? 0) & ~SCANNING_ENABLED;
        return { ...reply, data };
      },
    };
  };
}
