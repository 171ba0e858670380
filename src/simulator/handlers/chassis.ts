import {
  type ChassisControl,
  chassisControl,
  chassisIdentify,
  getChassisCapabilities,
  getChassisStatus,
  getPohCounter,
  getSystemRestartCause,
  setPowerRestorePolicy,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { BMC_ADDRESS } from "../../ipmi/wire/message.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import type { BoardState, ChassisState } from "../boards/board.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const ON_BY_COMMAND = 0x10;
const CAUSE_CHASSIS_CONTROL = 1;
const SECONDS = 1000;
/** After these the host starts, and uses its boot options. */
const STARTS: readonly ChassisControl[] = ["power up", "power cycle", "hard reset"];

/**
 * Switches a board without physics: the power bit follows at once.
 *
 * @returns false: not possible in the current power state
 */
export function switchPower(state: Pick<BoardState, "chassis">, control: ChassisControl): boolean {
  const { chassis } = state;
  switch (control) {
    case "power up":
      if (!chassis.powerOn) chassis.lastPowerEvent = ON_BY_COMMAND;
      chassis.powerOn = true;
      chassis.restartCause = CAUSE_CHASSIS_CONTROL;
      return true;
    case "power down":
    case "soft shutdown":
      chassis.powerOn = false;
      return true;
    case "power cycle":
    case "hard reset":
      chassis.restartCause = CAUSE_CHASSIS_CONTROL;
      return chassis.powerOn;
    case "diagnostic interrupt":
      return chassis.powerOn;
  }
}

function identifyState(chassis: ChassisState, bmc: VirtualBmc): "off" | "timed on" | "indefinite on" {
  if (chassis.identifyUntilMs === Number.POSITIVE_INFINITY) return "indefinite on";
  return chassis.identifyUntilMs > bmc.clock.monotonicMs() ? "timed on" : "off";
}

/** Chassis status and control. */
export const chassisHandlers: readonly Handler[] = [
  respond(getChassisCapabilities, () => ({
    powerInterlock: false,
    diagnosticInterrupt: true,
    frontPanelLockout: false,
    intrusionSensor: true,
    fruDeviceAddress: BMC_ADDRESS,
    sdrDeviceAddress: BMC_ADDRESS,
    selDeviceAddress: BMC_ADDRESS,
    systemManagementDeviceAddress: BMC_ADDRESS,
    bridgeDeviceAddress: BMC_ADDRESS,
  })),
  respond(getChassisStatus, ({ bmc }) => {
    const { chassis } = bmc.state;
    return {
      powerOn: chassis.powerOn,
      powerOverload: chassis.powerOverload,
      interlock: chassis.interlock,
      powerFault: chassis.powerFault,
      powerControlFault: chassis.powerControlFault,
      restorePolicy: chassis.restorePolicy,
      lastPowerEvent: chassis.lastPowerEvent,
      intrusion: chassis.intrusion,
      frontPanelLockout: false,
      driveFault: chassis.driveFault,
      coolingFault: chassis.coolingFault,
      identify: identifyState(chassis, bmc),
      frontPanel: 0,
    };
  }),
  respond(chassisControl, ({ bmc }, { control }) => {
    const { behaviour, state } = bmc;
    const wasOn = state.chassis.powerOn;
    const done = behaviour?.control
      ? behaviour.control(state, control, bmc.clock.monotonicMs())
      : switchPower(state, control);
    if (!done) return refuse(CompletionCode.NotSupportedInPresentState);
    if (STARTS.includes(control)) bmc.changedSettings?.boot.start(bmc.clock.monotonicMs());
    if (control === "diagnostic interrupt" || (control === "power up" && wasOn)) return;
    bmc.sol.powerChanged();
    if (!control.includes("down")) state.serial.boot();
  }),
  respond(chassisIdentify, ({ bmc }, { intervalSeconds = 15, indefinitely }) => {
    bmc.state.chassis.identifyUntilMs = indefinitely
      ? Number.POSITIVE_INFINITY
      : bmc.clock.monotonicMs() + intervalSeconds * SECONDS;
  }),
  respond(setPowerRestorePolicy, ({ bmc }, { policy }) => {
    if (policy !== "unknown") bmc.state.chassis.restorePolicy = policy;
    return { staysOff: true, previousState: true, powersOn: true };
  }),
  respond(getSystemRestartCause, ({ bmc }) => ({ cause: bmc.state.chassis.restartCause, channel: 1 })),
  respond(getPohCounter, ({ bmc }) => ({
    minutesPerCount: 60,
    count: Math.floor(bmc.state.chassis.powerOnHours),
  })),
];
