import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Reply, Request, Scenario } from "../bmc/misbehaviour.ts";

const DCMI_GROUP = 0xdc;
const GET_POWER_READING = 0x02;
const GET_POWER_LIMIT = 0x03;
const NO_ACTIVE_LIMIT = 0x80;

interface Field {
  readonly command: number;
  /** Behind the completion code; the group byte is 0. */
  readonly at: number;
  readonly bytes: number;
}

/** DCMI 1.5 sections 6.6.1 and 6.6.2. */
const FIELDS = {
  current: { command: GET_POWER_READING, at: 1, bytes: 2 },
  minimum: { command: GET_POWER_READING, at: 3, bytes: 2 },
  maximum: { command: GET_POWER_READING, at: 5, bytes: 2 },
  average: { command: GET_POWER_READING, at: 7, bytes: 2 },
  timestamp: { command: GET_POWER_READING, at: 9, bytes: 4 },
  period: { command: GET_POWER_READING, at: 13, bytes: 4 },
  limit: { command: GET_POWER_LIMIT, at: 4, bytes: 2 },
  correction_time: { command: GET_POWER_LIMIT, at: 6, bytes: 4 },
  sampling_period: { command: GET_POWER_LIMIT, at: 12, bytes: 2 },
} as const satisfies Record<string, Field>;

type PowerField = keyof typeof FIELDS;
export const POWER_FIELDS = Object.keys(FIELDS) as readonly PowerField[];

/** DCMI answers that succeed and hold FFh bytes where there is no reading or no limit. */
export function noPowerReading(options: { readonly of: PowerField | "all" }): Scenario {
  const fields: readonly Field[] = options.of === "all" ? Object.values(FIELDS) : [FIELDS[options.of]];
  return () => ({
    name: "no power reading",
    amend(request, reply) {
      const blank = isDcmi(request) ? fields.filter(({ command }) => command === request.command) : [];
      return blank.length > 0 && hasData(reply) ? { completionCode: 0, data: blanked(reply.data, blank) } : reply;
    },
  });
}

const isDcmi = ({ netFn, data }: Request): boolean => netFn === NetFn.GroupExtension && data[0] === DCMI_GROUP;

/** A limit that is not in force comes with its fields behind completion code 80h. */
const hasData = ({ completionCode, data }: Reply): boolean =>
  completionCode === 0 || (completionCode === NO_ACTIVE_LIMIT && data.length > 1);

function blanked(data: Uint8Array, fields: readonly Field[]): Uint8Array {
  const changed = Uint8Array.from(data);
  for (const { at, bytes } of fields) changed.fill(0xff, at, at + bytes);
  return changed;
}
