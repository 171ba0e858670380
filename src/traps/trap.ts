import type { Pdu, Varbind } from "net-snmp";
import { decodePlatformEventTrap, type PlatformEventTrap } from "../ipmi/index.ts";
import { kindOf, PET_ENTERPRISE, type TrapKind } from "./kinds.ts";

/** RFC 3584 section 3.1. */
const TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0";
const TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0";
const GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5";
const PET_VARIABLE = `${PET_ENTERPRISE}.1`;
/** The sender gave no agent address. */
const NO_ADDRESS = "0.0.0.0";
const MOST_VARIABLES = 32;
const LONGEST_VALUE = 200;

/** A trap or inform of any version, in the terms of version 2. */
export interface Trap {
  /** Address that it came from: of the BMC, or of a relay. */
  readonly from: string;
  /** Address of the BMC in the trap, if it has one. */
  readonly agent?: string;
  readonly kind: TrapKind;
  readonly oid: string;
  /** Decoded, if it is a platform event trap. */
  readonly pet?: PlatformEventTrap;
  /** Printable values, for people. */
  readonly variables: readonly { readonly oid: string; readonly value: string }[];
}

/** @throws Error for a trap that cannot be understood */
export function trapOf(pdu: Pdu, from: string): Trap {
  const varbinds = (pdu.varbinds ?? []).slice(0, MOST_VARIABLES);
  const valueAt = (oid: string): unknown => varbinds.find((one) => one.oid === oid)?.value;
  const address = pdu.agentAddr ?? valueAt(TRAP_ADDRESS);
  const agent = typeof address === "string" && address !== NO_ADDRESS ? address : undefined;
  const oid = pdu.enterprise === undefined ? String(valueAt(TRAP_OID) ?? "") : oidOfVersion1(pdu);
  if (!/^\d+(\.\d+)*$/.test(oid)) throw new Error("the trap has no OID");
  const kind = kindOf(oid);
  const pet = kind === "pet" ? petOf(oid, varbinds) : undefined;
  return {
    from,
    kind,
    oid,
    variables: varbinds.flatMap(printable),
    ...(agent !== undefined && { agent }),
    ...(pet && { pet }),
  };
}

/** RFC 3584 section 3.1 (2) and (3). */
function oidOfVersion1({ enterprise, generic, specific }: Pdu): string {
  return generic === 6 ? `${enterprise}.0.${specific}` : `${GENERIC_TRAPS}.${Number(generic) + 1}`;
}

/** Relays put the specific trap at the end of the OID, with or without the 0 before it. */
function petOf(oid: string, varbinds: readonly Varbind[]): PlatformEventTrap | undefined {
  const specific = Number(oid.slice(oid.lastIndexOf(".") + 1));
  const octets = varbinds.find((one) => one.oid === PET_VARIABLE || one.oid.startsWith(`${PET_VARIABLE}.`))?.value;
  return Buffer.isBuffer(octets) ? decodePlatformEventTrap(specific, octets) : undefined;
}

function printable({ oid, value }: Varbind): { readonly oid: string; readonly value: string }[] {
  if (oid === TRAP_OID || oid === TRAP_ADDRESS) return [];
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return [{ oid, value: String(value) }];
  const text = Buffer.isBuffer(value) ? value.toString("utf8") : typeof value === "string" ? value : undefined;
  if (text === undefined || text === "") return [];
  const isPrintable = !/[\p{Cc}\ufffd]/u.test(text);
  const shown = isPrintable ? text : Buffer.isBuffer(value) ? `0x${value.toString("hex")}` : "";
  return shown === "" ? [] : [{ oid, value: shown.slice(0, LONGEST_VALUE) }];
}
