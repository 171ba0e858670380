import { command } from "../command.ts";
import { dcmi } from "./group.ts";

/** [0] parameter, 1-5: see dcmi-capabilities.ts. */
export interface DcmiCapabilitiesInfoRequest {
  readonly parameter: number;
}

/**
 * Get DCMI Capabilities Info - DCMI 1.5. Answered before a session too.
 *
 *   [0]  major version
 *   [1]  minor version
 *   [2]  parameter revision, 1 or 2
 *   [3-] parameter data
 */
export interface DcmiCapabilitiesInfo {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly data: Uint8Array;
}

export const getDcmiCapabilitiesInfo = command<DcmiCapabilitiesInfoRequest, DcmiCapabilitiesInfo>({
  ...dcmi,
  name: "Get DCMI Capabilities Info",
  code: 0x01,
  request: {
    decode: (from) => ({ parameter: from.u8() }),
    encode(to, q) {
      to.u8(q.parameter);
    },
  },
  response: {
    decode: (from) => ({ major: from.u8(), minor: from.u8(), revision: from.u8(), data: from.rest() }),
    encode(to, r) {
      to.u8(r.major).u8(r.minor).u8(r.revision).bytes(r.data);
    },
  },
});
