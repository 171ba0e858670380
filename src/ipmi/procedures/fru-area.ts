import { getFruInventoryAreaInfo } from "../commands/storage/get-fru-inventory-area-info.ts";
import { readFruData } from "../commands/storage/read-fru-data.ts";
import { CompletionCodeError, DecodeError } from "../errors.ts";
import { assembleFru, decodeFru, type FruInventory, type FruPiece, fruNextRange } from "../records/fru/index.ts";
import type { BmcMemory } from "../session/memory.ts";
import type { RunOptions } from "../session/session.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import type { CommandRunner } from "./runner.ts";

const SMALLEST_CHUNK = 8;
const FRU_BUSY = 0x81;
const BUSY_TRIES = 3;
/** More reads than the largest inventory needs, so that a BMC that gives a byte at a time ends, too. */
const MOST_READS = 512;

const TOO_MANY: readonly number[] = [
  CompletionCode.CannotReturnThatManyBytes,
  CompletionCode.RequestLengthExceeded,
  CompletionCode.RequestLengthInvalid,
  CompletionCode.ParameterOutOfRange,
  CompletionCode.Unspecified,
];

/**
 * Reads what is needed of a FRU device's storage and decodes it - IPMI 2.0 section 34.
 *
 * @returns undefined when the device is not there (each vendor has another completion code for that) or gives nonsense
 * @throws IpmiError when the BMC keeps silent, or the signal's reason
 */
export async function readFru(
  runner: CommandRunner,
  memory: BmcMemory,
  fruId: number,
  options: RunOptions = {},
): Promise<FruInventory | undefined> {
  try {
    const info = await runner.run(getFruInventoryAreaInfo, { fruId }, options);
    const pieces = await readPieces(runner, memory, fruId, info, options);
    const bytes = assembleFru(pieces);
    return bytes.length < 8 ? undefined : decodeFru(bytes, { internalUse: false });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    if (error instanceof CompletionCodeError && error.reason !== "privilege_refused") return undefined;
    throw error;
  }
}

async function readPieces(
  runner: CommandRunner,
  memory: BmcMemory,
  fruId: number,
  info: { readonly areaBytes: number; readonly wordAccess: boolean },
  options: RunOptions,
): Promise<FruPiece[]> {
  const unit = info.wordAccess ? 2 : 1;
  const pieces: FruPiece[] = [];
  let chunk = memory.fruChunkBytes;
  let busy = 0;
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
      // Only what was given teaches how much this BMC gives at once: beyond the end of a device nothing is.
      if (chunk < memory.fruChunkBytes) {
        memory.fruChunkBytes = chunk;
        memory.quirks.add("fru_small_reads");
      }
    } catch (error) {
      if (!(error instanceof CompletionCodeError)) throw error;
      if (error.completionCode === FRU_BUSY && busy++ < BUSY_TRIES) continue;
      if (TOO_MANY.includes(error.completionCode) && wanted > SMALLEST_CHUNK) {
        chunk = Math.max(SMALLEST_CHUNK, Math.floor(wanted / 2));
        continue;
      }
      if (pieces.length === 0) throw error;
      break;
    }
  }
  return pieces;
}
