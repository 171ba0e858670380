/** Report of a chaos run: figures, and checks. */
import { growthPerTurn, LIMITS } from "./memory.mjs";

const MiB = 2 ** 20;
const MORE_FILES = 8;
/** A leak of one per reload would make hundreds. */
const MORE_THREADS = 2;
const MORE_WATCHES = 2;
/** A closing conversation and the next one with the same BMC need two sockets. */
const MORE_SOCKETS = 2;
const LONGEST_STOP_MS = 3000;
/** Allowed growth in a run that is too short to tell a leak from a warm-up, bytes. */
const SHORT = { heap: 16 * MiB, external: 16 * MiB, rss: 64 * MiB };

const mib = (bytes) => `${Math.round(bytes / MiB)} MiB`;
const udpOf = ({ resources }) => resources.UDPWrap ?? 0;
const counted = (counts) =>
  Object.entries(counts)
    .map(([what, n]) => `${n} ${what}`)
    .join(", ");

const worstOf = ({ seen, before }, key) => Math.max(...seen.map((s) => s[key]), before[key]);

/** Lowest sample of each fifth of the run. */
function lowsOf({ seen }, key) {
  return [0, 1, 2, 3, 4].map((fifth) => {
    const part = seen.slice(Math.floor((fifth * seen.length) / 5), Math.floor(((fifth + 1) * seen.length) / 5));
    return Math.min(...part.map((s) => s[key]));
  });
}

export function printFigures(result) {
  const { before, after, points, sessions, calmS, disturbances, events, saved } = result;
  const { counts, hasLimits } = disturbances;
  const worst = (key) => worstOf(result, key);
  const course = (key) => [before[key], ...lowsOf(result, key), worst(key)].map(mib).join(", ");
  const row = (key, show = mib) => points.map((at) => show(at[key])).join(", ");
  const rows = [
    ["disturbances", counted(counts) + (hasLimits ? "" : " (without prlimit the disk was never full)")],
    ["successful polls", after.ok - before.ok],
    ["resident memory: before, lowest of each fifth, highest", course("rss")],
    ["heap: as above", course("heap")],
    ["external memory: as above", course("external")],
    ["resident memory after a collection: before, after stages", row("rss")],
    ["heap, as above", row("heap")],
    ["external memory, as above", row("external")],
    ["threads; watched folders, as above", `${row("threads", String)}; ${row("watches", String)}`],
    ["active resources of the event loop at the end", counted(points.at(-1).resources)],
    ["open files: before, highest, after", [before.files, worst("files"), after.files].join(", ")],
    [
      "sessions: before, highest, after; on the BMCs",
      `${before.sessions}, ${worst("sessions")}, ${after.sessions}; ${sessions}`,
    ],
    ["event loop delay: p99, highest", `${Math.round(worst("loopP99Ms"))} ms, ${Math.round(worst("loopMs"))} ms`],
    ["events that wait for an Alertmanager: highest, after", `${worst("waiting")}, ${after.waiting}`],
    ["longest time to recover", `${calmS.toFixed(1)} s`],
    ["state files, events", `${saved}, ${events.lines}`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(56)} ${figure}`);
}

/** Checks the growth per turn, or in a short run the growth in total. */
function memoryVerdict(key, what, points) {
  const growth = growthPerTurn(points, key);
  if (growth !== undefined) {
    const text = `${what} grows by ${(growth / 1024).toFixed(1)} KiB per turn, ${LIMITS[key] / 1024} KiB allowed`;
    return [growth < LIMITS[key], text];
  }
  const more = points.at(-1)[key] - points[0][key];
  return [more < SHORT[key], `${what} grew by ${(more / MiB).toFixed(1)} MiB, ${SHORT[key] / MiB} MiB allowed`];
}

/** Checks, each with a sentence. */
export function verdictOf(result) {
  const { before, after, points, files, sessions, mostSessions, stuck, logged, saved, halfWritten, events } = result;
  const [first, last] = [points[0], points.at(-1)];
  const longest = worstOf(result, "loopMs");
  return [
    [result.code === 0, `the exporter exited with ${result.code}`],
    [logged === undefined, `internal error in the log: ${logged ?? "none"}`],
    [stuck.length === 0, `${stuck.length} healthy hosts not read for two intervals ${stuck.slice(0, 5)}`],
    memoryVerdict("heap", "heap", points),
    memoryVerdict("external", "external memory", points),
    memoryVerdict("rss", "resident memory", points),
    [last.threads <= first.threads + MORE_THREADS, `${first.threads} -> ${last.threads} threads`],
    [udpOf(last) <= udpOf(first) + MORE_SOCKETS, `${udpOf(first)} -> ${udpOf(last)} sockets for BMCs`],
    [last.watches <= first.watches + MORE_WATCHES, `${first.watches} -> ${last.watches} watched folders`],
    [after.files <= before.files + MORE_FILES, `${before.files} -> ${after.files} open files ${files}`],
    [after.sessions <= result.hosts, `${after.sessions} sessions with ${result.hosts} hosts`],
    [sessions <= mostSessions, `${sessions} sessions on ${result.hosts} BMCs`],
    [after.queue <= result.hosts, `${after.queue} queued polls`],
    [longest < LONGEST_STOP_MS, `the event loop was blocked for ${Math.round(longest)} ms at most`],
    [events.broken.length === 0, `${events.broken.length} invalid lines in the event log ${events.broken.slice(0, 1)}`],
    [saved >= result.healthy && halfWritten === 0, `${saved} state files, ${halfWritten} half-written ones`],
  ];
}
