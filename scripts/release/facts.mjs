/** What a release is made of: its version, its changelog, and what the project does not know about itself yet. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";

const read = (...path) => readFileSync(join(root, ...path), "utf8");
/** The package.json of the project. */
export const about = () => JSON.parse(read("package.json"));

/** The heading and the lines of a version in CHANGELOG.md. @throws Error if it has no section or no date */
export function changelogSection(version, changelog = read("CHANGELOG.md")) {
  const parts = changelog.split(/^(?=## )/m);
  const part = parts.find((one) => one.startsWith(`## ${version} / `));
  if (part === undefined) throw new Error(`CHANGELOG.md has no heading "## ${version} / YYYY-MM-DD"`);
  const [, date] = /^## \S+ \/ (\d{4}-\d{2}-\d{2})$/m.exec(part) ?? [];
  if (date === undefined) throw new Error(`CHANGELOG.md: the date of ${version} is not YYYY-MM-DD`);
  return { date, text: `${part.split("\n").slice(1).join("\n").trim()}\n` };
}

/** Where the version of package.json must stand, too; one line for each file that has another. */
export function versionProblems() {
  const { version } = about();
  const lock = JSON.parse(read("package-lock.json"));
  const chart = read("helm", "lightsout", "Chart.yaml");
  const found = [
    ["package-lock.json", lock.version],
    ["package-lock.json, packages", lock.packages[""].version],
    ["helm/lightsout/Chart.yaml, version", /^version: (.+)$/m.exec(chart)?.[1]],
    ["helm/lightsout/Chart.yaml, appVersion", /^appVersion: (.+)$/m.exec(chart)?.[1]],
    ["Dockerfile, ARG VERSION", /^ARG VERSION=(.+)$/m.exec(read("Dockerfile"))?.[1]],
  ];
  return found.filter(([, has]) => has !== version).map(([where, has]) => `${where} has ${has}, not ${version}`);
}

const DIGEST = /^@sha256:[0-9a-f]{64}$/;

/**
 * Facts that only the owner of the project knows. They are absent, not invented, and a release needs them. Each has the
 * place where it belongs and how to find it.
 */
export function unknownFacts() {
  const { repository, homepage, bugs, author } = about();
  const chart = read("helm", "lightsout", "Chart.yaml");
  const dockerfile = read("Dockerfile");
  const digest = (name) => new RegExp(`^ARG ${name}="?([^"\\n]*)"?$`, "m").exec(dockerfile)?.[1] ?? "";
  const major = /^ARG NODE_MAJOR=(\d+)$/m.exec(dockerfile)?.[1];
  const inspect = (image) => `"@" and the digest that \`docker buildx imagetools inspect ${image}\` prints`;
  const facts = [
    [repository, "package.json: repository", "npm pkg set repository.type=git repository.url=URL"],
    [homepage, "package.json: homepage", "npm pkg set homepage=URL"],
    [bugs, "package.json: bugs", "npm pkg set bugs.url=URL"],
    [author, "package.json: author, the maintainer of the .deb", 'npm pkg set author="Name <address>"'],
    [/^sources:/m.test(chart), "helm/lightsout/Chart.yaml: sources", "sources: [URL of the repository]"],
    [
      /^maintainers:/m.test(chart),
      "helm/lightsout/Chart.yaml: maintainers",
      "maintainers: [{ name: ..., email: ... }]",
    ],
    [
      DIGEST.test(digest("BUILD_DIGEST")),
      "Dockerfile: ARG BUILD_DIGEST, the digest of the build image",
      inspect(`node:${major}-bookworm-slim`),
    ],
    [
      DIGEST.test(digest("BASE_DIGEST")),
      "Dockerfile: ARG BASE_DIGEST, the digest of the base image",
      inspect(`gcr.io/distroless/nodejs${major}-debian12:nonroot`),
    ],
  ];
  return facts.filter(([known]) => !known).map(([, where, how]) => ({ where, how }));
}

/** The maintainer as Debian writes it, "Name <address>"; undefined if package.json has no author with an address. */
export function maintainer() {
  const { author } = about();
  const text = typeof author === "object" ? `${author.name} <${author.email}>` : author;
  return /^[^<>]+ <[^<>@\s]+@[^<>@\s]+>/.exec(text ?? "")?.[0];
}

/** The version in the form of Debian and RPM, where a pre-release sorts before its release. */
export const packageVersion = (version) => version.replace("-", "~");
