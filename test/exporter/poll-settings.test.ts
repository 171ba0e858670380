import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { PollSettingsBook } from "../../src/exporter/index.ts";
import { RMCP_PORT } from "../../src/ipmi/index.ts";
import type { Host } from "../../src/model/index.ts";

const host: Host = {
  name: "a",
  address: "127.0.0.1",
  port: 623,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};

describe("the settings of polls", () => {
  let folder: string;
  let password: string;
  const book = (more = "", before?: PollSettingsBook): Promise<PollSettingsBook> => {
    const text = `auths: { default: { username: monitor, password_file: ${password} } }\n${more}`;
    return PollSettingsBook.read(parseConfig(text, { path: join(folder, "lightsout.yml") }), {}, before);
  };
  const passwordOf = (b: PollSettingsBook): string =>
    Buffer.from(b.settingsOf(host).login.credentials.password).toString();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-settings-"));
    password = join(folder, "password");
    writeFileSync(password, "one\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are shared by all hosts of a module and auth", async () => {
    const settings = await book();
    expect(settings.settingsOf(host)).toBe(settings.settingsOf({ ...host, name: "b" }));
  });

  it("are refused where a password from a file is longer than IPMI allows, unless the module has Redfish", async () => {
    writeFileSync(password, "p".repeat(21));
    const module = "module default uses IPMI, but the password has 21 bytes, and IPMI allows 20";
    const ipmi = await book();
    expect(() => ipmi.settingsOf(host)).toThrow(module);
    const redfish = await book("modules: { default: { protocol: redfish } }");
    expect(redfish.settingsOf(host).redfish?.login.password.byteLength).toBe(21);
    expect(redfish.settingsOf(host).beyondIpmi).toBeUndefined();
    const auto = await book("modules: { default: { protocol: auto } }");
    expect(auto.settingsOf(host)).toMatchObject({ protocol: "auto", beyondIpmi: true });
    const both = await book("modules: { default: { protocol: both } }");
    expect(() => both.settingsOf(host)).toThrow(module);
  });

  it("have the port of IPMI by default", () => {
    expect(parseConfig("{}", { path: "lightsout.yml" }).modules.get("default")?.ipmi.port).toBe(RMCP_PORT);
  });

  it("have a revision that changes only with the password, the module and packets_per_second", async () => {
    const first = await book();
    const revision = (b: PollSettingsBook): string => b.revision("default", "default");
    expect(revision(await book("", first))).toBe(revision(first));
    expect(revision(await book("probe: { max_age: 5s }", first))).toBe(revision(first));
    expect(revision(await book("modules: { default: { interval: 30s } }", first))).not.toBe(revision(first));
    expect(revision(await book("scheduler: { packets_per_second: 50 }", first))).not.toBe(revision(first));
    writeFileSync(password, "two\n");
    expect(revision(await book("", first))).not.toBe(revision(first));
  });

  it("have revisions from which the password cannot be guessed", async () => {
    expect((await book()).revision("default", "default")).not.toBe((await book()).revision("default", "default"));
  });

  it("keep the previous password while its file cannot be read, and report the problem", async () => {
    const first = await book();
    rmSync(password);
    const second = await book("", first);
    expect(second.problems()).toHaveLength(1);
    expect(second.problems()[0]).toContain(password);
    expect(passwordOf(second)).toBe("one");
    expect(second.revision("default", "default")).toBe(first.revision("default", "default"));
    await expect(book().then((b) => b.settingsOf(host))).rejects.toThrow(password);
  });
});
