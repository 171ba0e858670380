import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtMain, root } from "../e2e/build.ts";
import { configFolder } from "../e2e/lightsout.ts";
import { temporaryFolder } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { run, runOrFail } from "../rig/run.ts";
import { copyInto, productionDependencies } from "./install.ts";
import { startProgram } from "./process.ts";

interface Instruction {
  readonly name: string;
  readonly text: string;
}
interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The instructions of each stage; continued lines are one. */
function stages(dockerfile: string): readonly (readonly Instruction[])[] {
  const found: Instruction[][] = [];
  for (const line of dockerfile.replaceAll("\\\n", " ").split("\n")) {
    const [, name = "", text = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === "FROM") found.push([]);
    if (name !== "") found.at(-1)?.push({ name, text });
  }
  return found;
}

const [build = [], final = []] = stages(readFileSync(join(root, "Dockerfile"), "utf8"));
const of = (stage: readonly Instruction[], name: string): readonly string[] =>
  stage.filter((one) => one.name === name).map(({ text }) => text);
const copies = (stage: readonly Instruction[]): readonly Copy[] =>
  of(stage, "COPY").map((text) => {
    const words = text.split(/ +/);
    const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
    const paths = words.filter((word) => !word.startsWith("--"));
    return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
  });
const list = (stage: readonly Instruction[], name: string): readonly string[] =>
  JSON.parse(of(stage, name)[0]?.replace(/^.*?CMD /, "") ?? "[]") as readonly string[];

/** The user to run as, if the tests run as root. Another user cannot run a node that is in root's home. */
const uid = process.getuid?.() === 0 && !process.execPath.startsWith(homedir()) ? 65532 : undefined;

describe("the Dockerfile", () => {
  it("copies files that exist and that .dockerignore admits", () => {
    const admitted = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
    expect(admitted).toContain("*");
    const sources = [...copies(build), ...copies(final)].filter(({ from }) => from === undefined);
    for (const source of sources.flatMap((one) => one.sources)) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(admitted.includes(`!${source}`), source).toBe(true);
    }
    const named = sources.flatMap((one) => one.sources);
    expect(admitted.filter((line) => line.startsWith("!") && !named.includes(line.slice(1)))).toEqual([]);
  });

  it("runs as a non-root user in an image without shell and package manager", () => {
    expect(of(final, "FROM")[0]).toMatch(/distroless\/nodejs.*:nonroot\$\{BASE_DIGEST\}$/);
    expect(of(final, "RUN")).toEqual([]);
    expect(of(final, "USER")).toEqual(["65532:65532"]);
    const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(of(final, "ARG")).toEqual([`VERSION=${version}`]);
    expect(of(final, "LABEL")[0]).toContain(`image.licenses="${license}"`);
  });

  it("uses a Node.js version that the package supports", () => {
    const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
    expect(Number(/^ARG NODE_MAJOR=(\d+)$/m.exec(dockerfile)?.[1])).toBeGreaterThanOrEqual(20);
  });
});

describe("the image contents", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let app = "";

  beforeAll(async () => {
    folder = temporaryFolder("docker");
    chmodSync(folder.path, 0o755);
    const src = join(folder.path, "src");
    app = join(folder.path, "app");
    mkdirSync(src);
    await builtMain();
    for (const { sources, target } of copies(build)) copyInto(src, sources, root, target === "./" ? "./" : target);
    // The build is shared with other tests; the later steps of the build stage are run here.
    const steps = of(build, "RUN").flatMap((line) => line.split(" && "));
    expect(steps.map((step) => step.split(" ", 3).join(" "))).toEqual([
      "npm ci",
      "npm run build",
      "find dist \\(",
      "npm ci --omit=dev",
      "mkdir state",
    ]);
    copyInto(src, ["dist"], root, "dist");
    await runOrFail("/bin/sh", ["-c", `cd "${src}" && ${steps[2]} && ${steps[4]}`]);
    await productionDependencies(src);
    for (const { from, sources, target } of copies(final)) {
      const names = sources.map((source) => source.replace(/^\/src\//, ""));
      copyInto(app, names, from === "build" ? src : root, target.replace(/^\//, "../"));
    }
    expect(readdirSync(join(folder.path, "var", "lib"))).toEqual(["lightsout"]);
    await runOrFail("chmod", ["-R", "a+rX,a-w", app]);
  }, 240_000);
  afterAll(async () => {
    await run("chmod", ["-R", "u+w", app]);
    folder.remove();
  });

  it("have the runtime dependencies and no development dependencies", () => {
    expect(readdirSync(app).sort()).toEqual([
      "LICENSE",
      "alerts",
      "dist",
      "docs",
      "node_modules",
      "package.json",
      "packaging",
      "rules",
    ]);
    expect(readdirSync(join(app, "docs"))).toEqual(["runbooks"]);
    expect(existsSync(join(app, "node_modules", "express"))).toBe(true);
    expect(existsSync(join(app, "node_modules", "typescript"))).toBe(false);
    const built = readdirSync(join(app, "dist"), { recursive: true, encoding: "utf8" });
    expect(built.filter((path) => /\.(map|ts)$/.test(path))).toEqual([]);
  });

  it("serve and pass the health check as an unprivileged user with read-only files", {
    timeout: 60_000,
  }, async () => {
    const config = configFolder({
      auths: { default: { username: "a", password: "b" } },
      targets: [{ hosts: "a", address: "127.0.0.1:9" }],
    });
    chmodSync(config.folder, 0o755);
    const reserved = await reservePort();
    const health = { LIGHTSOUT_HEALTH_URL: `http://127.0.0.1:${reserved.port}/-/healthy` };
    const [node = "", ...entry] = list(final, "ENTRYPOINT");
    expect(node).toBe("/nodejs/bin/node");
    const inApp = (word: string): string => word.replace(/^\/app\//, `${app}/`);
    const args = [...entry, ...list(final, "CMD")].map((word) =>
      word === "/etc/lightsout/lightsout.yml" ? config.file : inApp(word),
    );
    const check = () => run(process.execPath, list(final, "HEALTHCHECK").slice(1).map(inApp), { env: health });
    expect((await check()).code).toBe(1);
    const env = { PATH: process.env.PATH, NODE_ENV: "production" };
    const more = ["--web.listen-address", `127.0.0.1:${reserved.port}`];
    const program = startProgram(process.execPath, [...args, ...more], { cwd: app, uid, env });
    try {
      await program.answers(`http://127.0.0.1:${reserved.port}/metrics`, (text) => text.includes("bmc_up"));
      const result = await check();
      expect(result.code, result.stdout).toBe(0);
      // helm test gives it the URLs of all shards.
      const [script = ""] = list(final, "HEALTHCHECK").slice(1).map(inApp);
      const ready = health.LIGHTSOUT_HEALTH_URL.replace("healthy", "ready");
      expect((await run(process.execPath, [script, ready, ready])).code).toBe(0);
      const one = await run(process.execPath, [script, ready, "http://127.0.0.1:9/-/ready"]);
      expect([one.code, one.stdout]).toEqual([1, expect.stringContaining("http://127.0.0.1:9/-/ready: ")]);
      expect(await program.stop()).toBe(0);
    } finally {
      await program.stop();
      reserved.release();
      config.remove();
    }
  });
});
