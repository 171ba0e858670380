import { join } from "node:path";
import { expect, it } from "vitest";
import { builtMain, root } from "../e2e/build.ts";
import { run } from "../rig/run.ts";

/** A short `npm run chaos -- --minutes 5`. The seed is fixed, so that a failure is caused by a change of the code. */
it("survives broken BMCs, full disks, reload storms, abusive clients and kills, and recovers", async () => {
  await builtMain();
  const args = ["--minutes", "0.25", "--hosts", "80", "--interval", "3", "--seed", "7", "--kills", "2"];
  const { stdout, stderr, code } = await run(process.execPath, [join(root, "scripts/chaos.mjs"), ...args], {
    timeoutMs: 170_000,
  });
  console.log(stdout.replaceAll(/^good.*\n/gm, ""));
  expect(`${stdout}${stderr}`).not.toMatch(/^BAD/m);
  expect(stdout.match(/^good/gm)?.length).toBeGreaterThan(8);
  expect(code).toBe(0);
}, 180_000);
