/**
 * Where inside its interval a host is asked, 0 <= phase < interval. FNV-1a of the name, mixed once more
 * (MurmurHash3's finaliser) because FNV alone leaves names that differ only in their last digits, as the
 * names of a rack do, in clusters.
 */
export function phaseOf(name: string, intervalMs: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash ^= name.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) / 2 ** 32) * intervalMs;
}

/** First point of phase + k * interval that is later than `time`; all on the same scale. */
export function nextOnGrid(time: number, intervalMs: number, phaseMs: number): number {
  const next = (Math.floor((time - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
  // The division of an epoch time can round so that the point is not later; the one after it is.
  return next > time ? next : next + intervalMs;
}
