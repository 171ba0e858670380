import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StateDir, type StateKeeper } from "../../src/bmc/index.ts";
import { renderProbe } from "../../src/exposition/index.ts";
import { silentLogger } from "../../src/lib/index.ts";
import { failures, host } from "../exposition/records.ts";
import { inputsOf, printedSeed } from "../ipmi/fuzz/random.ts";
import { temporaryFolder } from "../rig/child.ts";
import { Poller, virtualBmc } from "../simulator/polled-bmc.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fuzzAnswers, Violation } from "./text-target.ts";

const COUNT = inputsOf(5000);
const seed = printedSeed(`${COUNT} damaged files of state, twice`);

/** What no value of ours looks like, and counters below zero. */
const ODD = /undefined|\[object|\bNaN\b|Infinity|_total(?:\{.*\})? -/;

describe("damaged files of the state directory", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const clock = new FakeClock();
  const bmc = virtualBmc({ clock });
  /** The host and the board that were saved last. */
  let saved = { host: "", board: "" };

  beforeEach(async () => {
    folder = temporaryFolder("fuzz-state");
    await pollOn(await StateDir.open(folder.path, silentLogger));
  });
  afterEach(() => folder.remove());

  /** Polls twice, as an exporter that was started on this folder, and looks at what it would tell. */
  async function pollOn(dir: StateDir): Promise<void> {
    // Read beforehand: the clock of these tests does not wait for disks.
    const [state, records] = [await dir.loadHost(saved.host), await dir.loadRecords(saved.board)];
    const toSave: (() => Promise<unknown>)[] = [];
    const keeper: StateKeeper = {
      loadHost: async () => state,
      loadRecords: async () => records,
      forgetHost: async () => {},
      saveHost: async (key, state) => {
        saved = { ...saved, host: key };
        toSave.push(() => dir.saveHost(key, state));
        return true;
      },
      saveRecords: async (digest, records) => {
        saved = { ...saved, board: digest };
        toSave.push(() => dir.saveRecords(digest, records));
      },
    };
    const poller = new Poller(bmc, clock, { keeper });
    for (let round = 0; round < 2; round++) {
      const snapshot = await poller.poll();
      if (!snapshot.up) throw new Violation(`down: ${snapshot.failure?.message}`);
      const failed = snapshot.parts.find(({ ok }) => !ok);
      if (failed) throw new Violation(`${failed.part}: ${failed.failure?.message}`);
      const text = renderProbe({ host: host("n"), snapshot, failures: failures(), polls: 1 }).toString();
      const odd = text.split("\n").find((line) => !line.startsWith("#") && ODD.test(line));
      if (odd !== undefined) throw new Violation(`tells ${odd}`);
    }
    await poller.close();
    for (const save of toSave) await save();
  }

  async function damaged(part: "hosts" | "sdr"): Promise<void> {
    const [name = ""] = readdirSync(join(folder.path, part));
    const path = join(folder.path, part, name);
    const good = readFileSync(path).toString("latin1");
    expect(good.length).toBeGreaterThan(500);
    const dir = await StateDir.open(folder.path, silentLogger);
    const ask = async (text: string): Promise<void> => {
      writeFileSync(path, Buffer.from(text, "latin1"));
      await pollOn(dir);
    };
    await fuzzAnswers({ name: `state: ${part}`, valid: [good], ask }, COUNT, seed);
  }

  it.each(["hosts", "sdr"] as const)(
    "lose the saved data, but never a poll, and cause no wrong value: %s",
    (part) => damaged(part),
    Math.max(120_000, COUNT * 1000),
  );
});
