import { describe, expect, it } from "vitest";
import { manPage } from "../../scripts/man-page.mjs";
import { createProgram } from "../../src/cli/program.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";

const page = manPage(createProgram("1.2.3"), { version: "1.2.3", date: "2026-01-02" });
/** Without escapes and fonts. */
const plain = page
  .replaceAll(/\\f[BIR]/g, "")
  .replaceAll("\\-", "-")
  .replaceAll("\\&", "")
  .replaceAll("\\e", "\\");

describe("the manual page", () => {
  it("has each command with each of its options", () => {
    const program = createProgram("1.2.3");
    const help = program.createHelp();
    let options = 0;
    const visit = (command: typeof program, parents: readonly string[]): void => {
      for (const one of help.visibleCommands(command).filter((each) => each.name() !== "help")) {
        const names = [...parents, one.name()];
        const section = plain
          .split("\n.SS ")
          .find((part) => new RegExp(`^"lightsout ${names.join(" ")}[ "]`).test(part));
        if (one.commands.length === 0) expect(section, names.join(" ")).toBeDefined();
        for (const { flags } of help.visibleOptions(one).filter(({ long }) => long !== "--help")) {
          expect(section, `${names.join(" ")} ${flags}`).toContain(`.TP\n${flags}\n`);
          options++;
        }
        visit(one as typeof program, names);
      }
    };
    visit(program, []);
    expect(options).toBeGreaterThan(40);
  });

  it("names version, date, exit codes and files", () => {
    expect(plain).toMatch(/^\.TH LIGHTSOUT 1 "2026-01-02" "lightsout 1\.2\.3"/);
    for (const part of ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"])
      expect(plain).toContain(`\n.SH ${part}\n`);
    expect(plain).toContain("/etc/lightsout/lightsout.yml");
  });

  it("has no line of text that roff takes for a request", () => {
    const requests = page.split("\n").filter((line) => /^[.']/.test(line));
    for (const line of requests) expect(line).toMatch(/^\.(?:TH|SH|SS|TP|PP)\b/);
  });

  withPeers(["groff"], "according to groff", () => {
    it("has no errors, and readable lines", async () => {
      const result = await run("groff", ["-man", "-Tascii", "-P-cbou", "-ww"], { input: page });
      expect([result.code, result.stderr]).toEqual([0, ""]);
      expect(result.stdout).toMatch(/\n {3}lightsout simulate inject <target> <fault>/);
      expect(result.stdout).toMatch(/\n {7}--web\.listen-address <address>\n {14}address to listen on/);
    });
  });
});
