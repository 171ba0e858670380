import { getSystemInfoParameters } from "../commands/app/get-system-info-parameters.ts";
import { DecodeError } from "../errors.ts";
import { textOf, untilNul, withoutControls } from "../wire/text.ts";
import type { CommandRunner } from "./runner.ts";

/** 3:0 of the encoding byte: UTF-16, least significant byte first. */
const UNICODE = 2;
const BLOCK = 16;
const FIRST_BLOCK = 14;

/**
 * A text of the system information, e.g. its firmware version - IPMI 2.0 section 22.14a, parameters 1 to
 * 4. It is read in blocks:
 *
 *   [0]    set selector
 *   block 0:  [1] 3:0 encoding, [2] length in bytes, [3-16] text
 *   others:   [1-16] text
 *
 * @throws what the runner throws: CompletionCodeError if the BMC does not know the text
 */
export async function readSystemText(runner: CommandRunner, parameter: number, signal: AbortSignal): Promise<string> {
  const first = (await runner.run(getSystemInfoParameters, { parameter, set: 0 }, { signal })).data;
  const [, encoding = 0, length] = first;
  if (length === undefined) throw new DecodeError("Get System Info Parameters: wanted byte 3, got less");
  const parts = [first.subarray(3, 3 + FIRST_BLOCK)];
  const blocks = 1 + Math.ceil(Math.max(0, length - FIRST_BLOCK) / BLOCK);
  for (let set = 1; set < blocks; set++) {
    const { data } = await runner.run(getSystemInfoParameters, { parameter, set }, { signal });
    parts.push(data.subarray(1, 1 + BLOCK));
  }
  const bytes = Buffer.concat(parts).subarray(0, length);
  return withoutControls(decoded(bytes, encoding & 0x0f), " ").trim();
}

/** Text of any encoding but UTF-16 is UTF-8 or Latin-1, whatever the BMC calls it. */
function decoded(bytes: Buffer, coding: number): string {
  if (coding !== UNICODE) return textOf(untilNul(bytes));
  const text = bytes.toString("utf16le");
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
