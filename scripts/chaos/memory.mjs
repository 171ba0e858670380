/**
 * What memory held at calm points between turns of disturbance tells of a leak.
 *
 * A turn is a second: a reload, a fault, forty probes. Heap and what hangs outside it are looked at after a
 * collection, so that what is left is held by something; 24 KiB a turn find a leak of 50 KiB a reload or of 1 KiB a
 * probe. Outside there are the texts of the hosts, which come and go with them. Resident memory finds what neither
 * counts, and moves more: the allocator and V8 give back what they like.
 */
export const LIMITS = { heap: 24 * 1024, external: 64 * 1024, rss: 128 * 1024 };
/** Fewer turns a stage than these say nothing: what caches and compiled code take is more. */
const FEWEST_TURNS = 15;
/** The start, and the first stage: caches fill, code is compiled. */
const WARM_UP = 2;
const FEWEST_POINTS = 3;

/**
 * Bytes that were added by each turn, by least squares over the calm points after the warm-up.
 *
 * @param points one at the start and one after each stage: `turns` so far, and bytes under `key`
 * @returns undefined where the run was too short to tell
 */
export function growthPerTurn(points, key) {
  const later = points.slice(WARM_UP);
  if (later.length < FEWEST_POINTS) return undefined;
  const stages = later.length - 1;
  if (later[stages].turns - later[0].turns < FEWEST_TURNS * stages) return undefined;
  const mean = (of) => later.reduce((sum, point) => sum + of(point), 0) / later.length;
  const [x, y] = [mean((point) => point.turns), mean((point) => point[key])];
  const spread = mean((point) => (point.turns - x) ** 2);
  return mean((point) => (point.turns - x) * (point[key] - y)) / spread;
}
