import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type Reservation, reservation } from "../storage/reservation.ts";

/** Reserve Device SDR Repository - IPMI 2.0 section 35.4. */
export const reserveDeviceSdrRepository = command<void, Reservation>({
  name: "Reserve Device SDR Repository",
  netFn: NetFn.SensorEvent,
  code: 0x22,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: reservation,
});
