import type { Layout } from "../command.ts";

/**
 * Order of the fields of a GUID in the 16 bytes. The specification has "ipmi" (RFC 4122 reversed, node first);
 * firmware sends all three, and the bytes do not show which.
 */
export type GuidOrder = "rfc4122" | "smbios" | "ipmi";

const ORDERS: Readonly<Record<GuidOrder, readonly number[]>> = {
  rfc4122: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  smbios: [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15],
  ipmi: [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
};

/** A GUID as text, 8-4-4-4-12 digits. For display: the 16 bytes as received are the identity. */
export function formatGuid(guid: Uint8Array, order: GuidOrder = "rfc4122"): string {
  const digits = ORDERS[order].map((at) => (guid[at] ?? 0).toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** False for the GUIDs that identify nothing: all 00h or all FFh. */
export function isMeaningfulGuid(guid: Uint8Array): boolean {
  return !guid.every((byte) => byte === 0x00) && !guid.every((byte) => byte === 0xff);
}

export interface GuidResponse {
  /** The 16 bytes as received. Boards with the same GUID occur: never the only key. */
  readonly guid: Uint8Array;
}

/** [0-15] the GUID, in the byte order of the firmware. */
export const guidResponse: Layout<GuidResponse> = {
  decode: (from) => ({ guid: new Uint8Array(from.bytes(16)) }),
  encode(to, r) {
    to.padded(r.guid, 16);
  },
};
