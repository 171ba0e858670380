import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { type ReadRecordRequest, type RecordPart, readRecordRequest, recordPart } from "./read-record.ts";

/** Get SEL Entry - IPMI 2.0 section 31.5. CBh (not present) is also the answer of an empty log. */
export const getSelEntry = command<ReadRecordRequest, RecordPart>({
  name: "Get SEL Entry",
  netFn: NetFn.Storage,
  code: 0x43,
  privilege: PrivilegeLevel.User,
  request: readRecordRequest,
  response: recordPart,
  refusals: { 129: "SEL erase in progress" },
});
