import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultArgument, parseScenario, SCENARIOS } from "../../../src/simulator/index.ts";
import { pollerOf } from "../polled-bmc.ts";

const folder = resolve(import.meta.dirname, "../../../src/simulator/scenarios");
/** Files of the folder that hold no scenario. */
const NO_SCENARIO = ["by-name", "command-filter", "index", "record-patch", "scenario-argument", "sensor-choice"];

describe("scenarios by name", () => {
  it("include every file of the folder", () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
    const missing = files.filter(
      (file) => !NO_SCENARIO.includes(file) && !SCENARIOS.some(({ name }) => isOf(file, name)),
    );
    expect(missing).toEqual([]);
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  });

  it.each(SCENARIOS)(
    "$name can be selected by name, with its default written out, and for a share",
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
  ])("%s has the effect on a poll that its title says", async (written, reason) => {
    const poller = pollerOf({ scenarios: [parseScenario(written).scenario] });
    expect((await poller.poll()).failure?.reason).toBe(reason);
    await poller.close();
  });

  it.each([
    ["", 'unknown scenario ""; lightsout simulate scenarios lists all'],
    ["los", 'unknown scenario "los"; did you mean loss?'],
    ["loss=2", 'loss: invalid argument "2"; use a number from 0 to 1'],
    ["loss=", 'loss: invalid argument ""; use a number from 0 to 1'],
    ["loss=a", 'loss: invalid argument "a"; use a number from 0 to 1'],
    ["latency=1.5", 'latency: invalid argument "1.5"; use a whole number from 0 to 60000 (ms)'],
    ["hung=up", 'hung: invalid argument "up"; use one of everything, sessions, commands'],
    ["completion-code=04/2d", 'completion-code: invalid argument "04/2d"; use 3 bytes in hex, e.g. 04/2d/c0'],
    ["refused-login=xx", 'refused-login: invalid argument "xx"; use a byte in hex, e.g. 0d'],
    ["loss:", 'loss: "" is not a share of the BMCs; use a number above 0 and up to 1, e.g. 0.05 for 5 %'],
    ["loss=0.1:50%", 'loss: "50%" is not a share of the BMCs; use a number above 0 and up to 1, e.g. 0.05 for 5 %'],
    ["loss:0", 'loss: "0" is not a share of the BMCs; use a number above 0 and up to 1, e.g. 0.05 for 5 %'],
  ])("%j is refused with a message that says what is allowed", (written, message) => {
    expect(() => parseScenario(written)).toThrow(new RangeError(message));
  });
});

/** "completion-codes.ts" holds completion-code, "rebooting.ts" reboot. */
function isOf(file: string, name: string): boolean {
  return file.startsWith(name) || name.startsWith(file) || (file === "rebooting" && name === "reboot");
}
