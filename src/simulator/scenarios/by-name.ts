import { nearest } from "../../lib/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { absentWatchdog } from "./absent-watchdog.ts";
import { badChecksums } from "./bad-checksums.ts";
import { badIntegrity } from "./bad-integrity.ts";
import { busySensors } from "./busy-sensors.ts";
import { completionCodes } from "./completion-codes.ts";
import { duplication } from "./duplication.ts";
import { endlessSdr } from "./endless-sdr.ts";
import { fewBootParameters } from "./few-boot-parameters.ts";
import { fewSessions } from "./few-sessions.ts";
import { forgottenBootFlags } from "./forgotten-boot-flags.ts";
import { fullSel } from "./full-sel.ts";
import { garbage } from "./garbage.ts";
import { hung } from "./hung.ts";
import { infoWithoutData } from "./info-without-data.ts";
import { latePowerState } from "./late-power-state.ts";
import { latency } from "./latency.ts";
import { lockedOut } from "./locked-out.ts";
import { loggingDisabled } from "./logging-disabled.ts";
import { loss } from "./loss.ts";
import { lostControlAnswer } from "./lost-control-answer.ts";
import { lostReservations } from "./lost-reservations.ts";
import { lostSessions } from "./lost-sessions.ts";
import { manySensors } from "./many-sensors.ts";
import { movingClock } from "./moving-clock.ts";
import { noPowerReading, POWER_FIELDS } from "./no-power-reading.ts";
import { oddRakp } from "./odd-rakp.ts";
import { oddSequences } from "./odd-sequences.ts";
import { otherPassword } from "./other-password.ts";
import { reboot } from "./rebooting.ts";
import { recordDuringClear } from "./record-during-clear.ts";
import { recordIdMismatch } from "./record-id-mismatch.ts";
import { refusedControl } from "./refused-control.ts";
import { refusedLogin, sessionsTaken } from "./refused-login.ts";
import { reordering } from "./reordering.ts";
import { repeatedRequestsRefused } from "./repeated-requests.ts";
import { replacedBmc } from "./replaced-bmc.ts";
import { reusedEntries } from "./reused-entries.ts";
import { DISABLED_SENSORS, scanningDisabled } from "./scanning-disabled.ts";
import {
  type Argument,
  argumentValue,
  bytes,
  type Choice,
  type Count,
  choice,
  count,
  type Hex,
  probability,
  type ValueOf,
} from "./scenario-argument.ts";
import { shortPasswords } from "./short-passwords.ts";
import { slowReset } from "./slow-reset.ts";
import { smallReads } from "./small-reads.ts";
import { softIgnored } from "./soft-ignored.ts";
import { solEnds } from "./sol-ends.ts";
import { solLostAcks } from "./sol-lost-acks.ts";
import { solNoRetries } from "./sol-no-retries.ts";
import { solOverrun } from "./sol-overrun.ts";
import { solSizes } from "./sol-sizes.ts";
import { solStrict } from "./sol-strict.ts";
import { solStuckOutput } from "./sol-stuck-output.ts";
import { stoppedLogTime } from "./stopped-log-time.ts";
import { strayAddress } from "./stray-address.ts";
import { unpluggedFans } from "./unplugged-fans.ts";
import { unreadyLogin } from "./unready-login.ts";
import { weakerLogin } from "./weaker-login.ts";
import { wedged } from "./wedged.ts";
import { noWholeSdrReads } from "./whole-sdr-reads.ts";
import { wrongLengths } from "./wrong-lengths.ts";

/** A scenario with its name and argument, as lists show it. */
interface NamedScenario {
  /** With hyphens, stable. */
  readonly name: string;
  /** What goes wrong, in a few words. */
  readonly title: string;
  /** Absent: the scenario takes no argument. */
  readonly argument?: Argument;
  /** @throws RangeError for an invalid argument; the message says what is allowed */
  make(argument?: string): Scenario;
}

function plain(name: string, title: string, make: () => Scenario): NamedScenario {
  return {
    name,
    title,
    make(written) {
      if (written !== undefined) throw new RangeError(`${name} takes no argument`);
      return make();
    },
  };
}

function one<A extends Count | Choice | Hex>(
  name: string,
  title: string,
  argument: A,
  make: (value: ValueOf<A>) => Scenario,
): NamedScenario {
  return { name, title, argument, make: (written) => make(argumentValue(name, argument, written)) };
}

/** Sequence numbers left out where it skips. */
const SKIP_BY = 1;
const MINUTE_MS = 60_000;

/** Every misbehaviour of BMCs and of the network in front of them, by name. */
export const SCENARIOS: readonly NamedScenario[] = [
  one(
    "absent-watchdog",
    "the BMC has no watchdog and refuses its commands with this code",
    bytes("c1", 1),
    ([code = 0]) => absentWatchdog({ code }),
  ),
  one("bad-checksums", "the second checksum of messages is wrong", probability(1), (p) =>
    badChecksums({ probability: p }),
  ),
  one("bad-integrity", "integrity codes of packets are wrong", probability(0.03), (p) =>
    badIntegrity({ probability: p }),
  ),
  one("busy-sensors", "sensors of empty DIMM sockets always answer C0h, node busy", count(48, 1, 254, "sensors"), (n) =>
    busySensors({ count: n }),
  ),
  one(
    "completion-code",
    "a command is refused: network function, command, completion code",
    bytes("04/2d/c0", 3),
    ([netFn = 0, command = 0, code = 0]) => completionCodes({ filter: { netFn, command }, code }),
  ),
  one("duplication", "each response arrives twice", probability(1), (p) =>
    duplication({ probability: p, delayMs: 30 }),
  ),
  one("endless-sdr", "the last SDR is followed by the first, or by itself", choice("first", "itself"), (followedBy) =>
    endlessSdr({ followedBy }),
  ),
  plain("few-boot-parameters", "boot option parameters 0 and 4 are refused with 80h", fewBootParameters),
  one("few-sessions", "a login is refused while this many sessions are open", count(2, 1, 63), (sessions) =>
    fewSessions({ count: sessions }),
  ),
  plain("forgotten-boot-flags", "boot flags are accepted and read back as zeros", forgottenBootFlags),
  plain("full-sel", "the event log has been full for a long time", fullSel),
  one("garbage", "meaningless packets arrive before responses", probability(0.5), (p) => garbage({ probability: p })),
  one("hung", "the firmware has crashed", choice("everything", "sessions", "commands"), (what) => hung({ what })),
  one(
    "info-without-data",
    "commands that describe a repository succeed and return no data",
    choice("all", "sdr", "device_sdr", "sel", "fru"),
    (of) => infoWithoutData({ of }),
  ),
  one("late-power-state", "the power state follows Chassis Control after this time", count(30, 0, 3600, "s"), (s) =>
    latePowerState({ byMs: s * 1000 }),
  ),
  one("latency", "mean response time, exponentially distributed", count(40, 0, 60_000, "ms"), (meanMs) =>
    latency({ meanMs, distribution: "exponential" }),
  ),
  one(
    "latency-tail",
    "mean response time; most responses are fast, a few are very slow",
    count(40, 0, 60_000, "ms"),
    (meanMs) => latency({ meanMs, distribution: "heavy_tailed" }),
  ),
  one("locked-out", "after this many failed logins all logins are refused for 5 min", count(3, 1, 100), (attempts) =>
    lockedOut({ attempts, forMs: 5 * MINUTE_MS }),
  ),
  plain("logging-disabled", "event logging is off in the global enables of the BMC", loggingDisabled),
  one("loss", "packets get lost", probability(0.1), (p) => loss({ probability: p })),
  plain("lost-control-answer", "Chassis Control is done, and its answer is lost", lostControlAnswer),
  one("lost-reservations", "another console cancels reservations of SDR and SEL", probability(0.1), (p) =>
    lostReservations({ probability: p }),
  ),
  one("lost-sessions", "all sessions are lost after every N requests", count(60, 1, 1_000_000), (everyRequests) =>
    lostSessions({ everyRequests }),
  ),
  one("many-sensors", "the repository holds this many full sensor records", count(65_534, 1, 65_534, "records"), (n) =>
    manySensors({ count: n }),
  ),
  one(
    "moving-clock",
    "offset of the BMC's clock; negative is behind",
    count(-86_400, -(10 ** 9), 10 ** 9, "s"),
    (offsetSeconds) => movingClock({ offsetSeconds }),
  ),
  one("no-power-reading", "DCMI answers FFFFh for power, statistics and limit", choice("all", ...POWER_FIELDS), (of) =>
    noPowerReading({ of }),
  ),
  one(
    "odd-rakp",
    "login codes are not computed as the specification says",
    choice(
      "role_without_lookup_bit",
      "zero_role",
      "padded_user_name",
      "long_rakp2",
      "short_rakp2",
      "rakp4_by_integrity",
      "password_16",
      "privilege_refused",
    ),
    (way) => oddRakp({ way }),
  ),
  one("odd-sequences", "session sequence numbers are skipped", probability(0.5), (skip) =>
    oddSequences({ skip, skipBy: SKIP_BY }),
  ),
  plain("other-password", "a new password is accepted, and logins need the earlier one", otherPassword),
  one("reboot", "the BMC restarts every N seconds and is down for a minute", count(600, 61, 10 ** 6, "s"), (s) =>
    reboot({ afterMs: s * 1000, everyMs: s * 1000, durationMs: MINUTE_MS }),
  ),
  plain("record-during-clear", "a record arrives while the event log is erased", recordDuringClear),
  one("record-id-mismatch", "SDRs carry another record id than the one requested", probability(0.3), (p) =>
    recordIdMismatch({ probability: p }),
  ),
  plain("refused-control", "Chassis Control is refused with D5h", refusedControl),
  one("refused-login", "RAKP message 2 refuses the login with this status", bytes("0d", 1), ([status = 0]) =>
    refusedLogin({ step: "rakp1", status }),
  ),
  one("reordering", "responses overtake one another", probability(0.1), (p) =>
    reordering({ probability: p, holdMs: 400 }),
  ),
  plain("repeated-requests", "a repeated request is refused with CFh", repeatedRequestsRefused),
  plain("reused-entries", "new events overwrite old ones, and the number of entries stays the same", reusedEntries),
  one("scanning-disabled", "sensors have scanning disabled and return a raw value", choice(...DISABLED_SENSORS), (of) =>
    scanningDisabled({ of }),
  ),
  one(
    "replaced-bmc",
    "after this time another controller answers, with an old event log",
    count(120, 1, 10 ** 6, "s"),
    (s) => replacedBmc({ afterMs: s * 1000 }),
  ),
  plain("sessions-taken", "other consoles use all sessions", sessionsTaken),
  plain("short-passwords", "passwords of 20 bytes are refused with C7h", shortPasswords),
  one("silent-after", "the BMC answers nothing after this many requests in sessions", count(5, 1, 1_000_000), (n) =>
    hung({ what: "everything", afterRequests: n }),
  ),
  one("slow-reset", "after a reset the BMC needs this time to start", count(180, 1, 3600, "s"), (s) =>
    slowReset({ forMs: s * 1000 }),
  ),
  one("small-reads", "at most this many bytes of an SDR or a FRU per read", count(16, 1, 255, "bytes"), (most) =>
    smallReads({ sdrBytes: most, fruBytes: most }),
  ),
  plain("soft-ignored", "a soft shutdown is accepted, and the host stays on", softIgnored),
  one("sol-ends", "SOL ends without notice after this many packets", count(20, 1, 1_000_000, "packets"), (packets) =>
    solEnds({ afterPackets: packets }),
  ),
  one("sol-lost-acks", "acknowledgements of SOL input get lost", probability(0.1), (p) =>
    solLostAcks({ probability: p }),
  ),
  plain("sol-no-retries", "SOL output is sent once: a lost packet is lost output", solNoRetries),
  one("sol-overrun", "the BMC reports that it lost SOL output", probability(0.1), (p) =>
    solOverrun({ probability: p }),
  ),
  one(
    "sol-sizes",
    "SOL packets over 32 bytes are dropped, and the reported size is wrong",
    choice("swapped", "zero", "huge"),
    (report) => solSizes({ report }),
  ),
  plain("sol-strict", "SOL packets without the next sequence number are dropped, repetitions too", solStrict),
  plain("sol-stuck-output", "SOL output stops when the power of the host changes", solStuckOutput),
  one("stopped-log-time", "a time of the event log never changes", choice("addition", "clock"), (of) =>
    stoppedLogTime({ of }),
  ),
  one("stray-address", "responses come from another address", probability(0.05), (p) =>
    strayAddress({ probability: p }),
  ),
  one("unplugged-fans", "the last fan headers read 0 rpm, with lower limits of raw 0", count(2, 1, 254, "fans"), (n) =>
    unpluggedFans({ count: n }),
  ),
  one(
    "unready-login-code",
    "for this time after its start the code in RAKP 2 is wrong",
    count(60, 1, 10 ** 6, "s"),
    (s) => unreadyLogin({ forMs: s * 1000, answer: "wrong_code" }),
  ),
  one(
    "unready-login-status",
    "for this time after its start RAKP 2 has status 0Dh, unauthorised name",
    count(60, 1, 10 ** 6, "s"),
    (s) => unreadyLogin({ forMs: s * 1000, answer: "unauthorised_name" }),
  ),
  one(
    "weaker-login-ipmi15",
    "after this time RMCP+ is refused and IPMI 1.5 offered",
    count(120, 1, 10 ** 6, "s"),
    (s) => weakerLogin({ afterMs: s * 1000, offers: "ipmi15" }),
  ),
  one(
    "weaker-login-no-integrity",
    "after this time only a cipher suite without integrity is offered",
    count(120, 1, 10 ** 6, "s"),
    (s) => weakerLogin({ afterMs: s * 1000, offers: "no_integrity" }),
  ),
  one("wedged", "this many packets within a second silence the BMC for a minute", count(300, 1, 10 ** 6), (packets) =>
    wedged({ packets, withinMs: 1000, forMs: MINUTE_MS }),
  ),
  one(
    "whole-sdr-reads",
    "reading a whole SDR at once fails",
    choice("refused", "garbage", "short", "silence"),
    (answer) => noWholeSdrReads({ answer }),
  ),
  one(
    "wrong-lengths",
    "responses are too short: network function, command, missing bytes",
    bytes("0a/40/03", 3),
    ([netFn = 0, command = 0, by = 0]) => wrongLengths({ filter: { netFn, command }, by: -by }),
  ),
];

/** A scenario from the command line, and the share of the BMCs that have it. */
export interface SelectedScenario {
  readonly name: string;
  readonly scenario: Scenario;
  /** 0 to 1; absent: all of them. */
  readonly share?: number;
}

/**
 * Reads "NAME", "NAME=ARGUMENT", "NAME:SHARE" or "NAME=ARGUMENT:SHARE".
 *
 * @throws RangeError that says what is wrong and what is allowed
 */
export function parseScenario(written: string): SelectedScenario {
  const [, name = "", argument, shareText] = /^([^=:]*)(?:=([^:]*))?(?::(.*))?$/.exec(written) ?? [];
  const named = SCENARIOS.find((known) => known.name === name);
  if (!named) {
    const near = nearest(
      name,
      SCENARIOS.map((known) => known.name),
    );
    const hint = near ? `did you mean ${near}?` : "lightsout simulate scenarios lists all";
    throw new RangeError(`unknown scenario "${name}"; ${hint}`);
  }
  const share = shareText === undefined ? undefined : Number(shareText);
  if (share !== undefined && (shareText === "" || !(share > 0 && share <= 1)))
    throw new RangeError(
      `${name}: "${shareText}" is not a share of the BMCs; use a number above 0 and up to 1, e.g. 0.05 for 5 %`,
    );
  return { name, scenario: named.make(argument), share };
}
