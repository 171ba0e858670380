import { describe, expect, it } from "vitest";
import { SolStream, type SolStreamOptions } from "../../../src/ipmi/session/sol.ts";
import { encodeBmcSolPacket } from "../../../src/ipmi/wire/sol.ts";
import { hex } from "../../support/hex.ts";
import { type PeerHabits, SolPeer } from "./sol-peer.ts";
import { StepClock } from "./step-clock.ts";

const DELAY_MS = 5;
const bytesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
const INPUT = bytesFrom(1, 20);
const OUTPUT = bytesFrom(100, 24);

/** What became of a run. */
interface Run {
  readonly input: number[];
  readonly breaks: number;
  /** Output and marks of loss in order. */
  readonly output: (number | "lost")[];
  readonly inDoubt: number;
  readonly unsent: number;
  readonly end: string | undefined;
  readonly queued: number;
}

/** Types and prints at both ends at once; bit n of `losses`: the nth packet of either direction is lost. */
function run(habits: PeerHabits, losses: number, options: Partial<SolStreamOptions> = {}): Run {
  const clock = new StepClock();
  let packets = 0;
  const through = (deliver: (payload: Uint8Array) => void) => (payload: Uint8Array) => {
    const lost = (losses >>> packets++) & 1;
    const copy = Uint8Array.from(payload);
    if (!lost || packets > 31) clock.after(DELAY_MS, () => deliver(copy));
  };
  const output: (number | "lost")[] = [];
  let inDoubt = 0;
  let unsent = 0;
  let end: string | undefined;
  const peer: SolPeer = new SolPeer(
    clock,
    through((payload) => stream.receive(payload)),
    habits,
  );
  const stream = new SolStream({
    clock,
    send: through((payload) => peer.receive(payload)),
    characters: 4,
    tries: 3,
    handlers: {
      output: (bytes) => output.push(...bytes),
      outputLost: () => output.push("lost"),
      breakReceived() {},
      inputInDoubt: (bytes) => {
        inDoubt += bytes || 1;
      },
      ended(why, rest) {
        end = why;
        unsent = rest;
      },
    },
    ...options,
  });
  stream.write(Uint8Array.from(INPUT.slice(0, 10)));
  peer.print(OUTPUT.slice(0, 12));
  stream.sendBreak();
  stream.write(Uint8Array.from(INPUT.slice(10)));
  clock.runAll();
  peer.print(OUTPUT.slice(12));
  clock.runAll();
  const { queuedBytes: queued } = stream;
  return { input: peer.hostReceived, breaks: peer.breaks, output, inDoubt, unsent, end, queued };
}

/** Bytes in rising order without a repetition, all from `of`. */
function expectRising(bytes: readonly number[], of: readonly number[], about: string): void {
  bytes.forEach((byte, i) => {
    if (!of.includes(byte) || (i > 0 && byte <= (bytes[i - 1] as number)))
      throw new Error(`${about}: ${byte} at ${i} of ${bytes.join(" ")}`);
  });
}

/** Every byte that is missing has a mark in its place. */
function expectMarked({ output }: Run, about: string): void {
  let expected = OUTPUT[0] as number;
  let marked = false;
  for (const item of output) {
    if (item === "lost") marked = true;
    else {
      if (item !== expected && !marked) throw new Error(`${about}: unmarked loss before ${item}: ${output.join(" ")}`);
      expected = item + 1;
      marked = false;
    }
  }
}

/** The schedules of losses of the first eleven packets: every one. */
const SCHEDULES = 1 << 11;

const peers: [string, PeerHabits, Partial<SolStreamOptions>][] = [
  ["a strict BMC that is known as such", { strict: true }, { strict: true }],
  ["a strict BMC that is not known as such", { strict: true }, {}],
  ["a lax BMC", {}, {}],
  ["a BMC that accepts two characters of each packet", { acceptsAtMost: 2 }, {}],
  ["a BMC that rejects packets at first", { nacks: 3 }, {}],
  ["a BMC whose repetitions carry more characters", { growsRepetitions: true }, {}],
  ["a BMC that skips sequence numbers", { step: 3 }, {}],
  ["a BMC that never repeats its output", { retries: 0 }, {}],
  ["a network that duplicates and delays packets", { echoes: true }, {}],
];

describe("an SOL stream", () => {
  it.each(peers)("delivers each byte once, in order, and marks what is lost: %s", (name, habits, options) => {
    for (let losses = 0; losses < SCHEDULES; losses++) {
      const about = `${name}, losses ${losses.toString(2)}`;
      const result = run(habits, losses, options);
      const delivered = result.output.filter((item) => item !== "lost");
      expectRising(result.input, INPUT, about);
      expectRising(delivered, OUTPUT, about);
      // A BMC that skips numbers cannot be distinguished from one whose packets were lost.
      expectMarked(result, about);
      const missing = INPUT.length - result.input.length;
      if (missing > result.inDoubt + result.unsent)
        throw new Error(`${about}: ${missing} bytes of input without a mark`);
      if (result.queued !== 0) throw new Error(`${about}: ${result.queued} bytes of input are stuck`);
      if (result.end === undefined && result.inDoubt === 0 && result.breaks !== 1)
        throw new Error(`${about}: ${result.breaks} breaks`);
    }
  });

  it.each(peers)("needs no mark where nothing is lost: %s", (_name, habits, options) => {
    const result = run(habits, 0, options);
    expect(result.input).toEqual(INPUT);
    expect(result.output.filter((item) => item !== "lost")).toEqual(OUTPUT);
    expect(result).toMatchObject({ breaks: 1, inDoubt: 0, unsent: 0, end: undefined, queued: 0 });
    if (habits.step === undefined) expect(result.output).not.toContain("lost");
  });

  it("proves with an empty packet that a strict BMC has accepted input whose acknowledgement was lost", () => {
    let proven = 0;
    for (let losses = 0; losses < SCHEDULES; losses++) {
      const { input, inDoubt, end } = run({ strict: true }, losses, { strict: true });
      if (end !== undefined) continue;
      expect([input, inDoubt]).toEqual([INPUT, 0]);
      proven++;
    }
    expect(proven).toBeGreaterThan(SCHEDULES / 2);
  });

  it("ends when the BMC acknowledges neither a packet nor the next one, and reports the input", () => {
    const { end, inDoubt, unsent } = run({}, 0x7fffffff);
    expect({ end, inDoubt, unsent }).toEqual({ end: "silent", inDoubt: 4, unsent: 16 });
  });

  describe("with packets of a BMC", () => {
    function stream() {
      const clock = new StepClock();
      const sent: string[] = [];
      const events: string[] = [];
      const made = new SolStream({
        clock,
        send: (payload) => sent.push(Buffer.from(payload).toString("hex")),
        characters: 28,
        handlers: {
          output: (bytes) => events.push(Buffer.from(bytes).toString()),
          outputLost: (cause) => events.push(`lost: ${cause}`),
          breakReceived: () => events.push("break"),
          inputInDoubt: (bytes) => events.push(`in doubt: ${bytes}`),
          ended: (end, unsent) => events.push(`${end}, ${unsent} unsent`),
        },
      });
      return { clock, sent, events, stream: made };
    }
    const flags = { nack: false, unavailable: false, deactivating: false, overrun: false, breakReceived: false };
    const packet = (sequence: number, text: string, more: object = {}): Uint8Array =>
      encodeBmcSolPacket({
        sequence,
        ackSequence: 0,
        acceptedCount: 0,
        characters: Buffer.from(text),
        ...flags,
        ...more,
      });

    it("starts with sequence 1 and acknowledges the whole count", () => {
      const { stream: s, sent } = stream();
      s.write(Buffer.from("ls\r"));
      s.receive(packet(1, "login: "));
      expect(sent).toEqual(["010000006c730d", "00010700"]);
    });

    it("sends a break as a packet of its own", () => {
      const { stream: s, sent } = stream();
      s.sendBreak();
      expect(sent).toEqual(["01000010"]);
    });

    it("acknowledges a repetition again and delivers only what is new in it", () => {
      const { stream: s, sent, events } = stream();
      s.receive(packet(1, "abc"));
      s.receive(packet(1, "abc"));
      s.receive(packet(1, "abcde"));
      expect(events).toEqual(["abc", "de"]);
      expect(sent).toEqual(["00010300", "00010300", "00010500"]);
    });

    it("neither delivers nor acknowledges a late copy of an earlier packet", () => {
      const { stream: s, sent, events } = stream();
      for (const [sequence, text] of [
        [1, "abc"],
        [2, "def"],
        [1, "abc"],
      ] as const)
        s.receive(packet(sequence, text));
      expect(events).toEqual(["abc", "def"]);
      expect(sent).toHaveLength(2);
    });

    it("reports overrun, break and the end", () => {
      const { stream: s, events } = stream();
      s.receive(packet(1, "x", { overrun: true }));
      s.receive(packet(2, "", { breakReceived: true }));
      s.receive(packet(0, "", { deactivating: true }));
      s.receive(packet(3, "y"));
      expect(events).toEqual(["lost: overrun", "x", "break", "deactivated, 0 unsent"]);
    });

    it("waits for a BMC that cannot take characters, and gives up after a minute", () => {
      const { stream: s, clock, sent, events } = stream();
      s.write(Buffer.from("a"));
      for (let i = 0; i < 61; i++) {
        s.receive(packet(0, "", { ackSequence: 1, nack: true, unavailable: true }));
        expect(sent.every((p) => p === "0100000061")).toBe(true);
        if (i < 60) clock.runNext();
      }
      expect(events).toEqual(["in doubt: 1", "rejected, 0 unsent"]);
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
    });

    it("does not acknowledge while it is paused, so that the BMC keeps the output", () => {
      const { stream: s, sent, events } = stream();
      s.paused = true;
      s.receive(packet(1, "abc"));
      expect(sent).toEqual([]);
      s.paused = false;
      s.receive(packet(1, "abc"));
      expect([sent, events]).toEqual([["00010300"], ["abc"]]);
    });

    it("refuses input beyond its limit and after the end", () => {
      const { stream: s } = stream();
      expect(s.write(new Uint8Array(64 * 1024))).toBe(true);
      expect(s.write(new Uint8Array(1))).toBe(false);
      s.stop();
      expect([s.write(hex("00")), s.sendBreak(), s.queuedBytes]).toEqual([false, false, 0]);
    });

    it("ignores malformed packets", () => {
      const { stream: s, sent, events } = stream();
      for (const bytes of ["", "01", "0100", "010000"]) s.receive(hex(bytes));
      expect([sent, events]).toEqual([[], []]);
    });
  });
});
