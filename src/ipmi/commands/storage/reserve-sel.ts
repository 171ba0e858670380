import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type Reservation, reservation } from "./reservation.ts";

/** Reserve SEL - IPMI 2.0 section 31.4. Needed to clear, to delete and to read a part of an entry. */
export const reserveSel = command<void, Reservation>({
  name: "Reserve SEL",
  netFn: NetFn.Storage,
  code: 0x42,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: reservation,
  refusals: { 129: "SEL erase in progress" },
});
