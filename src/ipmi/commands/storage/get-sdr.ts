import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { type ReadRecordRequest, type RecordPart, readRecordRequest, recordPart } from "./read-record.ts";

/** Get SDR - IPMI 2.0 section 33.12. */
export const getSdr = command<ReadRecordRequest, RecordPart>({
  name: "Get SDR",
  netFn: NetFn.Storage,
  code: 0x23,
  privilege: PrivilegeLevel.User,
  request: readRecordRequest,
  response: recordPart,
});
