import type { Layout } from "../command.ts";

/** DCMI entity ids; 37h, 03h and 07h are what IPMI calls them. */
export const DcmiEntity = { Inlet: 0x40, Cpu: 0x41, Baseboard: 0x42 } as const;

/**
 *   [0] sensor type, 01h temperature
 *   [1] entity id
 *   [2] entity instance, 0 all
 *   [3] instance to start with
 */
export interface DcmiSensorsRequest {
  readonly entityId: number;
  /** 0 (all) if absent. */
  readonly instance?: number;
  /** 0 if absent. The next page starts at the start of this one plus its number of readings. */
  readonly start?: number;
}

const TEMPERATURE = 0x01;

export const dcmiSensorsRequest: Layout<DcmiSensorsRequest> = {
  decode(from) {
    from.skip(1);
    return { entityId: from.u8(), instance: from.u8(), start: from.u8() };
  },
  encode(to, q) {
    to.u8(TEMPERATURE)
      .u8(q.entityId)
      .u8(q.instance ?? 0)
      .u8(q.start ?? 0);
  },
};
