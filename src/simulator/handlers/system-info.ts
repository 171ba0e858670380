import {
  getSystemInfoParameters,
  SYSTEM_FIRMWARE_PARAMETER,
} from "../../ipmi/commands/app/get-system-info-parameters.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const PARAMETER_NOT_SUPPORTED = 0x80;
const REVISION = 0x11;
const ASCII = 0;
const BLOCK = 16;
const FIRST_BLOCK = 14;

/**
 * Get System Info Parameters - IPMI 2.0 section 22.14b: the version of the system firmware, where the board has it.
 * FreeIPMI's bmc-info sends the command and gives up where it is refused.
 */
export const systemInfoHandlers: readonly Handler[] = [
  respond(getSystemInfoParameters, ({ bmc }, { parameter, set = 0 }) => {
    const version = bmc.model.description.systemFirmware;
    if (parameter !== SYSTEM_FIRMWARE_PARAMETER || version === undefined) return refuse(PARAMETER_NOT_SUPPORTED);
    const text = Buffer.from(version, "latin1");
    const data = Buffer.alloc(1 + BLOCK);
    data[0] = set;
    if (set === 0) {
      data[1] = ASCII;
      data[2] = text.length;
      text.copy(data, 3, 0, FIRST_BLOCK);
    } else text.copy(data, 1, FIRST_BLOCK + (set - 1) * BLOCK, FIRST_BLOCK + set * BLOCK);
    return { revision: REVISION, data };
  }),
];
