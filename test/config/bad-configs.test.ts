import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "../../src/config/index.ts";

/** Each file has the exact message beside it; UPDATE=1 writes the messages anew, to be read before they are kept. */
const folder = join(import.meta.dirname, "bad");
const options = { env: { BMC_PASSWORD: "x" }, knownQuirks: ["openSessionPriv", "rakp1FullName"] };

function messageOf(file: string): string {
  try {
    parseConfig(readFileSync(join(folder, file), "utf8"), { path: file, ...options });
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message}\n`;
    throw error;
  }
  throw new Error(`${file} was accepted`);
}

describe("a bad configuration", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yml"));

  it.each(files)("%s is refused with the message beside it", (file) => {
    const beside = join(folder, file.replace(/yml$/, "txt"));
    const message = messageOf(file);
    if (process.env.UPDATE === "1") writeFileSync(beside, message);
    expect(existsSync(beside), `${beside} is missing`).toBe(true);
    expect(message).toBe(readFileSync(beside, "utf8"));
  });

  it.each(files)("%s does not show its password", (file) => {
    expect(messageOf(file)).not.toMatch(/swordfish|\\q|12345678/);
  });
});
