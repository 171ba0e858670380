import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import * as commands from "../../../src/ipmi/commands/index.ts";
import { ALL_COMMANDS, parseCipherSuiteRecords, supportedDcmiCapabilities } from "../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { hex } from "../../support/hex.ts";

/** Numbers from a seed (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function refusedCleanly(decode: () => unknown, about: () => string): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw new Error(`${about()} threw something else`, { cause: error });
  }
}

const isCommand = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "netFn" in value && "code" in value;

describe("all commands", () => {
  it("are in the list, each once and under numbers of its own", () => {
    expect(new Set(ALL_COMMANDS)).toEqual(new Set(Object.values(commands).filter(isCommand)));
    const numbers = ALL_COMMANDS.map((c) => `${c.netFn} ${c.prefix ?? ""} ${c.code}`);
    expect(new Set(numbers).size).toBe(ALL_COMMANDS.length);
    expect(new Set(ALL_COMMANDS.map((c) => c.name)).size).toBe(ALL_COMMANDS.length);
    expect(ALL_COMMANDS.every((c) => c.netFn % 2 === 0)).toBe(true);
  });

  it("change the managed system in these cases only", () => {
    const changing = ALL_COMMANDS.filter((c) => c.effect === "changes").map((c) => c.name);
    expect(changing.sort()).toEqual([
      "Activate Payload",
      "Activate/Deactivate Power Limit",
      "Chassis Control",
      "Chassis Identify",
      "Clear SEL",
      "Cold Reset",
      "Deactivate Payload",
      "Delete SEL Entry",
      "Platform Event Message",
      "Set Asset Tag",
      "Set Channel Access",
      "Set Power Limit",
      "Set Power Restore Policy",
      "Set SEL Time",
      "Set SOL Configuration Parameters",
      "Set Sensor Thresholds",
      "Set System Boot Options",
      "Set User Access",
      "Set User Name",
      "Set User Password",
      "Set User Payload Access",
      "Warm Reset",
    ]);
  });

  it("refuse noise with DecodeError or decode it, and encode again what they decoded", () => {
    const seed = Number(process.env.LIGHTSOUT_SEED ?? Date.now() % 0x7fffffff);
    console.log(`noise seed ${seed}`);
    const random = randomFrom(seed);
    for (let round = 0; round < 4000; round++) {
      const noise = Buffer.from(Array.from({ length: random(48) }, () => random(256)));
      for (const command of ALL_COMMANDS) {
        const about = (): string => `${command.name}, seed ${seed}, bytes ${noise.toString("hex")}`;
        const bytes = round % 2 && command.prefix ? Buffer.from([...command.prefix, ...noise]) : noise;
        refusedCleanly(() => command.encodeResponse(command.decodeResponse(bytes)), about);
        refusedCleanly(() => command.encodeRequest(command.decodeRequest(bytes)), about);
      }
      parseCipherSuiteRecords(noise);
    }
  });

  it("decode again to the same value what they encoded, whatever the bytes were", () => {
    const random = randomFrom(20);
    for (let round = 0; round < 300; round++) {
      const noise = Buffer.from(Array.from({ length: 40 }, () => random(256)));
      for (const command of ALL_COMMANDS) {
        const bytes = command.prefix ? Buffer.from([...command.prefix, ...noise]) : noise;
        refusedCleanly(
          () => {
            const value = command.decodeResponse(bytes);
            expect(command.decodeResponse(command.encodeResponse(value)), command.name).toEqual(value);
          },
          () => command.name,
        );
      }
    }
  });

  it("leave bytes beyond the layout alone", () => {
    expect(commands.getSelTime.decodeResponse(hex("10e1026bffff"))).toEqual({ timestamp: 0x6b02e110 });
    expect(supportedDcmiCapabilities.decode(hex("00010700")).powerManagement).toBe(true);
  });
});

interface Recorded {
  readonly netfn: number;
  readonly cmd: number;
  readonly name: string;
  readonly cc?: number;
  readonly response_hex?: string;
  readonly framings?: Readonly<Record<string, { readonly cc: number; readonly response_hex: string }>>;
}

const recordings = resolve(import.meta.dirname, "../../../../shared/fixtures/ipmi/commands");
const present = existsSync(recordings);
if (!present) console.log("skipped: recorded answers of whole BMCs (the folder of recordings is not here)");

describe.skipIf(!present)("answers recorded from BMC firmware", () => {
  const files = present ? readdirSync(recordings).filter((name) => name.endsWith(".json")) : [];

  it.each(files)("of %s decode, or are refused cleanly", (file) => {
    const { fixtures } = JSON.parse(readFileSync(join(recordings, file), "utf8")) as {
      fixtures: Readonly<Record<string, Recorded>>;
    };
    let decoded = 0;
    for (const recorded of Object.values(fixtures)) {
      const command = ALL_COMMANDS.find((c) => c.netFn === recorded.netfn && c.code === recorded.cmd);
      if (!command) continue;
      const answers = recorded.framings
        ? Object.values(recorded.framings)
        : [{ cc: recorded.cc, response_hex: recorded.response_hex }];
      for (const { cc, response_hex: data } of answers) {
        if (cc === undefined) continue;
        expect(command.describeRefusal(cc)).not.toBe("");
        if (cc !== 0) continue;
        // Every answer to a command without request data is complete.
        expect(() => command.decodeResponse(hex(data ?? "")), `${recorded.name} ${data}`).not.toThrow();
        decoded++;
      }
    }
    if (file.endsWith("-auth.json")) expect(decoded).toBeGreaterThan(8);
  });
});
