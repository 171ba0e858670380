/** The software bill of materials, in the format CycloneDX, by `npm sbom`. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { about } from "./facts.mjs";
import { npm } from "./run.mjs";

/**
 * The SBOM of the production dependencies as text. `npm sbom --omit=dev` also leaves out dependencies of both kinds, so it
 * gets a package.json without development dependencies. It names the package after the folder.
 */
export async function bill(work) {
  const folder = join(work, "sbom", "lightsout");
  mkdirSync(folder, { recursive: true });
  const { devDependencies: _, scripts: __, ...rest } = about();
  writeFileSync(join(folder, "package.json"), JSON.stringify(rest));
  copyFileSync(join(root, "package-lock.json"), join(folder, "package-lock.json"));
  await npm(["install", "--package-lock-only", "--ignore-scripts", "--prefix", folder], { cwd: folder });
  const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
  return npm([...args, "--prefix", folder], { cwd: folder });
}
