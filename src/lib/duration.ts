/** Durations in the format of Prometheus: `60s`, `1m30s`, `500ms`, `1d`; units in this order, each at most once. */
export const DURATION_PATTERN =
  /^(?:0|(?=\d)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?)$/;

const DAY_MS = 86_400_000;

const UNITS = [
  { name: "y", ms: 365 * DAY_MS, whole: true },
  { name: "w", ms: 7 * DAY_MS, whole: true },
  { name: "d", ms: DAY_MS, whole: true },
  { name: "h", ms: 3_600_000, whole: false },
  { name: "m", ms: 60_000, whole: false },
  { name: "s", ms: 1000, whole: false },
  { name: "ms", ms: 1, whole: false },
] as const;

/** The milliseconds of a duration; undefined for other text. A number without a unit is no duration, except 0. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (!match) return undefined;
  const total = UNITS.reduce((sum, unit, i) => sum + Number(match[i + 1] ?? 0) * unit.ms, 0);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest form in the format of Prometheus; years, weeks and days only if they divide the duration. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  if (rest === 0) return "0s";
  let text = "";
  for (const unit of UNITS) {
    if (unit.whole && rest % unit.ms !== 0) continue;
    const count = Math.floor(rest / unit.ms);
    if (count === 0) continue;
    text += `${count}${unit.name}`;
    rest -= count * unit.ms;
  }
  return text;
}
