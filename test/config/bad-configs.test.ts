import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "../../src/config/index.ts";

/** Each file has the exact message beside it; UPDATE=1 writes the messages anew, to be read before they are kept. */
const folder = join(import.meta.dirname, "bad");
const options = {
  env: { BMC_PASSWORD: "x" },
  knownQuirks: ["openSessionPriv", "rakp1FullName"],
  knownManufacturers: ["Dell", "HPE"],
};

function messageOf(file: string): string {
  try {
    parseConfig(readFileSync(join(folder, file), "utf8"), { path: file, ...options });
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message}\n`;
    throw error;
  }
  throw new Error(`${file} was accepted`);
}

describe("the file of another program", () => {
  const problemsOf = (text: string): readonly { readonly message: string }[] => {
    try {
      parseConfig(text, { path: "x.yml" });
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    throw new Error("it was accepted");
  };

  it("is refused with its first errors, and their number is limited", () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `node${i}: 10.0.0.1`).join("\n");
    const problems = problemsOf(keys);
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)?.message).toBe("and 9800 more problems; is this the right file?");
  });

  it("is not quoted at full length", () => {
    for (const { message } of problemsOf(`targets: [{ hosts: n1, auth: ${"a".repeat(50_000)} }]`))
      expect(message.length).toBeLessThan(1100);
  });
});

describe("a bad configuration", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yml"));

  it.each(files)("%s is refused with the message beside it", (file) => {
    const beside = join(folder, file.replace(/yml$/, "txt"));
    const message = messageOf(file);
    if (process.env.UPDATE === "1") writeFileSync(beside, message);
    expect(existsSync(beside), `${beside} is missing`).toBe(true);
    expect(message).toBe(readFileSync(beside, "utf8"));
  });

  it.each(files)("%s does not have its password in the message", (file) => {
    expect(messageOf(file)).not.toMatch(/swordfish|\\q|12345678/);
  });
});
