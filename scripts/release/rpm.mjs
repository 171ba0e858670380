/** The RPM package, built with rpmbuild from the file tree. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { about, packageVersion } from "./facts.mjs";
import { run } from "./run.mjs";

/** Builds lightsout-VERSION-1.noarch.rpm in a folder and returns its path. */
export async function rpmPackage(tree, work, folder, { epoch }) {
  const top = join(work, "rpm");
  mkdirSync(top);
  const { version, homepage } = about();
  const spec = readFileSync(join(root, "packaging/linux/lightsout.spec"), "utf8")
    .replace("@version@", packageVersion(version))
    .replace("@url@", homepage === undefined ? "# no URL is known" : `URL: ${homepage}`)
    .replace("@tree@/.", `${tree}/.`);
  writeFileSync(join(top, "lightsout.spec"), spec);
  const settings = [
    `_topdir ${top}`,
    "clamp_mtime_to_source_date_epoch 1",
    "use_source_date_epoch_as_buildtime 1",
    "_buildhost localhost",
  ];
  const args = [
    "-bb",
    "--quiet",
    "--nodeps",
    ...settings.flatMap((one) => ["--define", one]),
    join(top, "lightsout.spec"),
  ];
  await run("rpmbuild", args, { env: { SOURCE_DATE_EPOCH: epoch } });
  const [name] = readdirSync(join(top, "RPMS/noarch"));
  if (name === undefined) throw new Error("rpmbuild built nothing");
  copyFileSync(join(top, "RPMS/noarch", name), join(folder, name));
  return join(folder, name);
}
