/** Dates before this one count from the start of a BMC whose clock was not set: 1 January 1987. */
const LAST_RELATIVE_MS = 0x20000000 * 1000;

const DATE = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** A point in time: a date, or seconds since the start of a BMC that does not know the date. */
export type RedfishTime = { readonly epochMs: number } | { readonly secondsSinceStart: number };

/**
 * The time in a text of ISO 8601, e.g. `Created` of a log entry. Undefined for what is no date, e.g.
 * "0000-00-00T00:00:00Z" of iLO 6.
 *
 * @param zone offset for texts without one, e.g. "+02:00"; absent: UTC
 */
export function timeOf(text: string | undefined, zone?: string): RedfishTime | undefined {
  const match = text === undefined ? null : DATE.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", offset] = match;
  const number = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number(year) < 1970 || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31)
    return undefined;
  const ms = number + Math.floor(Number(`0${fraction}`) * 1000) - offsetMs(offset ?? zone);
  return ms < LAST_RELATIVE_MS ? { secondsSinceStart: Math.max(0, Math.floor(ms / 1000)) } : { epochMs: ms };
}

/** The offset of a zone from UTC. UTC for "Z", and for what is no zone: Cray writes "0". */
function offsetMs(zone: string | undefined): number {
  const match = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})$/.exec(zone.trim());
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}
