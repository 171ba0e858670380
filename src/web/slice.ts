import { quoted } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

const MAX_SLICES = 10_000;

/** Part number `index`, from 0, of `count` equal parts of the hosts. */
export interface Slice {
  readonly index: number;
  readonly count: number;
}

/** `0/4`. */
export function parseSlice(text: string): Slice {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || count < 1 || count > MAX_SLICES || index >= count)
    throw new Refusal(400, `slice must have the form i/n, e.g. 0/4 to 3/4 for four slices, not ${quoted(text)}`);
  return { index, count };
}

/** The number of slices. */
export function parseSliceCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,5}$/.test(text) || count < 1 || count > MAX_SLICES)
    throw new Refusal(400, `slices must be a number from 1 to ${MAX_SLICES}, not ${quoted(text)}`);
  return count;
}

/** Whether a host is in a slice: by a hash of its name that is the same in every process and version. */
export function inSlice(hostName: string, { index, count }: Slice): boolean {
  return hashOf(hostName) % count === index;
}

/** FNV-1a over UTF-8, then the finaliser of MurmurHash3: names that differ in a digit spread evenly. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
