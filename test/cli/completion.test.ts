import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { COMPLETION_SCRIPTS, complete, completionText, SHELLS } from "../../src/cli/completion.ts";
import { createProgram } from "../../src/cli/program.ts";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";

// Each test starts a few processes.
vi.setConfig({ testTimeout: 30_000 });

const HOSTS = ["node001", "node002", "login1"];

/** The values that complete `line`, whose last word is the one to complete; the files that were read for host names. */
async function completed(line: string) {
  const files: (string | undefined)[] = [];
  const sources = {
    hosts: async (file: string | undefined, prefix: string) => {
      files.push(file);
      return HOSTS.filter((name) => name.startsWith(prefix));
    },
  };
  const completion = await complete(createProgram("1.2.3"), line.split(" "), sources);
  return { values: completion === "files" ? completion : completion.map(({ value }) => value), files };
}

describe("the completion of a command line", () => {
  it.each<[string, string | string[]]>([
    ["ser", ["serve"]],
    ["config ", ["check", "convert", "help"]],
    ["config c", ["check", "convert"]],
    ["config check ", "files"],
    ["config check --st", ["--strict"]],
    ["probe node", ["node001", "node002"]],
    ["probe node001 ", []],
    ["probe --timeout 5 lo", ["login1"]],
    ["probe --timeout ", []],
    ["probe --debug lo", ["login1"]],
    ["compare node001 node", ["node001", "node002"]],
    ["explain --js", ["--json"]],
    ["serve --log.level w", ["warn"]],
    ["serve --log.level=w", ["--log.level=warn"]],
    ["serve --log.level = w", ["warn"]],
    ["serve --log.level =", ["debug", "info", "warn", "error"]],
    ["serve --config.file ", "files"],
    ["serve --config.file=x", "files"],
    ["serve --unknown ", []],
    ["simulate in", ["inject"]],
    ["simulate --racks 2 st", ["status"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["nothing like it ", []],
  ])("completes %j with %j", async (line, values) => {
    expect((await completed(line)).values).toEqual(values);
  });

  it("reads the configuration that the line names", async () => {
    expect((await completed("probe no")).files).toEqual([undefined]);
    expect((await completed("probe --config.file a.yml no")).files).toEqual(["a.yml"]);
    expect((await completed("probe --config.file=b.yml no")).files).toEqual(["b.yml"]);
  });

  it("prints descriptions behind a tab, and no hidden command", async () => {
    const all = await complete(createProgram("1.2.3"), [""], { hosts: async () => [] });
    expect(completionText(all)).toContain("completion\tprint the completion script of a shell\n");
    expect(completionText(all)).not.toContain("complete\t");
  });
});

describe("lightsout complete", () => {
  it("suggests the hosts of targets and file_sd, and nothing without a configuration", async () => {
    const config = `auths: { default: { username: a, password: b } }\ntargets: [{ hosts: "n[1-2]" }]\nfile_sd: [{ files: [sd.json] }]\n`;
    const { file, remove } = configFolder(config, { "sd.json": '[{"targets":["n9"]}]' });
    const hosts = await lightsout(["complete", "--", "probe", "--config.file", file, "n"]);
    const none = await lightsout(["complete", "--", "probe", "--config.file", "/nonexistent", "n"]);
    remove();
    expect(hosts).toMatchObject({ code: 0, stdout: "n1\nn2\nn9\n", stderr: "" });
    expect(none).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

const has = (program: string): boolean => spawnSync(program, ["-c", "true"]).status === 0;

describe("the script of a shell", () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-completion-"));
    const main = await builtMain();
    writeFileSync(join(folder, "lightsout"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(folder, "lightsout"), 0o755);
    for (const shell of SHELLS) writeFileSync(join(folder, shell), COMPLETION_SCRIPTS[shell]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (shell: string, script: string): string => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return execFileSync(shell, ["-c", script], { env, cwd: folder, encoding: "utf8" }).trim();
  };

  it.runIf(has("bash"))("completes commands and values in bash, and runs nothing that stands on the line", () => {
    const reply = (...words: readonly string[]): string =>
      run(
        "bash",
        `. ./bash; COMP_WORDS=(lightsout ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _lightsout; echo "\${COMPREPLY[@]}"`,
      );
    expect(reply("conf")).toBe("config");
    expect(reply("serve", "--log.level", "")).toBe("debug info warn error");
    expect(reply("serve", "--config.file", "ba")).toBe("bash");
    expect(reply("probe", "$(touch was-run)", "--de")).toBe("--debug");
    expect(run("sh", "ls")).not.toContain("was-run");
  });

  it.runIf(has("fish"))("completes commands and values in fish", () => {
    const reply = (line: string): string => run("fish", `source fish; complete --do-complete '${line}'`);
    expect(reply("lightsout conf")).toMatch(/^config\t/);
    expect(reply("lightsout serve --log.level ")).toBe("debug\nerror\ninfo\nwarn");
    expect(reply("lightsout serve --config.file fis")).toBe("fish");
  });

  it.runIf(has("zsh"))("passes values with their descriptions to zsh", () => {
    const reply = (...words: readonly string[]): string =>
      run(
        "zsh",
        `compdef() { }; _files() { echo files }; _describe() { print -l -- $candidates }; . ./zsh; words=(lightsout ${words.map((word) => `'${word}'`).join(" ")}); CURRENT=$#words; _lightsout`,
      );
    expect(reply("conf")).toBe("config:check or convert a configuration file");
    expect(reply("serve", "--log.level", "w")).toBe("warn");
    expect(reply("serve", "--config.file", "")).toBe("files");
  });
});
