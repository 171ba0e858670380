import { type FruInventoryAreaInfo, getFruInventoryAreaInfo } from "../commands/storage/get-fru-inventory-area-info.ts";
import { readFruData } from "../commands/storage/read-fru-data.ts";
import { CompletionCodeError, DecodeError } from "../errors.ts";
import { assembleFru, decodeFru, type FruInventory, type FruPiece, fruNextRange } from "../records/fru/index.ts";
import type { BmcMemory } from "../session/memory.ts";
import type { RunOptions } from "../session/session.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import type { CommandRunner } from "./runner.ts";

/** More reads than any inventory needs, even with two bytes each; a bound for inventories without an end. */
const MOST_READS = 1024;

const TOO_MANY: readonly number[] = [
  CompletionCode.CannotReturnThatManyBytes,
  CompletionCode.RequestLengthExceeded,
  CompletionCode.RequestLengthInvalid,
  CompletionCode.ParameterOutOfRange,
  CompletionCode.Unspecified,
];

/** Codes for an invalid request length: the device exists. */
const TOO_LONG: readonly number[] = [
  CompletionCode.CannotReturnThatManyBytes,
  CompletionCode.RequestLengthExceeded,
  CompletionCode.RequestLengthInvalid,
];

/** Many BMCs report a time-out behind them (C3h, CEh) for an empty slot. */
const EMPTY_SLOT: readonly number[] = [CompletionCode.Timeout, CompletionCode.ResponseNotProvided];

/**
 * Reads what is needed of a FRU device's storage and decodes it - IPMI 2.0 section 34.
 *
 * @returns undefined if the device does not exist (completion codes for that differ by vendor) or returns invalid data
 * @throws IpmiError if the BMC does not answer; CompletionCodeError if it is busy (C0h, D2h, 81h and the like), refuses
 *   the privilege or does not return a single byte; or the signal's reason
 */
export async function readFru(
  runner: CommandRunner,
  memory: BmcMemory,
  fruId: number,
  options: RunOptions = {},
): Promise<FruInventory | undefined> {
  try {
    const info = await areaInfo(runner, fruId, options);
    const pieces = await readPieces(runner, memory, fruId, info, options);
    const bytes = assembleFru(pieces);
    return bytes.length < 8 ? undefined : decodeFru(bytes, { internalUse: false });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    if (error instanceof CompletionCodeError && meansAbsence(error)) return undefined;
    throw error;
  }
}

/** An area without info: byte access, up to the end given by its own headers. */
const UNKNOWN_AREA: FruInventoryAreaInfo = { areaBytes: 0, wordAccess: false };

async function areaInfo(runner: CommandRunner, fruId: number, options: RunOptions): Promise<FruInventoryAreaInfo> {
  try {
    return await runner.run(getFruInventoryAreaInfo, { fruId }, options);
  } catch (error) {
    // iDRAC 10 answers with completion code 0 and no data.
    if (error instanceof DecodeError) return UNKNOWN_AREA;
    throw error;
  }
}

function meansAbsence({ completionCode, reason, transient }: CompletionCodeError): boolean {
  if (reason === "privilege_refused" || TOO_LONG.includes(completionCode)) return false;
  return !transient || EMPTY_SLOT.includes(completionCode);
}

async function readPieces(
  runner: CommandRunner,
  memory: BmcMemory,
  fruId: number,
  info: FruInventoryAreaInfo,
  options: RunOptions,
): Promise<FruPiece[]> {
  const unit = info.wordAccess ? 2 : 1;
  const pieces: FruPiece[] = [];
  let chunk = memory.fruChunkBytes;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const range = fruNextRange(pieces, info.areaBytes);
    if (!range) break;
    // Word access: whole words, from an even offset.
    const offset = range.offset - (range.offset % unit);
    const wanted = Math.min(chunk, range.offset + range.length - offset);
    const count = Math.ceil(wanted / unit);
    try {
      const got = await runner.run(readFruData, { fruId, offset: offset / unit, count }, options);
      const bytes = Buffer.from(got.data.subarray(range.offset - offset, count * unit));
      if (bytes.length === 0) break;
      pieces.push({ offset: range.offset, bytes });
      // Learn the size from successful reads only: beyond the end of a device every read fails.
      if (chunk < memory.fruChunkBytes) {
        memory.fruChunkBytes = chunk;
        memory.quirks.add("fru_small_reads");
      }
    } catch (error) {
      // An answer without data after others ends the inventory.
      if (error instanceof DecodeError && pieces.length > 0) break;
      if (!(error instanceof CompletionCodeError)) throw error;
      if (TOO_MANY.includes(error.completionCode) && count > 1) {
        chunk = Math.max(unit, Math.floor(wanted / 2));
        continue;
      }
      // Busy in the middle: half an inventory would look like another device.
      if (pieces.length === 0 || (error.transient && !meansAbsence(error))) throw error;
      break;
    }
  }
  return pieces;
}
