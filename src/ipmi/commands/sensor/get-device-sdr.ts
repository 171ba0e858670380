import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { type ReadRecordRequest, type RecordPart, readRecordRequest, recordPart } from "../storage/read-record.ts";

/** Get Device SDR - IPMI 2.0 section 35.3. Alike Get SDR, of the sensor device instead of the repository. */
export const getDeviceSdr = command<ReadRecordRequest, RecordPart>({
  name: "Get Device SDR",
  netFn: NetFn.SensorEvent,
  code: 0x21,
  privilege: PrivilegeLevel.User,
  request: readRecordRequest,
  response: recordPart,
  refusals: { 128: "record changed" },
});
