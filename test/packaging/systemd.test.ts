import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../e2e/build.ts";
import { temporaryFolder } from "../rig/child.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";

const folder = join(root, "packaging", "systemd");
const unit = readFileSync(join(folder, "lightsout.service"), "utf8");
const values = (key: string): readonly string[] =>
  unit
    .split("\n")
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));

describe("the systemd unit", () => {
  it("starts the program directly, so that sockets and signals reach it", () => {
    const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: { lightsout: string } };
    const [start = ""] = values("ExecStart");
    expect(start).toMatch(/^\/usr\/bin\/node /);
    expect(start).toContain(`/node_modules/lightsout/${bin.lightsout} serve `);
    expect(values("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(values("Type")).toEqual(["exec"]);
  });

  it("uses a dynamic user, a state directory, and credentials for secrets", () => {
    expect(values("DynamicUser")).toEqual(["yes"]);
    expect(values("StateDirectory")).toEqual(["lightsout"]);
    expect(values("LoadCredential")).toEqual(["secrets:/etc/lightsout/secrets"]);
    expect(values("Environment").join()).not.toMatch(/password/i);
  });

  it("waits longer for the exit than the exporter needs", () => {
    expect(Number(values("TimeoutStopSec")[0])).toBeGreaterThan(10);
  });
});

withPeers(["systemd-analyze"], "systemd", () => {
  const analyze = (...args: readonly string[]) =>
    run("systemd-analyze", [...args, "--no-pager"], { timeoutMs: 20_000 });

  it("rates the exposure of the unit below 2", async () => {
    const result = await analyze("security", "--offline=true", "--threshold=20", join(folder, "lightsout.service"));
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(Number(/exposure level for lightsout.service: ([\d.]+)/.exec(result.stdout)?.[1])).toBeLessThan(2);
  });

  it("verifies service and socket without a complaint", async () => {
    const { path, remove } = temporaryFolder("systemd");
    try {
      // It also checks that the program exists.
      writeFileSync(join(path, "lightsout.service"), unit.replace("/usr/bin/node", process.execPath));
      writeFileSync(join(path, "lightsout.socket"), readFileSync(join(folder, "lightsout.socket")));
      const files = ["lightsout.service", "lightsout.socket"].map((name) => join(path, name));
      const result = await analyze("verify", "--man=no", ...files);
      const about = `${result.stdout}${result.stderr}`.split("\n").filter((line) => line.includes("lightsout"));
      expect(about).toEqual([]);
    } finally {
      remove();
    }
  });
});
