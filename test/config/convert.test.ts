import { describe, expect, it } from "vitest";
import { ConfigError, convertIpmiExporter, parseConfig } from "../../src/config/index.ts";

const OLD = `
modules:
  default: { user: monitor, pass: swordfish, driver: LAN_2_0, timeout: 10000, collectors: [ipmi, sel] }
  "10.1.2.3/a": { user: other, pass: trout, privilege: admin, exclude_sensor_ids: [7] }
  "10.1.2.3_a": { user: third, pass: carp }
`;

describe("a converted configuration", () => {
  const converted = convertIpmiExporter(OLD, "old.yml", "/run/secrets");

  it("equals the old one, with the passwords in files", () => {
    const [before, after] = [OLD, converted.text].map((text) => parseConfig(text, { path: "x.yml" }));
    expect(after?.foreign).toBe(false);
    expect([...(after?.modules ?? [])]).toEqual([...(before?.modules ?? [])]);
    expect(after?.auths.get("default")).toMatchObject({
      username: "monitor",
      password: { from: "file", path: "/run/secrets/default" },
    });
  });

  it("has no password, and the files have only passwords", () => {
    expect(converted.text).not.toMatch(/swordfish|trout|carp/);
    expect([...converted.secrets].map(([name, secret]) => [name, secret.reveal()])).toEqual([
      ["default", "swordfish"],
      ["10.1.2.3_a", "trout"],
      ["10.1.2.3_a-2", "carp"],
    ]);
  });

  it("is possible for files of ipmi_exporter only", () => {
    expect(() => convertIpmiExporter("targets: []", "x.yml", "s")).toThrow(ConfigError);
  });
});
