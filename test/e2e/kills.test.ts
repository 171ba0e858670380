import { beforeAll, describe, expect, it } from "vitest";
import { builtMain } from "./build.ts";
import { type KillLoopResult, killLoop } from "./kill-loop.ts";

const KILLS = Number(process.env.KILLS ?? 10);

/** Every event reached both outputs; the file has each once, and what syslog got again has the same id. */
function expectNothingLost({ added, counted, file, syslog, brokenLines }: KillLoopResult): void {
  expect(added).toBeGreaterThan(0);
  expect({ counted, brokenLines }).toEqual({ counted: added, brokenLines: 0 });
  expect(file).toEqual({ lost: 0, repeated: 0, repeatedWithOtherId: 0 });
  expect(syslog).toMatchObject({ lost: 0, repeatedWithOtherId: 0 });
}

describe("events, while BMCs log eight a second each", () => {
  beforeAll(async () => void (await builtMain()), 150_000);

  it(
    `are handed over though the exporter is killed ${KILLS} times`,
    async () => {
      const result = await killLoop({ kills: KILLS });
      console.log(JSON.stringify(result));
      expectNothingLost(result);
      expect(result.syslog.repeated).toBeLessThanOrEqual(result.kills);
    },
    600_000 + KILLS * 15_000,
  );

  it("are handed over though a receiver is down over three kills", async () => {
    expectNothingLost(await killLoop({ kills: 3, receiverIsDown: true }));
  }, 300_000);

  it("are handed over over a restart with SIGTERM, with a receiver that is down", async () => {
    const result = await killLoop({ kills: 2, signal: "SIGTERM", receiverIsDown: true });
    expectNothingLost(result);
    expect(result.syslog.repeated).toBe(0);
  }, 300_000);
});
