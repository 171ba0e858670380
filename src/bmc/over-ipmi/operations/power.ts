import {
  type ChassisControl,
  type ChassisStatus,
  chassisControl,
  chassisIdentify,
  getChassisStatus,
  getSystemRestartCause,
  type PowerRestorePolicy,
  RESTART_CAUSES,
  setPowerRestorePolicy,
} from "../../../ipmi/index.ts";
import type { ChassisFault } from "../../../model/index.ts";
import {
  type IdentifyLight,
  OperationError,
  POWER_EVENTS,
  type PowerAction,
  type PowerOperations,
  type PowerPolicy,
} from "../../operations/index.ts";
import { optional } from "../refusals.ts";
import type { OperationSession } from "./operation-session.ts";

const CONTROLS: Readonly<Record<PowerAction, ChassisControl>> = {
  on: "power up",
  off: "power down",
  soft: "soft shutdown",
  cycle: "power cycle",
  reset: "hard reset",
  nmi: "diagnostic interrupt",
};

const POLICIES: Readonly<Record<PowerRestorePolicy, PowerPolicy | undefined>> = {
  "stays off": "always-off",
  "previous state": "previous",
  "powers on": "always-on",
  unknown: undefined,
};

const LIGHTS: Readonly<Record<NonNullable<ChassisStatus["identify"]>, IdentifyLight | undefined>> = {
  off: "off",
  "timed on": "timed",
  "indefinite on": "on",
  reserved: undefined,
};

const LONGEST_IDENTIFY_SECONDS = 255;

export function powerOperations(s: OperationSession): PowerOperations {
  const status = (): Promise<ChassisStatus> => s.run(getChassisStatus, undefined);
  return {
    async readPower({ restartCause = true } = {}) {
      const chassis = await status();
      const cause = restartCause ? await optional(s.run(getSystemRestartCause, undefined)) : undefined;
      return {
        on: chassis.powerOn,
        lastEvents: POWER_EVENTS.filter((_event, n) => ((chassis.lastPowerEvent >> n) & 1) === 1),
        restartCause: cause && RESTART_CAUSES[cause.cause],
        policy: POLICIES[chassis.restorePolicy],
        faults: faultsOf(chassis),
      };
    },
    setPower: (action) => s.change(chassisControl, { control: CONTROLS[action] }),
    setPowerPolicy: (policy) =>
      s.store(
        () => s.change(setPowerRestorePolicy, { policy: POLICY_REQUESTS[policy] }),
        async () => POLICIES[(await status()).restorePolicy],
        (stored) => stored === policy,
      ),
    async readIdentify() {
      const { identify } = await status();
      return identify && LIGHTS[identify];
    },
    async setIdentify(light) {
      if (light === "on") return s.change(chassisIdentify, { intervalSeconds: 0, indefinitely: true });
      const intervalSeconds = light === "off" ? 0 : light;
      if (!Number.isInteger(intervalSeconds) || intervalSeconds < 0 || intervalSeconds > LONGEST_IDENTIFY_SECONDS)
        throw new OperationError("command", "unsupported", "the identify light can be set for 1 to 255 seconds");
      return s.change(chassisIdentify, { intervalSeconds });
    },
  };
}

const POLICY_REQUESTS = {
  "always-off": "stays off",
  previous: "previous state",
  "always-on": "powers on",
} as const satisfies Readonly<Record<PowerPolicy, PowerRestorePolicy>>;

function faultsOf(c: ChassisStatus): readonly ChassisFault[] {
  const faults: readonly (readonly [ChassisFault, boolean])[] = [
    ["power", c.powerFault],
    ["power_control", c.powerControlFault],
    ["overload", c.powerOverload],
    ["interlock", c.interlock],
    ["cooling", c.coolingFault],
    ["drive", c.driveFault],
    ["intrusion", c.intrusion],
  ];
  return faults.flatMap(([fault, isSet]) => (isSet ? [fault] : []));
}
