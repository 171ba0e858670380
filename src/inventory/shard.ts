/** This process' share of the inventory: number `index`, from 0, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * `0/3`; or the name of a pod of a StatefulSet, `lightsout-2`, with the number of pods beside it or
 * behind it (`lightsout-2/3`). The message of the thrown RangeError says what would do.
 */
export function parseShard(text: string, count?: number): Shard {
  const match = /^(?:.*-)?(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text.trim());
  const index = Number(match?.[1]);
  const total = match?.[2] === undefined ? count : Number(match[2]);
  if (!match)
    throw new RangeError(`the shard "${text}" is neither of the form 0/3 nor a pod's name such as lightsout-2`);
  if (total === undefined) throw new RangeError(`the shard "${text}" does not say of how many; write ${index}/3`);
  if (!Number.isInteger(total) || total < 1 || index >= total) {
    throw new RangeError(`the shard "${text}" is not one of 0 to ${total - 1}`);
  }
  return { index, count: total };
}

/**
 * Whether a shard polls a host. Rendezvous hashing: each host goes to the shard with the highest score,
 * so one shard more takes its even part of the hosts and moves no other. All processes must agree
 * for ever: the tests hold the function fast.
 */
export function ownedBy(hostName: string, index: number, count: number): boolean {
  return ownerOf(hostName, count) === index;
}

/** The index of the shard that polls a host. */
export function ownerOf(hostName: string, count: number): number {
  const key = fnv1a(hostName);
  let owner = 0;
  let best = -1;
  for (let index = 0; index < count; index++) {
    const score = mix(key ^ mix(index + 1));
    if (score > best) {
      best = score;
      owner = index;
    }
  }
  return owner;
}

/** FNV-1a, 32 bits, over the bytes of UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3: every bit of the input moves half of the output's. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
