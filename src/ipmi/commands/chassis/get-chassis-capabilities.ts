import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { BMC_ADDRESS } from "../../wire/message.ts";
import { command, nothing } from "../command.ts";

/**
 * Get Chassis Capabilities - IPMI 2.0 section 28.1.
 *
 *   [0] 3 power interlock, 2 diagnostic interrupt, 1 front panel lockout, 0 intrusion sensor
 *   [1] FRU device address
 *   [2] SDR device address
 *   [3] SEL device address
 *   [4] system management device address
 *   [5] bridge device address; optional, 20h if absent
 */
export interface ChassisCapabilities {
  readonly powerInterlock: boolean;
  readonly diagnosticInterrupt: boolean;
  readonly frontPanelLockout: boolean;
  readonly intrusionSensor: boolean;
  readonly fruDeviceAddress: number;
  readonly sdrDeviceAddress: number;
  readonly selDeviceAddress: number;
  readonly systemManagementDeviceAddress: number;
  readonly bridgeDeviceAddress: number;
}

export const getChassisCapabilities = command<void, ChassisCapabilities>({
  name: "Get Chassis Capabilities",
  netFn: NetFn.Chassis,
  code: 0x00,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const flags = from.u8();
      return {
        powerInterlock: bit(flags, 3),
        diagnosticInterrupt: bit(flags, 2),
        frontPanelLockout: bit(flags, 1),
        intrusionSensor: bit(flags, 0),
        fruDeviceAddress: from.u8(),
        sdrDeviceAddress: from.u8(),
        selDeviceAddress: from.u8(),
        systemManagementDeviceAddress: from.u8(),
        bridgeDeviceAddress: from.has() ? from.u8() : BMC_ADDRESS,
      };
    },
    encode(to, c) {
      to.u8(
        flag(c.powerInterlock, 3) |
          flag(c.diagnosticInterrupt, 2) |
          flag(c.frontPanelLockout, 1) |
          flag(c.intrusionSensor, 0),
      );
      to.u8(c.fruDeviceAddress)
        .u8(c.sdrDeviceAddress)
        .u8(c.selDeviceAddress)
        .u8(c.systemManagementDeviceAddress)
        .u8(c.bridgeDeviceAddress);
    },
  },
});
