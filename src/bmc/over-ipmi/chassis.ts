import { type CommandRunner, getChassisStatus } from "../../ipmi/index.ts";
import type { ChassisState } from "../../model/index.ts";

export async function readChassis(runner: CommandRunner, signal: AbortSignal): Promise<ChassisState> {
  const status = await runner.run(getChassisStatus, undefined, { signal });
  return {
    powerOn: status.powerOn,
    faults: {
      power: status.powerFault,
      power_control: status.powerControlFault,
      overload: status.powerOverload,
      interlock: status.interlock,
      cooling: status.coolingFault,
      drive: status.driveFault,
      intrusion: status.intrusion,
    },
    identify: status.identify === undefined ? undefined : status.identify !== "off",
  };
}
