import * as sim from "../../src/simulator/index.ts";

type Make = (random: sim.Random) => sim.Scenario;

const GET_SENSOR_READING = { netFn: 0x04, command: 0x2d };
const GET_SEL_INFO = { netFn: 0x0a, command: 0x40 };

/** A probability that is high enough to disturb and low enough to let polls succeed. */
const often = (random: sim.Random): number => 0.02 + 0.1 * random.next();

/**
 * Every scenario of the simulator, by the name of its function, with random parameters. A test fails if one is
 * missing here.
 */
export const MISFORTUNES: Readonly<Record<string, Make>> = {
  absentWatchdog: (r) => sim.absentWatchdog({ code: r.chance(0.5) ? 0xff : 0xc1 }),
  badChecksums: (r) => sim.badChecksums({ probability: often(r), everywhere: r.chance(0.5) }),
  badIntegrity: (r) => sim.badIntegrity({ probability: often(r) }),
  busySensors: (r) => sim.busySensors({ count: 1 + r.integer(20) }),
  completionCodes: (r) =>
    sim.completionCodes({ filter: GET_SENSOR_READING, code: r.chance(0.5) ? 0xc0 : 0xc3, probability: often(r) }),
  duplication: (r) => sim.duplication({ probability: often(r), delayMs: r.integer(500) }),
  endlessSdr: (r) => sim.endlessSdr({ followedBy: r.chance(0.5) ? "first" : "itself" }),
  fewBootParameters: () => sim.fewBootParameters(),
  fewSessions: (r) => sim.fewSessions({ count: 2 + r.integer(2) }),
  forgottenBootFlags: () => sim.forgottenBootFlags(),
  fullSel: () => sim.fullSel(),
  garbage: (r) => sim.garbage({ probability: often(r), instead: r.chance(0.5) }),
  hung: (r) =>
    sim.hung({ what: r.chance(0.5) ? "commands" : "sessions", afterRequests: r.chance(0.3) ? 0 : r.integer(500) }),
  infoWithoutData: (r) => sim.infoWithoutData({ of: r.chance(0.5) ? "all" : "sel" }),
  latency: (r) => sim.latency({ meanMs: 1 + r.integer(10), distribution: "heavy_tailed", mostMs: 2000 }),
  latePowerState: (r) => sim.latePowerState({ byMs: r.integer(5000) }),
  lockedOut: (r) => sim.lockedOut({ attempts: 2, forMs: 1000 + r.integer(4000) }),
  loggingDisabled: () => sim.loggingDisabled(),
  loss: (r) => sim.loss({ probability: often(r) }),
  lostControlAnswer: () => sim.lostControlAnswer(),
  lostReservations: (r) => sim.lostReservations({ probability: often(r) }),
  lostSessions: (r) => sim.lostSessions({ everyRequests: 40 + r.integer(200) }),
  manySensors: (r) => sim.manySensors({ count: 200 + r.integer(300) }),
  movingClock: (r) =>
    sim.movingClock({ offsetSeconds: -r.integer(90_000), jumpSeconds: r.integer(7200), jumpProbability: often(r) }),
  noPowerReading: () => sim.noPowerReading({ of: "all" }),
  noWholeSdrReads: (r) =>
    sim.noWholeSdrReads({ answer: (["refused", "garbage", "short", "silence"] as const)[r.integer(4)] ?? "short" }),
  oddRakp: (r) => sim.oddRakp({ way: r.chance(0.5) ? "zero_role" : "long_rakp2" }),
  oddSequences: (r) => sim.oddSequences({ repeat: often(r), skip: often(r), skipBy: 1 + r.integer(40) }),
  otherPassword: () => sim.otherPassword(),
  reboot: (r) => sim.reboot({ durationMs: 1000 + r.integer(3000), afterMs: r.integer(8000), everyMs: 9000 }),
  recordDuringClear: () => sim.recordDuringClear(),
  recordIdMismatch: (r) => sim.recordIdMismatch({ probability: often(r) }),
  refusedControl: () => sim.refusedControl(),
  refusedLogin: (r) => sim.refusedLogin({ step: "rakp3", status: 0x0f, times: r.chance(0.5) ? 1 : undefined }),
  reordering: (r) => sim.reordering({ probability: often(r), holdMs: 10 + r.integer(300) }),
  repeatedRequestsRefused: () => sim.repeatedRequestsRefused(),
  replacedBmc: (r) => sim.replacedBmc({ afterMs: 2000 + r.integer(6000), forMs: 1000 + r.integer(2000) }),
  reusedEntries: () => sim.reusedEntries(),
  scanningDisabled: (r) => sim.scanningDisabled({ of: r.chance(0.5) ? "fans" : "all" }),
  sessionsTaken: (r) => sim.sessionsTaken({ forMs: r.integer(8000) }),
  shortPasswords: () => sim.shortPasswords(),
  slowReset: (r) => sim.slowReset({ forMs: 1000 + r.integer(3000) }),
  smallReads: (r) =>
    sim.smallReads({ sdrBytes: 8 + r.integer(20), fruBytes: 8, refusal: r.chance(0.5) ? "short" : 0xca }),
  softIgnored: () => sim.softIgnored(),
  solEnds: (r) => sim.solEnds({ afterPackets: r.integer(20) }),
  solLostAcks: (r) => sim.solLostAcks({ probability: often(r) }),
  solNoRetries: () => sim.solNoRetries(),
  solOverrun: (r) => sim.solOverrun({ probability: often(r) }),
  solSizes: (r) => sim.solSizes({ report: (["swapped", "zero", "huge"] as const)[r.integer(3)] ?? "zero" }),
  solStrict: () => sim.solStrict(),
  solStuckOutput: () => sim.solStuckOutput(),
  stoppedLogTime: (r) => sim.stoppedLogTime({ of: r.chance(0.5) ? "addition" : "clock" }),
  strayAddress: (r) => sim.strayAddress({ probability: often(r) }),
  unpluggedFans: (r) => sim.unpluggedFans({ count: 1 + r.integer(4) }),
  unreadyLogin: (r) =>
    sim.unreadyLogin({ forMs: r.integer(5000), answer: r.chance(0.5) ? "unauthorised_name" : "wrong_code" }),
  weakerLogin: (r) => sim.weakerLogin({ afterMs: r.integer(8000), offers: r.chance(0.5) ? "ipmi15" : "no_integrity" }),
  wedged: (r) => sim.wedged({ packets: 60 + r.integer(100), withinMs: 500, forMs: 3000 }),
  wrongLengths: (r) =>
    sim.wrongLengths({ filter: GET_SEL_INFO, by: r.chance(0.5) ? -3 : 9, probability: 2 * often(r) }),
};

/** The names of `count` different misfortunes for one BMC. */
export function drawn(random: sim.Random, count: number): readonly string[] {
  const names = Object.keys(MISFORTUNES);
  return Array.from({ length: count }, () => names.splice(random.integer(names.length), 1)[0] ?? "");
}
