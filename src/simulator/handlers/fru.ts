import { getFruInventoryAreaInfo, readFruData } from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { type Handler, refuse, respond } from "./handler.ts";

/** Bytes that fit into a message of any session. */
const MOST_BYTES = 224;

/** FRU inventories: byte access, read only. */
export const fruHandlers: readonly Handler[] = [
  respond(getFruInventoryAreaInfo, ({ bmc }, { fruId }) => {
    const area = bmc.fru(fruId);
    return area ? { areaBytes: area.length, wordAccess: false } : refuse(CompletionCode.NotPresent);
  }),
  respond(readFruData, ({ bmc }, { fruId, offset, count }) => {
    const area = bmc.fru(fruId);
    if (!area) return refuse(CompletionCode.NotPresent);
    if (offset >= area.length) return refuse(CompletionCode.ParameterOutOfRange);
    if (count > (bmc.model.description.firmware?.fruReadBytes ?? MOST_BYTES))
      return refuse(CompletionCode.CannotReturnThatManyBytes);
    const data = area.subarray(offset, offset + count);
    return { count: data.length, data };
  }),
];
