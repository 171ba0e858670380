import { bit, flag } from "../../wire/bytes.ts";

/**
 * Mask of IPMI 1.5 authentication types, as Get Channel Authentication Capabilities and the LAN parameters give it.
 *
 *   0 none, 1 MD2, 2 MD5, 4 straight password, 5 OEM
 */
export interface AuthenticationTypes {
  readonly none: boolean;
  readonly md2: boolean;
  readonly md5: boolean;
  readonly straightPassword: boolean;
  readonly oem: boolean;
}

export function authenticationTypesOf(mask: number): AuthenticationTypes {
  return {
    none: bit(mask, 0),
    md2: bit(mask, 1),
    md5: bit(mask, 2),
    straightPassword: bit(mask, 4),
    oem: bit(mask, 5),
  };
}

/** The reverse of `authenticationTypesOf`. */
export function authenticationTypesMask(t: AuthenticationTypes): number {
  return flag(t.none, 0) | flag(t.md2, 1) | flag(t.md5, 2) | flag(t.straightPassword, 4) | flag(t.oem, 5);
}
