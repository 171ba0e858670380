/** Reads figures of a running exporter: CPU and memory of its process, its own metrics, and when its hosts were read. */
import { readFileSync } from "node:fs";

/** USER_HZ, fixed on Linux. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds so far and resident bytes of a process; Linux only.
 *
 * @param withChildren also counts the CPU time of children it has waited for
 */
export function usage(pid, { withChildren = false } = {}) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, withChildren ? 15 : 13).reduce((sum, field) => sum + Number(field), 0);
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return { cpu: ticks / TICKS_PER_SECOND, rss: Number(rss?.[1] ?? 0) * 1024 };
}

/** The body of a response. @throws Error for any status but 2xx */
export async function text(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** The exporter's own metrics, in one object. */
export async function readSelf(exporterUrl) {
  const exposition = await text(`${exporterUrl}/metrics/self`);
  const value = (series) => Number(new RegExp(`^${series} (\\S+)$`, "m").exec(exposition)?.[1] ?? 0);
  const outcomes = {};
  for (const [, outcome, n] of exposition.matchAll(/^lightsout_polls_total\{outcome="(\w+)"\} (\S+)$/gm)) {
    outcomes[outcome] = Number(n);
  }
  return {
    ok: outcomes.ok ?? 0,
    outcomes,
    late: value("lightsout_polls_late_total"),
    skipped: value("lightsout_polls_skipped_total"),
    queue: value("lightsout_queue_depth"),
    sdr: value('lightsout_commands_total\\{command="Get SDR"\\}'),
    sessions: value("lightsout_sessions_open"),
    loopP99: value('lightsout_event_loop_delay_seconds\\{statistic="p99"\\}'),
    loopMax: value('lightsout_event_loop_delay_seconds\\{statistic="max"\\}'),
    heap: value("nodejs_heap_size_used_bytes"),
  };
}

const LAST_SUCCESS = "bmc_last_success_timestamp_seconds";
const LINE_OF_IT = new RegExp(`^${LAST_SUCCESS}\\{host="([^"]*)".*\\} (\\S+)$`, "gm");
const NEW_LINE = 0x0a;

/**
 * Reads /metrics as Prometheus does. Returns the time to the first and to the last byte, the size, when each host was
 * last read successfully (s since 1970), and how old its readings are (s).
 *
 * @param slices number of scrapes, one after another, each of a part of the fleet. A single scrape of twenty thousand
 *   hosts is more than a gigabyte, and the exporter disconnects clients that take minutes to read
 */
export async function readFleet(exporterUrl, slices = 1) {
  const begin = performance.now();
  const ages = new Map();
  const successes = new Map();
  let first = 0;
  let bytes = 0;
  for (let i = 0; i < slices; i++) {
    const query = slices === 1 ? "" : `?slice=${i}/${slices}`;
    const slice = await readSlice(`${exporterUrl}/metrics${query}`, (host, at, now) => {
      successes.set(host, at);
      ages.set(host, Math.max(0, now - at));
    });
    first ||= slice.first;
    bytes += slice.bytes;
  }
  return { first, ms: performance.now() - begin, bytes, ages, successes };
}

/** @param read called for each host that was read, with its name, the time of the reading and the current time */
async function readSlice(url, read) {
  const begin = performance.now();
  const nowSeconds = Date.now() / 1000;
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  let first = 0;
  let bytes = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of response.body) {
    first ||= performance.now() - begin;
    bytes += chunk.length;
    const piece = Buffer.concat([rest, chunk]);
    const end = piece.lastIndexOf(NEW_LINE) + 1;
    rest = piece.subarray(end);
    // Few pieces contain this family. The others, up to a gigabyte, are not converted to strings.
    if (!piece.includes(LAST_SUCCESS)) continue;
    for (const [, host, at] of piece.toString("latin1", 0, end).matchAll(LINE_OF_IT)) {
      read(host, Number(at), nowSeconds);
    }
  }
  return { first, bytes };
}

/** How many hosts are requested by name at once: a query of a few kilobytes. */
const NAMES = 200;

/** When each of these hosts was last read successfully, s since 1970; without hosts that never were. */
export async function readHosts(exporterUrl, names) {
  const successes = new Map();
  for (let i = 0; i < names.length; i += NAMES) {
    const query = names.slice(i, i + NAMES).map((name) => `host=${encodeURIComponent(name)}`);
    await readSlice(`${exporterUrl}/metrics?${query.join("&")}`, (host, at) => successes.set(host, at));
  }
  return successes;
}

/** The largest age among these hosts, s; Infinity if one was never read. */
export const oldest = (ages, names) => names.reduce((most, name) => Math.max(most, ages.get(name) ?? Infinity), 0);
