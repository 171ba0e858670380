import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { dcmi } from "./group.ts";

/** Longest asset tag, bytes. */
export const ASSET_TAG_BYTES = 63;
/** Most bytes of one request. */
export const ASSET_TAG_PART_BYTES = 16;

/**
 * Set Asset Tag - DCMI 1.5: written in parts of up to 16 bytes, in order. The last part ends the tag.
 *
 *   [0]  offset
 *   [1]  number of bytes
 *   [2-] text, ASCII or UTF-8
 */
export interface SetAssetTagRequest {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** [0] length of the whole text */
export interface SetAssetTagResponse {
  readonly totalLength: number;
}

export const setAssetTag = command<SetAssetTagRequest, SetAssetTagResponse>({
  ...dcmi,
  name: "Set Asset Tag",
  code: 0x08,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const offset = from.u8();
      return { offset, data: from.bytes(from.u8()) };
    },
    encode(to, q) {
      to.u8(q.offset).u8(q.data.length).bytes(q.data);
    },
  },
  response: {
    decode: (from) => ({ totalLength: from.u8() }),
    encode(to, r) {
      to.u8(r.totalLength);
    },
  },
});
