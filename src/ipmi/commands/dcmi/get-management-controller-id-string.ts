import { command } from "../command.ts";
import { dcmi } from "./group.ts";
import { type TextPart, type TextPartRequest, textPart, textPartRequest } from "./text-part.ts";

/** Get Management Controller Identifier String - DCMI 1.5: the BMC's own host name, ended by 00h, in parts of 16. */
export const getManagementControllerIdString = command<TextPartRequest, TextPart>({
  ...dcmi,
  name: "Get Management Controller Identifier String",
  code: 0x09,
  request: textPartRequest,
  response: textPart,
});
