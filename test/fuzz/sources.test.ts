import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, parseConfig } from "../../src/config/index.ts";
import type { Candidate } from "../../src/inventory/candidate.ts";
import { FileSource } from "../../src/inventory/file-sd.ts";
import { HttpSource } from "../../src/inventory/http-sd.ts";
import { isHostName, type Rejection, rejectionText } from "../../src/inventory/index.ts";
import { mergeCandidates } from "../../src/inventory/merge.ts";
import type { Source } from "../../src/inventory/source.ts";
import { inputsOf, printedSeed } from "../ipmi/fuzz/random.ts";
import { temporaryFolder } from "../rig/child.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { checkSentence, fuzzAnswers, Violation } from "./text-target.ts";

const COUNT = inputsOf(2000);
const seed = printedSeed(`${COUNT} lists of service discovery, twice`);

const GROUPS = [
  { targets: ["10.0.0.1", "10.0.0.2:6230"], labels: { rack: "r1", position: "07", vendor: "acme", __meta_x: "y" } },
  { targets: ["[2001:db8::1]:623"], labels: { host: "node3", __address__: "10.0.0.9", module: "slow" } },
];
const JSON_LISTS = [JSON.stringify(GROUPS), JSON.stringify(GROUPS, undefined, 1), "[]", '[{"targets":[]}]'];
const YAML_LISTS = [
  "- targets: ['10.0.0.1', n2]\n  labels: { host: node3, rack: 07, auth: default }\n",
  "- &a\n  targets:\n    - n1:623\n  labels:\n    room: x\n- { targets: [n2], labels: { row: '1' } }\n",
  JSON.stringify(GROUPS),
];

const folder = temporaryFolder("fuzz");
afterAll(() => folder.remove());

const config: Config = parseConfig(
  `auths: { default: { username: m, password: x } }
modules: { slow: {} }
file_sd: [{ files: [list.yml], labels: { a: b }, map: { host: __meta_x, z: constructor, y: __proto__ } }]
http_sd: [{ url: "http://127.0.0.1/", map: { rack: __meta_x, z: toString } }]`,
  { path: join(folder.path, "lightsout.yml") },
);

/** What a source tells is what the inventory goes on with: text everywhere, names that can be names. */
function check(source: Source): void {
  for (const { text } of source.failures()) checkSentence(text);
  const checkRejection = (rejection: Rejection): void => checkSentence(rejectionText(rejection));
  source.rejections().forEach(checkRejection);
  const candidates: readonly Candidate[] = source.candidates();
  for (const { name, address, port, module, auth, labels, place } of candidates) {
    if (!isHostName(name)) throw new Violation(`a host named ${name}`);
    for (const text of [address, module, auth, ...Object.values(labels), ...Object.values(place)])
      if (typeof text !== "string") throw new Violation(`a ${typeof text} where text belongs`);
    if (port !== undefined && !(port > 0 && port < 65_536)) throw new Violation(`port ${port}`);
  }
  mergeCandidates(candidates, config, checkRejection);
}

describe("arbitrary host lists", () => {
  it(
    "are accepted or refused with a message: http_sd",
    async () => {
      const [http] = config.httpSd;
      if (!http) throw new Error("no http_sd");
      const ask = async (text: string): Promise<void> => {
        const fetch = async (): Promise<Response> => new Response(text);
        const source = new HttpSource(http, { clock: new FakeClock(), changed: () => {}, fetch });
        await source.start();
        check(source);
        source.stop();
      };
      await fuzzAnswers({ name: "http_sd", valid: JSON_LISTS, ask }, COUNT, seed);
    },
    Math.max(60_000, COUNT * 20),
  );

  it(
    "are accepted or refused with a message: file_sd",
    async () => {
      const [file] = config.fileSd;
      if (!file) throw new Error("no file_sd");
      const files = ["yml", "json"].map((ending) => join(folder.path, `list.${ending}`));
      let turn = 0;
      const ask = async (text: string): Promise<void> => {
        const path = files[turn++ % files.length] ?? "";
        writeFileSync(path, text);
        const source = new FileSource({ ...file, files: [path] }, { clock: new FakeClock(), changed: () => {} });
        await source.start();
        check(source);
        source.stop();
      };
      await fuzzAnswers({ name: "file_sd", valid: YAML_LISTS, ask }, COUNT, seed);
    },
    Math.max(60_000, COUNT * 20),
  );

  it.each([
    ["a mapping of 50,000 hosts", Array.from({ length: 50_000 }, (_, i) => `n${i}: 10.0.0.1`).join("\n"), "not a list"],
    ["brackets without an end", "[".repeat(20_000), "nested too deeply"],
    ["aliases of aliases", `a: &a [x,x,x,x,x,x,x,x,x]\n${bomb()}`, "alias"],
    ["a key that is there twice", "- targets: [a]\n  targets: [b]\n", "the same key twice in one mapping at line 2"],
    ["a list that holds itself", "&a [*a]", "has no list of strings at [0].targets"],
  ])("are refused soon: %s", async (_, text, words) => {
    const path = join(folder.path, "bomb.yml");
    writeFileSync(path, text);
    const [file] = config.fileSd;
    if (!file) throw new Error("no file_sd");
    const source = new FileSource({ ...file, files: [path] }, { clock: new FakeClock(), changed: () => {} });
    await source.start();
    expect(source.failures()[0]?.text).toContain(words);
    source.stop();
  });
});

function bomb(): string {
  const names = "abcdefghij";
  return [...names.slice(1)]
    .map((name, i) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${names[i]}`).join(",")}]`)
    .join("\n");
}
