import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

export const RESTORE_POLICIES = ["stays off", "previous state", "powers on", "unknown"] as const;
export type PowerRestorePolicy = (typeof RESTORE_POLICIES)[number];

export const IDENTIFY_STATES = ["off", "timed on", "indefinite on", "reserved"] as const;
export type IdentifyState = (typeof IDENTIFY_STATES)[number];

/**
 * Get Chassis Status - IPMI 2.0 section 28.2.
 *
 *   [0] power      0 on, 1 overload, 2 interlock, 3 main power fault, 4 power control fault, 6:5 restore policy
 *   [1] last event 0 AC failed, 1 overload, 2 interlock, 3 power fault, 4 turned on by an IPMI command
 *   [2] misc       0 intrusion, 1 front panel lockout, 2 drive fault, 3 cooling fault, 5:4 identify, 6 identify known
 *   [3] front panel buttons: 3:0 disabled, 7:4 disable allowed; many BMCs omit the byte
 *
 * Fault bits can be trusted when set; some BMCs never set them.
 */
export interface ChassisStatus {
  readonly powerOn: boolean;
  readonly powerOverload: boolean;
  readonly interlock: boolean;
  readonly powerFault: boolean;
  readonly powerControlFault: boolean;
  readonly restorePolicy: PowerRestorePolicy;
  /** The byte as received; see the layout. */
  readonly lastPowerEvent: number;
  readonly intrusion: boolean;
  readonly frontPanelLockout: boolean;
  readonly driveFault: boolean;
  readonly coolingFault: boolean;
  /** Absent if the BMC does not report it. */
  readonly identify?: IdentifyState;
  /** The byte as received; absent if the BMC omits it. */
  readonly frontPanel?: number;
}

export const getChassisStatus = command<void, ChassisStatus>({
  name: "Get Chassis Status",
  netFn: NetFn.Chassis,
  code: 0x01,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const power = from.u8();
      const lastPowerEvent = from.u8();
      const misc = from.u8();
      return {
        powerOn: bit(power, 0),
        powerOverload: bit(power, 1),
        interlock: bit(power, 2),
        powerFault: bit(power, 3),
        powerControlFault: bit(power, 4),
        restorePolicy: RESTORE_POLICIES[bits(power, 6, 5)] as PowerRestorePolicy,
        lastPowerEvent,
        intrusion: bit(misc, 0),
        frontPanelLockout: bit(misc, 1),
        driveFault: bit(misc, 2),
        coolingFault: bit(misc, 3),
        identify: bit(misc, 6) ? (IDENTIFY_STATES[bits(misc, 5, 4)] as IdentifyState) : undefined,
        frontPanel: from.has() ? from.u8() : undefined,
      };
    },
    encode(to, s) {
      to.u8(
        flag(s.powerOn, 0) |
          flag(s.powerOverload, 1) |
          flag(s.interlock, 2) |
          flag(s.powerFault, 3) |
          flag(s.powerControlFault, 4) |
          (RESTORE_POLICIES.indexOf(s.restorePolicy) << 5),
      );
      to.u8(s.lastPowerEvent);
      to.u8(
        flag(s.intrusion, 0) |
          flag(s.frontPanelLockout, 1) |
          flag(s.driveFault, 2) |
          flag(s.coolingFault, 3) |
          (s.identify === undefined ? 0 : (IDENTIFY_STATES.indexOf(s.identify) << 4) | 0x40),
      );
      if (s.frontPanel !== undefined) to.u8(s.frontPanel);
    },
  },
});
