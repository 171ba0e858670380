/**
 * Time within its interval at which a host is polled, 0 <= phase < interval. FNV-1a of the name, then the finaliser of
 * MurmurHash3: FNV alone gives names that differ only in their last digits, as in a rack, similar phases.
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
  // Rounding of the division may give a point that is not later. The next one is.
  return next > time ? next : next + intervalMs;
}
