/**
 * Pseudo-random numbers from a seed (mulberry32), so that a failure can be repeated: put the seed of
 * the failure message into SEED.
 */
export function seededRandom(): { readonly random: () => number; readonly seed: number } {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 0x1_0000_0000)) >>> 0;
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return { random, seed };
}
