import type { Layout } from "../../commands/command.ts";

/**
 * Base and extended compatibility, multirecord types 04h and 05h - FRU storage definition sections
 * 18.5 and 18.6: which systems a module may be put into.
 *
 *   [0-2] manufacturer (IANA)
 *   [3]   entity id
 *   [4]   compatibility base
 *   [5]   first compatibility code
 *   [6..] mask of the codes that follow
 */
export interface Compatibility {
  readonly manufacturerId: number;
  readonly entityId: number;
  readonly base: number;
  readonly codeStart: number;
  readonly codeMask: Uint8Array;
}

export const compatibility: Layout<Compatibility> = {
  decode(from) {
    return {
      manufacturerId: from.u24(),
      entityId: from.u8(),
      base: from.u8(),
      codeStart: from.u8(),
      codeMask: from.rest(),
    };
  },
  encode(to, c) {
    to.u24(c.manufacturerId).u8(c.entityId).u8(c.base).u8(c.codeStart).bytes(c.codeMask);
  },
};
