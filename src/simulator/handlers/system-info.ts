import { NetFn } from "../../ipmi/tables/net-fn.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { Reader } from "../../ipmi/wire/bytes.ts";
import type { Handler } from "./handler.ts";

const PARAMETER_NOT_SUPPORTED = 0x80;
const NO_DATA = new Uint8Array(0);

/**
 * Get System Info Parameters - IPMI 2.0 section 22.14b: known, and empty. FreeIPMI's bmc-info asks for
 * the firmware version of the host and gives up where the command itself is refused.
 */
export const systemInfoHandlers: readonly Handler[] = [
  {
    name: "Get System Info Parameters",
    netFn: NetFn.App,
    code: 0x59,
    privilege: PrivilegeLevel.User,
    sessionless: false,
    satellites: false,
    run({ data }) {
      new Reader(data, "Get System Info Parameters").skip(4);
      return { completionCode: PARAMETER_NOT_SUPPORTED, data: NO_DATA };
    },
  },
];
