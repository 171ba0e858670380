import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, THIS_CHANNEL } from "../channel.ts";
import { command } from "../command.ts";
import { type AuthenticationTypes, authenticationTypesMask, authenticationTypesOf } from "./authentication-types.ts";

/**
 *   [0] 7 also give IPMI 2.0 data, 3:0 channel
 *   [1] 3:0 privilege level that will be requested
 */
export interface ChannelAuthenticationCapabilitiesRequest extends ChannelRequest {
  readonly privilege: number;
  /** Requests IPMI 2.0 data. Some IPMI 1.5 firmware refuses the bit or does not answer: send again without it. */
  readonly ipmi20: boolean;
}

/**
 * Get Channel Authentication Capabilities - IPMI 2.0 section 22.13. Sent before a session, in 1.5 framing.
 *
 *   [0]   channel
 *   [1]   7 IPMI 2.0 data valid, 5:0 authentication types enabled for the requested privilege
 *   [2]   5 Kg set, 4 per-message authentication disabled, 3 user-level authentication disabled,
 *         2 non-null user names, 1 null user names, 0 anonymous login
 *   [3]   1 channel supports IPMI 2.0, 0 channel supports IPMI 1.5; only where [1] 7 is set
 *   [4-6] OEM, IANA enterprise number, or 0
 *   [7]   OEM auxiliary data
 *
 * Bits 5 and 2:0 of [2] are wrong on ASUS P5M2/P5MT-R/RS162/RX4, Sun Fire X2200/X4150/X4450, Intel SR1520ML/X38ML and
 * Vadatech VT811: facts to show, never a reason not to try.
 */
export interface ChannelAuthenticationCapabilities {
  readonly channel: number;
  readonly ipmi20DataValid: boolean;
  readonly authenticationTypes: AuthenticationTypes;
  readonly kgSet: boolean;
  readonly perMessageAuthenticationDisabled: boolean;
  readonly userLevelAuthenticationDisabled: boolean;
  readonly nonNullUserNames: boolean;
  readonly nullUserNames: boolean;
  readonly anonymousLogin: boolean;
  /** The bit alone; `offersIpmi20` interprets it. */
  readonly supportsIpmi20: boolean;
  /** The bit alone; `offersIpmi15` interprets it. */
  readonly supportsIpmi15: boolean;
  readonly oemId: number;
  readonly oemAuxiliary: number;
}

/** RMCP+ sessions are possible on this channel. */
export function offersIpmi20(c: ChannelAuthenticationCapabilities): boolean {
  return c.ipmi20DataValid && c.supportsIpmi20;
}

/** IPMI 1.5 sessions are possible on this channel: without IPMI 2.0 data it is 1.5. */
export function offersIpmi15(c: ChannelAuthenticationCapabilities): boolean {
  return !c.ipmi20DataValid || c.supportsIpmi15;
}

export const getChannelAuthenticationCapabilities = command<
  ChannelAuthenticationCapabilitiesRequest,
  ChannelAuthenticationCapabilities
>({
  name: "Get Channel Authentication Capabilities",
  netFn: NetFn.App,
  code: 0x38,
  privilege: PrivilegeLevel.Callback,
  request: {
    decode(from) {
      const first = from.u8();
      return { channel: bits(first, 3, 0), ipmi20: bit(first, 7), privilege: bits(from.u8(), 3, 0) };
    },
    encode(to, q) {
      to.u8(flag(q.ipmi20, 7) | ((q.channel ?? THIS_CHANNEL) & 0x0f));
      to.u8(q.privilege & 0x0f);
    },
  },
  response: {
    decode(from) {
      const channel = from.u8();
      const types = from.u8();
      const status = from.u8();
      const versions = from.u8();
      return {
        channel: bits(channel, 3, 0),
        ipmi20DataValid: bit(types, 7),
        authenticationTypes: authenticationTypesOf(types),
        kgSet: bit(status, 5),
        perMessageAuthenticationDisabled: bit(status, 4),
        userLevelAuthenticationDisabled: bit(status, 3),
        nonNullUserNames: bit(status, 2),
        nullUserNames: bit(status, 1),
        anonymousLogin: bit(status, 0),
        supportsIpmi20: bit(versions, 1),
        supportsIpmi15: bit(versions, 0),
        oemId: from.has(3) ? from.u24() : 0,
        oemAuxiliary: from.has() ? from.u8() : 0,
      };
    },
    encode(to, c) {
      to.u8(c.channel);
      to.u8(flag(c.ipmi20DataValid, 7) | authenticationTypesMask(c.authenticationTypes));
      to.u8(
        flag(c.kgSet, 5) |
          flag(c.perMessageAuthenticationDisabled, 4) |
          flag(c.userLevelAuthenticationDisabled, 3) |
          flag(c.nonNullUserNames, 2) |
          flag(c.nullUserNames, 1) |
          flag(c.anonymousLogin, 0),
      );
      to.u8(flag(c.supportsIpmi20, 1) | flag(c.supportsIpmi15, 0));
      to.u24(c.oemId);
      to.u8(c.oemAuxiliary);
    },
  },
});
