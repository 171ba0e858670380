import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultArgument, parseScenario, SCENARIOS } from "../../../src/simulator/index.ts";
import { pollerOf } from "../polled-bmc.ts";

const folder = resolve(import.meta.dirname, "../../../src/simulator/scenarios");
/** Files of the folder that hold no scenario. */
const NO_SCENARIO = ["by-name", "command-filter", "index", "record-patch", "scenario-argument", "sensor-choice"];

describe("scenarios by name", () => {
  it("are all that there are", () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
    const missing = files.filter(
      (file) => !NO_SCENARIO.includes(file) && !SCENARIOS.some(({ name }) => isOf(file, name)),
    );
    expect(missing).toEqual([]);
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  });

  it.each(SCENARIOS)(
    "$name can be had as it is, with its default written out, and for a share",
    ({ name, argument }) => {
      expect(parseScenario(name)).toMatchObject({ name, share: undefined });
      expect(parseScenario(`${name}:0.25`)).toMatchObject({ name, share: 0.25 });
      if (argument) expect(parseScenario(`${name}=${defaultArgument(argument)}:1`)).toMatchObject({ name, share: 1 });
      else expect(() => parseScenario(`${name}=1`)).toThrow(`${name} takes no argument`);
    },
  );

  it.each([
    ["hung=everything", "no_answer"],
    ["hung=sessions", "timeout"],
    ["refused-login=0d", "unknown_user"],
    ["sessions-taken", "no_free_session"],
    ["odd-rakp=zero_role", undefined],
    ["latency=30", undefined],
  ])("%s does what it says", async (written, reason) => {
    const poller = pollerOf({ scenarios: [parseScenario(written).scenario] });
    expect((await poller.poll()).failure?.reason).toBe(reason);
    await poller.close();
  });

  it.each([
    ["", 'there is no scenario ""; lightsout simulate scenarios lists them'],
    ["los", 'there is no scenario "los"; did you mean loss?'],
    ["loss=2", 'loss: "2" will not do; give a number from 0 to 1'],
    ["loss=", 'loss: "" will not do; give a number from 0 to 1'],
    ["loss=a", 'loss: "a" will not do; give a number from 0 to 1'],
    ["latency=1.5", 'latency: "1.5" will not do; give a whole number from 0 to 60000 (ms)'],
    ["hung=up", 'hung: "up" will not do; give one of everything, sessions, commands'],
    ["completion-code=04/2d", 'completion-code: "04/2d" will not do; give 3 bytes in hex, 04/2d/c0 say'],
    ["refused-login=xx", 'refused-login: "xx" will not do; give a byte in hex, 0d say'],
    ["loss:", 'loss: "" is no share of the BMCs; give a number above 0 up to 1, 0.05 is 5 %'],
    ["loss=0.1:50%", 'loss: "50%" is no share of the BMCs; give a number above 0 up to 1, 0.05 is 5 %'],
    ["loss:0", 'loss: "0" is no share of the BMCs; give a number above 0 up to 1, 0.05 is 5 %'],
  ])("%j is refused with what would do", (written, message) => {
    expect(() => parseScenario(written)).toThrow(new RangeError(message));
  });
});

/** "completion-codes.ts" holds completion-code, "rebooting.ts" reboot. */
function isOf(file: string, name: string): boolean {
  return file.startsWith(name) || name.startsWith(file) || (file === "rebooting" && name === "reboot");
}
