/** Tags of ASN.1 and of SNMP - RFC 1155 and RFC 1157. */
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const SEQUENCE = 0x30;
const IP_ADDRESS = 0x40;
const TIME_TICKS = 0x43;
const TRAP_PDU = 0xa4;
const VERSION_1 = 0;
const ENTERPRISE_SPECIFIC = 6;

export interface SnmpTrap {
  readonly community: string;
  readonly enterprise: string;
  /** IPv4 address of the sender. */
  readonly agent: string;
  readonly specific: number;
  /** Hundredths of a second. */
  readonly upTime: number;
  /** The one variable, an octet string. */
  readonly variable: { readonly oid: string; readonly value: Uint8Array };
}

/** A trap of SNMP version 1, as BMCs send them - RFC 1157 section 4.1.6. */
export function encodeSnmpTrap({ community, enterprise, agent, specific, upTime, variable }: SnmpTrap): Buffer {
  const varbind = tagged(SEQUENCE, objectId(variable.oid), tagged(OCTET_STRING, Buffer.from(variable.value)));
  const pdu = tagged(
    TRAP_PDU,
    objectId(enterprise),
    tagged(IP_ADDRESS, Buffer.from(agent.split(".").map(Number))),
    integer(ENTERPRISE_SPECIFIC),
    integer(specific),
    tagged(TIME_TICKS, unsigned(upTime)),
    tagged(SEQUENCE, varbind),
  );
  return tagged(SEQUENCE, integer(VERSION_1), tagged(OCTET_STRING, Buffer.from(community)), pdu);
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

const integer = (value: number): Buffer => tagged(INTEGER, unsigned(value));

/** The fewest bytes, with a 0 before a first bit that is set. */
function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return Buffer.from(bytes);
}

function objectId(text: string): Buffer {
  const [first = 1, second = 3, ...rest] = text.split(".").map(Number);
  const bytes = rest.flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128))
      septets.unshift((more & 0x7f) | 0x80);
    return septets;
  });
  return tagged(OBJECT_ID, Buffer.from([first * 40 + second, ...bytes]));
}
