import { bit, bits, flag } from "../../wire/bytes.ts";
import { textBytes, textOf, untilNul } from "../../wire/text.ts";
import {
  type AuthenticationTypes,
  authenticationTypesMask,
  authenticationTypesOf,
} from "../app/authentication-types.ts";
import { readIpv4, readMac, writeIpv4, writeMac } from "../network-address.ts";
import { parameter } from "../parameter.ts";

/*
 * Parameters of Get LAN Configuration Parameters - IPMI 2.0 table 23-4. Data without the revision byte.
 */

/** Parameter 1: [0] authentication types the channel supports. */
export const lanAuthenticationTypes = parameter<AuthenticationTypes>(1, "Authentication Type Support", {
  decode: (from) => authenticationTypesOf(from.u8()),
  encode(to, types) {
    to.u8(authenticationTypesMask(types));
  },
});

export interface AuthenticationTypeEnables {
  readonly callback: AuthenticationTypes;
  readonly user: AuthenticationTypes;
  readonly operator: AuthenticationTypes;
  readonly administrator: AuthenticationTypes;
  readonly oem: AuthenticationTypes;
}

/** Parameter 2: [0-4] authentication types enabled for callback, user, operator, administrator, OEM. */
export const lanAuthenticationTypeEnables = parameter<AuthenticationTypeEnables>(2, "Authentication Type Enables", {
  decode: (from) => ({
    callback: authenticationTypesOf(from.u8()),
    user: authenticationTypesOf(from.u8()),
    operator: authenticationTypesOf(from.u8()),
    administrator: authenticationTypesOf(from.u8()),
    oem: authenticationTypesOf(from.u8()),
  }),
  encode(to, e) {
    to.bytes([e.callback, e.user, e.operator, e.administrator, e.oem].map(authenticationTypesMask));
  },
});

/** Parameter 3: [0-3] IP address, most significant byte first. */
export const lanIpAddress = parameter<string>(3, "IP Address", { decode: readIpv4, encode: writeIpv4 });

export const IP_ADDRESS_SOURCES = ["unspecified", "static", "DHCP", "BIOS", "other"] as const;
export type IpAddressSource = (typeof IP_ADDRESS_SOURCES)[number];

/** Parameter 4: [0] 3:0 where the IP address comes from; reserved values read as "unspecified". */
export const lanIpAddressSource = parameter<IpAddressSource>(4, "IP Address Source", {
  decode: (from) => IP_ADDRESS_SOURCES[bits(from.u8(), 3, 0)] ?? "unspecified",
  encode(to, source) {
    to.u8(IP_ADDRESS_SOURCES.indexOf(source));
  },
});

/** Parameter 5: [0-5] MAC address in order. */
export const lanMacAddress = parameter<string>(5, "MAC Address", { decode: readMac, encode: writeMac });

/** Parameter 6: [0-3] subnet mask, most significant byte first. */
export const lanSubnetMask = parameter<string>(6, "Subnet Mask", { decode: readIpv4, encode: writeIpv4 });

/** Parameter 12: [0-3] default gateway, most significant byte first. */
export const lanDefaultGateway = parameter<string>(12, "Default Gateway Address", {
  decode: readIpv4,
  encode: writeIpv4,
});

const COMMUNITY_BYTES = 18;

/** Parameter 16: [0-17] community string of the traps, padded with 00h. A secret: for comparison, not for display. */
export const lanCommunityString = parameter<string>(16, "Community String", {
  decode(from) {
    return textOf(untilNul(from.bytes(Math.min(COMMUNITY_BYTES, from.remaining))));
  },
  encode(to, text) {
    to.padded(textBytes(text, COMMUNITY_BYTES), COMMUNITY_BYTES);
  },
});

export interface Vlan {
  readonly enabled: boolean;
  readonly id: number;
}

/** Parameter 20: [0] id 7:0, [1] 7 enabled, 3:0 id 11:8. */
export const lanVlan = parameter<Vlan>(20, "802.1q VLAN ID", {
  decode(from) {
    const word = from.u16();
    return { enabled: bit(word, 15), id: bits(word, 11, 0) };
  },
  encode(to, vlan) {
    to.u16(flag(vlan.enabled, 15) | (vlan.id & 0x0fff));
  },
});

/** Parameter 21: [0] 2:0 priority of the VLAN, 0 to 7. */
export const lanVlanPriority = parameter<number>(21, "802.1q VLAN Priority", {
  decode: (from) => from.u8() & 0x07,
  encode(to, priority) {
    to.u8(priority & 0x07);
  },
});

/** Parameter 22: [0] 4:0 number of cipher suite entries, at most 16. */
export const lanCipherSuiteCount = parameter<number>(22, "Cipher Suite Entry Support", {
  decode: (from) => from.u8() & 0x1f,
  encode(to, count) {
    to.u8(count & 0x1f);
  },
});

const CIPHER_SUITE_ENTRIES = 16;

/** Parameter 23: [0] reserved, [1-16] cipher suite ids; only the first ones are valid; parameter 22 has their number. */
export const lanCipherSuiteEntries = parameter<readonly number[]>(23, "Cipher Suite Entries", {
  decode(from) {
    from.skip(1);
    return [...from.bytes(Math.min(CIPHER_SUITE_ENTRIES, from.remaining))];
  },
  encode(to, ids) {
    to.u8(0).padded(Uint8Array.from(ids), CIPHER_SUITE_ENTRIES);
  },
});

/**
 * Parameter 24: [0] reserved, [1-8] two entries a byte, the first in 3:0: maximum privilege level of the cipher suite
 * in the entry of this number, 0 unused. HP DL145 sends another number of bytes.
 */
export const lanCipherSuitePrivilegeLevels = parameter<readonly number[]>(24, "Cipher Suite Privilege Levels", {
  decode(from) {
    from.skip(1);
    const bytes = from.bytes(Math.min(CIPHER_SUITE_ENTRIES / 2, from.remaining));
    return [...bytes].flatMap((byte) => [bits(byte, 3, 0), bits(byte, 7, 4)]);
  },
  encode(to, levels) {
    to.u8(0);
    for (let n = 0; n < CIPHER_SUITE_ENTRIES; n += 2)
      to.u8(((levels[n] ?? 0) & 0x0f) | (((levels[n + 1] ?? 0) & 0x0f) << 4));
  },
});

export interface CipherSuiteLimit {
  readonly cipherSuite: number;
  /** Highest privilege level a session with this suite may have; 0: the suite is not to be used. */
  readonly privilege: number;
}

/** Joins parameters 22, 23 and 24; entries without a level are left out. */
export function cipherSuiteLimits(
  count: number,
  entries: readonly number[],
  levels: readonly number[],
): readonly CipherSuiteLimit[] {
  return entries.slice(0, count).flatMap((cipherSuite, n) => {
    const privilege = levels[n];
    return privilege === undefined ? [] : [{ cipherSuite, privilege }];
  });
}

export interface BadPasswordThreshold {
  /** A session audit event is generated when a user is disabled. */
  readonly generatesEvent: boolean;
  /** 0: any number of wrong passwords. */
  readonly attempts: number;
  /** Wrong passwords are forgotten after this time; 0: never. */
  readonly resetIntervalSeconds: number;
  /** The user is enabled again after this time; 0: by hand only. */
  readonly lockoutIntervalSeconds: number;
}

const TICK_SECONDS = 10;

/** Parameter 26: [0] 0 generate event, [1] attempts, [2-3] reset interval, [4-5] lockout interval, both 10 s. */
export const lanBadPasswordThreshold = parameter<BadPasswordThreshold>(26, "Bad Password Threshold", {
  decode: (from) => ({
    generatesEvent: bit(from.u8(), 0),
    attempts: from.u8(),
    resetIntervalSeconds: from.u16() * TICK_SECONDS,
    lockoutIntervalSeconds: from.u16() * TICK_SECONDS,
  }),
  encode(to, t) {
    to.u8(flag(t.generatesEvent, 0))
      .u8(t.attempts)
      .u16(Math.round(t.resetIntervalSeconds / TICK_SECONDS))
      .u16(Math.round(t.lockoutIntervalSeconds / TICK_SECONDS));
  },
});
