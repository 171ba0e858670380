/**
 * Finds leaks from the memory in use at calm points between turns of disturbances.
 *
 * A turn is a second: a reload, a fault, forty probes. Heap and external memory are measured after a garbage
 * collection. 24 KiB per turn find a leak of 50 KiB per reload, or of 1 KiB per probe. External memory holds the
 * prepared texts of the hosts, which change with the hosts. Resident memory finds leaks outside of both, and varies
 * more: allocator and V8 do not return all memory.
 */
export const LIMITS = { heap: 24 * 1024, external: 64 * 1024, rss: 128 * 1024 };
/** With fewer turns per stage, caches and compiled code take more memory than a leak would. */
const FEWEST_TURNS = 15;
/** Points to skip: the start and the first stage, while caches fill and code is compiled. */
const WARM_UP = 2;
const FEWEST_POINTS = 3;

/**
 * Growth in bytes per turn, by least squares over the calm points after the warm-up.
 *
 * @param points one at the start and one after each stage: `turns` so far, and bytes under `key`
 * @returns undefined if the run was too short
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
