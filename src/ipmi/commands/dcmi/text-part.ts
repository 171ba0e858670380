import type { Layout } from "../command.ts";

/** [0] offset, [1] number of bytes. */
export interface TextPartRequest {
  readonly offset: number;
  /** At most 16. */
  readonly count: number;
}

export const textPartRequest: Layout<TextPartRequest> = {
  decode: (from) => ({ offset: from.u8(), count: from.u8() }),
  encode(to, q) {
    to.u8(q.offset).u8(q.count);
  },
};

/** [0] length of the whole text, [1-] the part. */
export interface TextPart {
  readonly totalLength: number;
  readonly data: Uint8Array;
}

export const textPart: Layout<TextPart> = {
  decode: (from) => ({ totalLength: from.u8(), data: from.rest() }),
  encode(to, r) {
    to.u8(r.totalLength).bytes(r.data);
  },
};
