/** What came of a chaos: figures to read, and what must be true. */
import { growthPerTurn, LIMITS } from "./memory.mjs";

const MiB = 2 ** 20;
const MORE_FILES = 8;
/** Of one a reload there would be hundreds. */
const MORE_THREADS = 2;
const MORE_WATCHES = 2;
/** One BMC cannot have two conversations in one socket: one is closed while the next begins. */
const MORE_SOCKETS = 2;
const LONGEST_STOP_MS = 3000;
/** Of a run too short to tell a leak from a warm-up: bytes that may be held afterwards more than before, and resident. */
const SHORT = { heap: 16 * MiB, external: 16 * MiB, rss: 64 * MiB };

const mib = (bytes) => `${Math.round(bytes / MiB)} MiB`;
const udpOf = ({ resources }) => resources.UDPWrap ?? 0;
const counted = (counts) =>
  Object.entries(counts)
    .map(([what, n]) => `${n} ${what}`)
    .join(", ");

const worstOf = ({ seen, before }, key) => Math.max(...seen.map((s) => s[key]), before[key]);

/** Lowest of each fifth of what was seen. */
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
    ["done", counted(counts) + (hasLimits ? "" : " (no prlimit: the disk was never full)")],
    ["polls that were good", after.ok - before.ok],
    ["resident memory: before, lowest of each fifth, most", course("rss")],
    ["heap: the same", course("heap")],
    ["outside the heap: the same", course("external")],
    ["resident after a collection: before, after each stage", row("rss")],
    ["heap, the same", row("heap")],
    ["outside the heap, the same", row("external")],
    ["threads; watched folders; the same", `${row("threads", String)}; ${row("watches", String)}`],
    ["what the event loop waits for at last", counted(points.at(-1).resources)],
    ["open files: before, most, after", [before.files, worst("files"), after.files].join(", ")],
    [
      "sessions: before, most, after; on the BMCs",
      `${before.sessions}, ${worst("sessions")}, ${after.sessions}; ${sessions}`,
    ],
    ["event loop: p99, longest", `${Math.round(worst("loopP99Ms"))} ms, ${Math.round(worst("loopMs"))} ms`],
    ["calm after, at most", `${calmS.toFixed(1)} s`],
    ["state files, events", `${saved}, ${events.lines}`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(56)} ${figure}`);
}

/** May not grow by more than so much a turn, or, in a short run, not be much more than before. */
function memoryVerdict(key, what, points) {
  const growth = growthPerTurn(points, key);
  if (growth !== undefined) {
    const told = `${what} ${(growth / 1024).toFixed(1)} KiB more with each turn, ${LIMITS[key] / 1024} KiB allowed`;
    return [growth < LIMITS[key], told];
  }
  const more = points.at(-1)[key] - points[0][key];
  return [
    more < SHORT[key],
    `${what} ${(more / MiB).toFixed(1)} MiB more than before, ${SHORT[key] / MiB} MiB allowed`,
  ];
}

/** What must be true, each with a sentence. */
export function verdictOf(result) {
  const { before, after, points, files, sessions, mostSessions, stuck, said, saved, halfWritten, events } = result;
  const [first, last] = [points[0], points.at(-1)];
  const longest = worstOf(result, "loopMs");
  return [
    [result.code === 0, `the exporter ended with ${result.code}`],
    [said === undefined, `an error of its own: ${said ?? "none"}`],
    [stuck.length === 0, `${stuck.length} healthy hosts not read for two intervals ${stuck.slice(0, 5)}`],
    memoryVerdict("heap", "heap", points),
    memoryVerdict("external", "outside the heap", points),
    memoryVerdict("rss", "resident memory", points),
    [last.threads <= first.threads + MORE_THREADS, `${first.threads} -> ${last.threads} threads`],
    [udpOf(last) <= udpOf(first) + MORE_SOCKETS, `${udpOf(first)} -> ${udpOf(last)} sockets for BMCs`],
    [last.watches <= first.watches + MORE_WATCHES, `${first.watches} -> ${last.watches} watched folders`],
    [after.files <= before.files + MORE_FILES, `${before.files} -> ${after.files} open files ${files}`],
    [after.sessions <= result.hosts, `${after.sessions} sessions with ${result.hosts} hosts`],
    [sessions <= mostSessions, `${sessions} sessions on ${result.hosts} BMCs`],
    [after.queue <= result.hosts, `${after.queue} polls waiting`],
    [longest < LONGEST_STOP_MS, `the event loop stood still for ${Math.round(longest)} ms`],
    [events.broken.length === 0, `${events.broken.length} broken lines of events ${events.broken.slice(0, 1)}`],
    [saved >= result.healthy && halfWritten === 0, `${saved} state files, ${halfWritten} half-written ones`],
  ];
}
