import { command } from "../command.ts";
import { dcmi } from "./group.ts";
import { type TextPart, type TextPartRequest, textPart, textPartRequest } from "./text-part.ts";

/** Get Asset Tag - DCMI 1.5: up to 63 bytes of ASCII or UTF-8, read in parts of 16. */
export const getAssetTag = command<TextPartRequest, TextPart>({
  ...dcmi,
  name: "Get Asset Tag",
  code: 0x06,
  request: textPartRequest,
  response: textPart,
});
