/** The share of the inventory that this process polls: number `index`, from 0, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * Parses `0/3`, or the name of a pod of a StatefulSet with the number of pods, `lightsout-2/3` or `lightsout-2` and
 * `count`. Throws a RangeError whose message is for users.
 */
export function parseShard(text: string, count?: number): Shard {
  const match = /^(?:.*-)?(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text.trim());
  const index = Number(match?.[1]);
  const total = match?.[2] === undefined ? count : Number(match[2]);
  if (!match) throw new RangeError(`the shard "${text}" is neither of the form 0/3 nor a pod name such as lightsout-2`);
  if (total === undefined) throw new RangeError(`the shard "${text}" has no total; write e.g. ${index}/3`);
  if (!Number.isInteger(total) || total < 1) throw new RangeError(`the shard "${text}" has an invalid total, ${total}`);
  if (index >= total) throw new RangeError(`the shard "${text}" has an invalid index; 0 to ${total - 1} are valid`);
  return { index, count: total };
}

/**
 * Whether a shard polls a host. Rendezvous hashing: each host belongs to the shard with the highest score, so an
 * additional shard takes an even part of the hosts, and no other host moves. All processes, also of other versions,
 * must agree; tests pin the function.
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

/**
 * The server of a cluster that polls a host, by rendezvous hashing over the names of the servers: the loss of a server
 * moves only its own hosts, evenly over the others. Returns undefined if there is no server. All processes, also of
 * other versions, must agree; tests pin the function.
 */
export function rendezvous(servers: Iterable<string>): (hostName: string) => string | undefined {
  const keys = [...new Set(servers)].sort().map((name) => [name, mix(fnv1a(name))] as const);
  return (hostName) => {
    const host = fnv1a(hostName);
    let owner: string | undefined;
    let best = -1;
    for (const [name, key] of keys) {
      const score = mix(host ^ key);
      if (score > best) {
        best = score;
        owner = name;
      }
    }
    return owner;
  };
}

/** FNV-1a, 32 bits, over the bytes of UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3: each input bit changes half of the output bits. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
