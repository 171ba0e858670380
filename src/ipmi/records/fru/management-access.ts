import type { Layout } from "../../commands/command.ts";
import { hexDigits } from "../../wire/hex.ts";
import { decodeText, encodeText, TextType } from "../type-length.ts";

const MANAGEMENT_ACCESS_KINDS = [
  "system_management_url",
  "system_name",
  "system_ping_address",
  "component_management_url",
  "component_name",
  "component_ping_address",
  "system_unique_id",
] as const;
export type ManagementAccessKind = (typeof MANAGEMENT_ACCESS_KINDS)[number];

/**
 * Management access, multirecord type 03h - FRU storage definition section 18.4.
 *
 *   [0]   sub-type: 1 system management URL, 2 system name, 3 system ping address, 4 component
 *         management URL, 5 component name, 6 component ping address, 7 system unique id (UUID)
 *   [1..] text; 16 bytes for the unique id
 */
export interface ManagementAccess {
  /** "unknown" for a sub-type the specification does not have. */
  readonly access: ManagementAccessKind | "unknown";
  readonly subType: number;
  /** The text; hex for the unique id and unknown sub-types. */
  readonly value: string;
}

export const managementAccess: Layout<ManagementAccess> = {
  decode(from) {
    const subType = from.u8();
    const access = MANAGEMENT_ACCESS_KINDS[subType - 1] ?? "unknown";
    const bytes = from.rest();
    return { access, subType, value: isText(access) ? decodeText(TextType.EightBit, bytes) : hexDigits(bytes) };
  },
  encode(to, m) {
    to.u8(m.subType);
    to.bytes(isText(m.access) ? encodeText(TextType.EightBit, m.value) : Buffer.from(m.value, "hex"));
  },
};

const isText = (access: ManagementAccess["access"]): boolean => access !== "system_unique_id" && access !== "unknown";
