import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtMain, root } from "../e2e/build.ts";
import { configFolder } from "../e2e/lightsout.ts";
import { temporaryFolder } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { run } from "../rig/run.ts";
import { installTarball, npm } from "./install.ts";
import { startProgram } from "./process.ts";

const CONFIG = {
  auths: { default: { username: "monitor", password: "x" } },
  targets: [{ hosts: "node[1-2]", address: "127.0.0.1:{9-10}", rack: "r1" }],
};

describe("the npm package", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let files: readonly string[] = [];
  let installed = "";
  let bin = "";

  beforeAll(async () => {
    await builtMain();
    folder = temporaryFolder("npm");
    // --ignore-scripts: prepack would rebuild dist/ while other tests use it.
    const result = await npm(root, "pack", root, "--ignore-scripts", "--json", "--pack-destination", folder.path);
    const [packed] = JSON.parse(result.stdout) as [{ filename: string; files: readonly { path: string }[] }];
    files = packed.files.map(({ path }) => path);
    installed = await installTarball(join(folder.path, packed.filename), folder.path);
    bin = join(folder.path, "node_modules", ".bin", "lightsout");
  }, 240_000);
  afterAll(() => folder.remove());

  it("contains the program, rules, alerts, dashboards, docs and examples, and nothing else", () => {
    const top = [...new Set(files.map((path) => path.split("/", 1)[0]))];
    expect(top.sort()).toEqual(
      [
        ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
        ...["alerts", "dashboards", "dist", "docs", "examples", "packaging", "rules"],
      ].sort(),
    );
    const all = (name: string) => readdirSync(join(root, name)).map((file) => `${name}/${file}`);
    const within = (name: string) => files.filter((path) => path.startsWith(`${name}/`));
    expect(within("rules")).toEqual(all("rules").sort());
    expect([...within("alerts")].sort()).toEqual(all("alerts").sort());
    expect([...within("dashboards")].sort()).toEqual(
      all("dashboards")
        .filter((path) => /\.(json|md)$/.test(path))
        .sort(),
    );
    expect(within("docs").length).toBeGreaterThan(60);
    expect(within("packaging")).toContain("packaging/systemd/lightsout.service");
  });

  it("contains the JavaScript and the types of each source file", () => {
    const built = files.filter((path) => path.startsWith("dist/"));
    expect(built.filter((path) => !/(\.js|\.d\.ts)$/.test(path))).toEqual([]);
    const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".ts"),
    );
    const missing = sources.filter((path) => !built.includes(`dist/${path.replace(/\.ts$/, ".js")}`));
    expect(missing).toEqual([]);
  });

  it("contains no paths of the build machine", () => {
    const places = [root, join(homedir(), "")].filter((place) => place.split("/").length > 2);
    for (const path of files) {
      const text = readFileSync(join(installed, path), "latin1");
      for (const place of places) expect(text.includes(place), `${path} names ${place}`).toBe(false);
    }
  });

  it("has name, licence and Node.js version, and is built before it is packed", () => {
    const about = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(about).toMatchObject({ name: "lightsout", license: "Apache-2.0", engines: { node: ">=20" } });
    expect(about.keywords).toContain("prometheus");
    expect(about.scripts.prepack).toMatch(/npm run build$/);
    // No script of the package runs during its installation.
    expect(Object.keys(about.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
    for (const target of [about.bin.lightsout, ...Object.values<string>(about.exports)])
      expect(existsSync(join(installed, target)), target).toBe(true);
  });

  it("checks a configuration with the rules in the package", async () => {
    const { file, remove } = configFolder(CONFIG);
    try {
      const result = await run(bin, ["config", "check", file], { env: { PATH: process.env.PATH } });
      expect(result.stdout + result.stderr).toContain("ok, 2 hosts");
      const roles = readFileSync(join(installed, "rules", "roles.yml"), "utf8");
      expect(roles).toBe(readFileSync(join(root, "rules", "roles.yml"), "utf8"));
    } finally {
      remove();
    }
  });

  it("serves metrics", { timeout: 60_000 }, async () => {
    const { file, remove } = configFolder(CONFIG);
    const reserved = await reservePort();
    const address = `127.0.0.1:${reserved.port}`;
    const args = ["serve", "--config.file", file, "--web.listen-address", address];
    const program = startProgram(bin, args, { cwd: folder.path });
    try {
      const text = await program.answers(`http://${address}/metrics`, (answer) =>
        answer.includes('bmc_up{host="node1"'),
      );
      const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
      expect(text).toContain(`lightsout_build_info{version="${version}"`);
      expect(await program.stop()).toBe(0);
    } finally {
      await program.stop();
      reserved.release();
      remove();
    }
  });

  it("runs its demo", { timeout: 60_000 }, async () => {
    const [web, control] = await Promise.all([reservePort(), reservePort()]);
    const address = `127.0.0.1:${web.port}`;
    const args = ["demo", "--web.listen-address", address, "--control-port", String(control.port)];
    const program = startProgram(bin, args, { cwd: folder.path });
    try {
      await program.answers(`http://${address}/metrics`, (answer) => /^bmc_up\{.*\} 1$/m.test(answer), 40_000);
    } finally {
      await program.stop();
      web.release();
      control.release();
    }
  });
});
