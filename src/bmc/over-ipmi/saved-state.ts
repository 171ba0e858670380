import { type BmcMemory, isQuirkName, LOGIN_FLOORS, type QuirkName } from "../../ipmi/index.ts";
import { isCount, isSavedCounts } from "../event-counts.ts";
import type { SavedEventLog } from "./event-log.ts";
import type { SavedIdentity } from "./identity.ts";
import type { SavedLimits } from "./limit-reader.ts";
import type { SavedRepository } from "./repository.ts";
import type { SavedSatellite } from "./satellites.ts";

/** State of one host's BMC to save for a restart. Plain JSON. */
export interface SavedBmc {
  readonly identity?: SavedIdentity;
  readonly memory: SavedMemory;
  readonly repository?: SavedRepository;
  readonly satellites?: readonly SavedSatellite[];
  readonly limits?: SavedLimits;
  /** Ids of sensors whose parts were present. */
  readonly present?: readonly string[];
  readonly eventLog?: SavedEventLog;
}

/** How to log in to this BMC and talk to it. */
export interface SavedMemory {
  readonly login?: BmcMemory["login"];
  readonly floor?: BmcMemory["floor"];
  readonly wholeSdrReads?: boolean;
  readonly sdrChunkBytes: number;
  readonly fruChunkBytes: number;
  readonly quirks: readonly string[];
}

/** @param given quirks from the configuration, which are not saved */
export function saveMemory(memory: BmcMemory, given: readonly QuirkName[]): SavedMemory {
  const { login, floor, wholeSdrReads, sdrChunkBytes, fruChunkBytes } = memory;
  return {
    login,
    floor,
    wholeSdrReads,
    sdrChunkBytes,
    fruChunkBytes,
    quirks: [...memory.quirks].filter((name) => !given.includes(name)),
  };
}

export function restoreMemory(memory: BmcMemory, saved: SavedMemory): void {
  memory.login = saved.login;
  memory.floor = LOGIN_FLOORS.find((floor) => floor === saved.floor);
  memory.wholeSdrReads = saved.wholeSdrReads;
  memory.sdrChunkBytes = saved.sdrChunkBytes;
  memory.fruChunkBytes = saved.fruChunkBytes;
  for (const name of saved.quirks) if (isQuirkName(name)) memory.quirks.add(name);
}

/**
 * The content of a file if it has the form of a saved state; undefined otherwise. Files are written by this program
 * only, so the check covers what could do harm, not every field.
 */
export function savedBmc(file: unknown): SavedBmc | undefined {
  if (!isObject(file) || !isMemory(file.memory)) return undefined;
  const { identity, repository, satellites, limits, present, eventLog } = file;
  return {
    identity: isIdentity(identity) ? identity : undefined,
    memory: file.memory,
    repository: isRepository(repository) ? repository : undefined,
    satellites: isSatellites(satellites) ? satellites : undefined,
    limits: isLimits(limits) ? limits : undefined,
    present: isTexts(present) ? present : undefined,
    eventLog: isEventLog(eventLog) ? eventLog : undefined,
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isByte = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
const isChunk = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 4 && Number(value) <= 255;
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === "string");

function isMemory(value: unknown): value is SavedMemory {
  if (!isObject(value)) return false;
  const { login } = value;
  const knownLogin =
    login === undefined || (isObject(login) && (login.protocol === "1.5" || Number.isInteger(login.suiteId)));
  return knownLogin && isChunk(value.sdrChunkBytes) && isChunk(value.fruChunkBytes) && isTexts(value.quirks);
}

function isIdentity(value: unknown): value is SavedIdentity {
  if (!isObject(value)) return false;
  const { guid, serial, firmware, manufacturerId, productId } = value;
  const isText = (field: unknown): boolean => field === undefined || typeof field === "string";
  const isNumber = (field: unknown): boolean => field === undefined || Number.isSafeInteger(field);
  return isText(guid) && isText(serial) && isText(firmware) && isNumber(manufacturerId) && isNumber(productId);
}

function isRepository(value: unknown): value is SavedRepository {
  return (
    isObject(value) &&
    typeof value.key === "string" &&
    typeof value.records === "number" &&
    typeof value.dated === "boolean" &&
    typeof value.walkedAt === "number" &&
    typeof value.digest === "string" &&
    /^[0-9a-f]{64}$/.test(value.digest)
  );
}

function isSatellites(value: unknown): value is SavedBmc["satellites"] {
  const isSatellite = (one: unknown): boolean =>
    isObject(one) && isByte(one.channel) && isByte(one.address) && isRepository(one.repository);
  return Array.isArray(value) && value.every(isSatellite);
}

function isLimits(value: unknown): value is SavedLimits {
  if (!isObject(value) || typeof value.readAt !== "number" || !isObject(value.limits)) return false;
  const isPending = value.pending === undefined || isTexts(value.pending);
  return isPending && Object.values(value.limits).every((text) => typeof text === "string");
}

function isEventLog(value: unknown): value is SavedEventLog {
  if (!isObject(value) || !isTexts(value.remembered)) return false;
  const { cursor, counts } = value;
  const knownCursor =
    cursor === undefined || (isObject(cursor) && isCount(cursor.recordId) && typeof cursor.bytes === "string");
  return knownCursor && isSavedCounts(counts);
}
