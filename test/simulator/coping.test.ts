import { describe, expect, it } from "vitest";
import { NetFn } from "../../src/ipmi/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import {
  badChecksums,
  badIntegrity,
  completionCodes,
  duplication,
  endlessSdr,
  fullSel,
  garbage,
  hung,
  latency,
  lockedOut,
  loss,
  lostReservations,
  lostSessions,
  movingClock,
  noWholeSdrReads,
  oddSequences,
  reboot,
  recordIdMismatch,
  refusedLogin,
  reordering,
  repeatedRequestsRefused,
  type Scenario,
  sessionsTaken,
  smallReads,
  strayAddress,
  wedged,
  wrongLengths,
} from "../../src/simulator/index.ts";
import { INTERVAL_MS, pollerOf } from "./polled-bmc.ts";

const ROUNDS = 5;
const SENSORS = 40;

interface Options {
  readonly password?: string;
  readonly ipmi20?: boolean;
}

/** "whole", or why not: of the poll, or of the parts that failed. */
function outcomeOf({ up, failure, parts, sensors = [], frus = [] }: HostSnapshot): string {
  if (!up) return failure?.reason ?? "down";
  const failed = parts.filter((p) => !p.ok).map((p) => `${p.part}: ${p.failure?.reason}`);
  if (failed.length > 0) return failed.join();
  return sensors.length >= SENSORS && frus.length > 0 ? "whole" : `${sensors.length} sensors, ${frus.length} frus`;
}

/** Polls a BMC as the exporter does, a few rounds at a minute's distance. */
async function rounds(scenarios: readonly Scenario[], options: Options = {}): Promise<readonly string[]> {
  const { password, ipmi20 = true } = options;
  const poller = pollerOf({ board: { channel: { ipmi20 } }, scenarios, password });
  const outcomes: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const end = poller.clock.monotonicMs() + INTERVAL_MS;
    const snapshot = await poller.tryPoll();
    outcomes.push(snapshot ? outcomeOf(snapshot) : "hung");
    await poller.clock.advance(end - poller.clock.monotonicMs());
  }
  await poller.close();
  return outcomes;
}

const storage = (command: number) => ({ netFn: NetFn.Storage, command });
const OLD = { ipmi20: false } as const;

describe("the poller", () => {
  // biome-ignore format: a table
  const copes: [what: string, scenarios: readonly Scenario[], byRound: number, options?: Options][] = [
    ["nothing wrong", [], 1],
    ["nothing wrong with IPMI 1.5", [], 1, OLD],
    ["latency of 40 ms", [latency({ meanMs: 40 })], 1],
    ["latency with a heavy tail", [latency({ meanMs: 40, distribution: "heavy_tailed", mostMs: 3000 })], 2],
    ["latency of 40 ms with IPMI 1.5", [latency({ meanMs: 40 })], 1, OLD],
    ["loss", [loss({ probability: 0.05 })], 3],
    ["loss with IPMI 1.5", [loss({ probability: 0.05 })], 3, OLD],
    ["duplication", [duplication({ probability: 1, delayMs: 30 })], 1],
    ["duplication with IPMI 1.5", [duplication({ probability: 1, delayMs: 30 })], 1, OLD],
    ["reordering", [latency({ meanMs: 5 }), reordering({ probability: 0.02, holdMs: 400 })], 2],
    ["stray addresses", [strayAddress({ probability: 0.02 })], 2],
    ["bad checksums", [badChecksums({ probability: 1 })], 1],
    ["bad integrity codes", [badIntegrity({ probability: 0.03 })], 2],
    ["odd sequence numbers", [oddSequences({ skip: 0.5, skipBy: 1 })], 1],
    ["garbage", [garbage({ probability: 0.5 })], 1],
    ["lost reservations", [noWholeSdrReads({ answer: "refused" }), lostReservations({ probability: 0.05 })], 1],
    ["whole SDR reads refused", [noWholeSdrReads({ answer: "refused" })], 1],
    ["whole SDR reads with garbage", [noWholeSdrReads({ answer: "garbage" })], 1],
    ["whole SDR reads cut short", [noWholeSdrReads({ answer: "short" })], 1],
    ["whole SDR reads met with silence", [noWholeSdrReads({ answer: "silence" })], 2],
    ["small reads", [smallReads({ sdrBytes: 16, fruBytes: 8 })], 1],
    ["reads of three bytes of a FRU", [smallReads({ fruBytes: 3 })], 1],
    ["reads of three bytes of a FRU, cut short", [smallReads({ fruBytes: 3, refusal: "short" })], 1],
    ["a record refused once in the middle", [completionCodes({ filter: { ...storage(0x23), data: [0, 0, 10, 0] }, code: 0xcc, times: 1 })], 1],
    ["a record refused twice in the middle", [completionCodes({ filter: { ...storage(0x23), data: [0, 0, 10, 0] }, code: 0xcc, times: 2 })], 2],
    ["a time-out of the first record", [completionCodes({ filter: storage(0x23), code: 0xc3, times: 1 })], 1],
    ["busy now and then", [completionCodes({ filter: { netFn: NetFn.SensorEvent, command: 0x2d }, code: 0xc0, probability: 0.1 })], 2],
    ["a FRU that is busy (81h) twice", [completionCodes({ filter: storage(0x11), code: 0x81, times: 2 })], 1],
    ["a FRU that is busy (81h) longer", [completionCodes({ filter: storage(0x11), code: 0x81, times: 4 })], 2],
    ["bytes too many", [wrongLengths({ filter: storage(0x40), by: 12 })], 1],
    ["info about the event log that is too short", [wrongLengths({ filter: storage(0x40), by: -3 })], 1],
    ["lost sessions", [lostSessions({ everyRequests: 60 })], 1],
    ["a full event log", [fullSel()], 2],
    ["a moving clock", [movingClock({ offsetSeconds: -86_400, driftSecondsPerHour: 60 })], 1],
    ["record ids that do not match", [recordIdMismatch({ probability: 0.3 })], 1],
    ["an endless SDR repository", [endlessSdr({ followedBy: "first" })], 1],
    ["a restart", [reboot({ afterMs: 70_000, durationMs: 40_000 })], 4],
    ["a burst that wedges it", [wedged({ packets: 2000, withinMs: 1000, forMs: 60_000 })], 1],
    ["sessions taken for a while", [sessionsTaken({ forMs: 90_000 })], 4],
    ["a suite refused once", [refusedLogin({ step: "open_session", status: 0x11, times: 1 })], 1],
    ["slow answers, repetitions refused", [latency({ meanMs: 60, distribution: "uniform" }), repeatedRequestsRefused()], 1],
  ];

  it.each(copes)("reads all parts in spite of %s", async (_what, scenarios, byRound, options) => {
    const outcomes = await rounds(scenarios, options);
    const settled = outcomes.slice(byRound - 1);
    expect(settled, outcomes.join("; ")).toEqual(settled.map(() => "whole"));
  });

  // biome-ignore format: a table
  const reasons: [what: string, scenarios: readonly Scenario[], reason: string, options?: Options][] = [
    ["a dead BMC", [hung({ what: "everything" })], "no_answer"],
    ["answers from elsewhere", [strayAddress({ probability: 1 })], "no_answer"],
    ["noise only", [garbage({ probability: 1, instead: true })], "protocol_error"],
    ["sessions that hang", [hung({ what: "sessions" })], "timeout"],
    ["a wrong password", [], "wrong_password", { password: "wrong" }],
    ["a wrong password with IPMI 1.5", [], "wrong_password", { password: "wrong", ipmi20: false }],
    ["a wrong password and 1.1 s with IPMI 1.5", [latency({ meanMs: 1100 })], "wrong_password", { password: "wrong", ipmi20: false }],
    ["all sessions taken", [sessionsTaken()], "no_free_session"],
    ["all sessions taken with IPMI 1.5", [sessionsTaken()], "no_free_session", OLD],
    ["an unknown user", [refusedLogin({ step: "rakp1", status: 0x0d })], "unknown_user"],
    ["a locked account", [refusedLogin({ step: "rakp1", status: 0x0d }), lockedOut({ attempts: 1, forMs: 3_600_000 })], "unknown_user"],
    ["no suite in common", [refusedLogin({ step: "open_session", status: 0x11 })], "no_cipher_suite"],
    ["a FRU that is busy for ever", [completionCodes({ filter: storage(0x11), code: 0x81 })], "inventory: bmc_busy"],
    ["a FRU that gives nothing at once", [smallReads({ fruBytes: 0 })], "inventory: protocol_error"],
  ];

  it.each(reasons)("reports the reason for %s", async (_what, scenarios, reason, options) => {
    const outcomes = await rounds(scenarios, options);
    expect(outcomes).toEqual(outcomes.map(() => reason));
  });

  it.each([1100, 1600, 2500, 3000])(
    "never reports a password, cipher suite or session problem for a BMC that takes %i ms",
    async (meanMs) => {
      for (const options of [{}, OLD]) {
        const outcomes = await rounds([latency({ meanMs })], options);
        // Too slow to be read whole in the time of a poll; what was read is there.
        expect(outcomes.filter((o) => /password|suite|session|user/.test(o))).toEqual([]);
        expect(outcomes.slice(1).filter((o) => o === "hung" || o === "no_answer")).toEqual([]);
      }
    },
  );
});
