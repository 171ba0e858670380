/** The Debian package, built with dpkg-deb from the file tree. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { about, maintainer, packageVersion } from "./facts.mjs";
import { run } from "./run.mjs";
import { copyTree, zipped } from "./tree.mjs";

const DESCRIPTION = `Prometheus exporter for the BMCs of a data centre
 lightsout polls the management controllers (BMCs) of servers over IPMI and
 Redfish and serves their hardware health as metrics for Prometheus. It keeps
 one session for each BMC and needs neither ipmitool nor FreeIPMI.`;

/** Builds lightsout_VERSION_all.deb in a folder and returns its path. */
export async function debianPackage(tree, work, folder, { date, epoch }) {
  const stage = join(work, "deb");
  copyTree(tree, stage);
  const { version, homepage } = about();
  const own = `${packageVersion(version)}-1`;
  const author = maintainer();
  const control = [
    "Package: lightsout",
    `Version: ${own}`,
    "Architecture: all",
    ...(author === undefined ? [] : [`Maintainer: ${author}`]),
    "Depends: nodejs (>= 20)",
    "Section: net",
    "Priority: optional",
    ...(homepage === undefined ? [] : [`Homepage: ${homepage}`]),
    `Description: ${DESCRIPTION}`,
    "",
  ];
  mkdirSync(join(stage, "DEBIAN"), { mode: 0o755 });
  writeFileSync(join(stage, "DEBIAN/control"), control.join("\n"));
  writeFileSync(join(stage, "DEBIAN/conffiles"), "/etc/lightsout/lightsout.yml\n/etc/default/lightsout\n");
  for (const name of ["postinst", "prerm", "postrm"]) {
    copyFileSync(join(root, "packaging/linux", name), join(stage, "DEBIAN", name));
    await run("chmod", ["0755", join(stage, "DEBIAN", name)]);
  }
  // Debian's own changelog names a person, so without an author there is none.
  if (author !== undefined) {
    const day = new Date(`${date}T00:00:00Z`).toUTCString().replace("GMT", "+0000");
    const text = `lightsout (${own}) unstable; urgency=medium\n\n  * Release ${version}; changelog.gz lists the changes.\n\n -- ${author}  ${day}\n`;
    writeFileSync(join(stage, "usr/share/doc/lightsout/changelog.Debian.gz"), zipped(text));
  }
  const file = join(folder, `lightsout_${own}_all.deb`);
  await run("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", stage, file], { env: { SOURCE_DATE_EPOCH: epoch } });
  if (readFileSync(file).subarray(0, 7).toString() !== "!<arch>") throw new Error(`${file} is not an archive`);
  return file;
}
