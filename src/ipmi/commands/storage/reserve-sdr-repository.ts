import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type Reservation, reservation } from "./reservation.ts";

/** Reserve SDR Repository - IPMI 2.0 section 33.11. */
export const reserveSdrRepository = command<void, Reservation>({
  name: "Reserve SDR Repository",
  netFn: NetFn.Storage,
  code: 0x22,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: reservation,
});
