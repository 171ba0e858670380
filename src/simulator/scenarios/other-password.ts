import { PASSWORD_OPERATIONS } from "../../ipmi/commands/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isSetUserPassword } from "./command-filter.ts";

const SET = PASSWORD_OPERATIONS.indexOf("set");
const TEST = PASSWORD_OPERATIONS.indexOf("test");

/** The BMC accepts a new password, and confirms it in a test, but logins still need the earlier one. */
export function otherPassword(): Scenario {
  return () => ({
    name: "other password",
    answer(request) {
      const operation = (request.data[1] ?? 0) & 0x03;
      const isAccepted = isSetUserPassword(request) && (operation === SET || operation === TEST);
      return isAccepted ? { completionCode: 0, data: new Uint8Array(0) } : undefined;
    },
  });
}
