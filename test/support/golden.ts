import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The text that is expected, from a file beside the test. `UPDATE_GOLDEN=1` writes the files anew; read the
 * difference before committing it.
 *
 * @param folder of the test
 * @throws Error where the file is missing in CI
 */
export function golden(folder: string, name: string, text: string | Uint8Array): string {
  const path = join(folder, "golden", name);
  if (process.env.UPDATE_GOLDEN !== undefined || !existsSync(path)) {
    if (process.env.CI === "true") throw new Error(`${path} is missing`);
    writeFileSync(path, text);
  }
  return readFileSync(path, "utf8");
}
