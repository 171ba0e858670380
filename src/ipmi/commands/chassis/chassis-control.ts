import { DecodeError } from "../../errors.ts";
import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/** By number on the wire. "power down" is hard, "soft shutdown" requests it from the operating system through ACPI. */
export const CHASSIS_CONTROLS = [
  "power down",
  "power up",
  "power cycle",
  "hard reset",
  "diagnostic interrupt",
  "soft shutdown",
] as const;
export type ChassisControl = (typeof CHASSIS_CONTROLS)[number];

/**
 * Chassis Control - IPMI 2.0 section 28.3.
 *
 *   [0] 3:0 what to do
 *
 * D5h: not possible in the present power state, e.g. a power cycle while off. The answer may get lost if the BMC shares its
 * port with the host: read the chassis status, do not send again.
 */
export interface ChassisControlRequest {
  readonly control: ChassisControl;
}

export const chassisControl = command<ChassisControlRequest, void>({
  name: "Chassis Control",
  netFn: NetFn.Chassis,
  code: 0x02,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const code = from.u8() & 0x0f;
      const control = CHASSIS_CONTROLS[code];
      if (control === undefined) throw new DecodeError(`Chassis Control: unknown control ${code}`);
      return { control };
    },
    encode(to, q) {
      to.u8(CHASSIS_CONTROLS.indexOf(q.control));
    },
  },
  response: nothing,
});
