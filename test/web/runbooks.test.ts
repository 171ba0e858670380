import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { html } from "../../src/web/pages/html.ts";
import { markdown } from "../../src/web/pages/markdown.ts";
import { alerts } from "../alerts/rules.ts";
import { partsOf, Rig } from "./rig.ts";

const folder = resolve(import.meta.dirname, "../../docs/runbooks");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => name.slice(0, -3));

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };
/** What a person reads: words without markup. */
const words = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
const read = (page: string): string =>
  words(
    page.replaceAll(/<[^>]*>/g, " ").replaceAll(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? ""),
  );
/** The same of the source, by removing its markup instead of rendering it. */
const source = (text: string): string =>
  words(
    text
      .replaceAll(/^```.*$/gm, "")
      .replaceAll(/^#+ |^\d+\. |^- /gm, "")
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll("**", "")
      .replaceAll("`", ""),
  );
/** Blanks around elements do not matter. */
const dense = (text: string): string => text.replaceAll(/\s/g, "");

const rendered = (text: string): string => html`${markdown(text, (to) => (to === "A.md" ? "/a" : undefined))}`.text;

describe("Markdown", () => {
  it.each([
    ["# Title\ntext", "<h1>Title</h1>\n<p>text</p>\n"],
    ["## Part\n\none\ntwo\n\nthree", "<h2>Part</h2>\n<p>one two</p>\n<p>three</p>\n"],
    [
      "a `b*c*` **d** *e* [f](A.md) [g](B.md)",
      '<p>a <code>b*c*</code> <strong>d</strong> <em>e</em> <a href="/a">f</a> g</p>\n',
    ],
    ["1. one\n   more\n2. two", "<ol><li>one more</li>\n<li>two</li>\n</ol>\n"],
    ["- one\n- **two `x`**", "<ul><li>one</li>\n<li><strong>two <code>x</code></strong></li>\n</ul>\n"],
    [
      "```sh\na < b # c\n\n**d**\n```\ne",
      '<pre class="scroll" tabindex="0"><code>a &lt; b # c\n\n**d**</code></pre>\n<p>e</p>\n',
    ],
    ["<b>&</b>", "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>\n"],
    ["[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"],
    ["a * b ** c ` d [e", "<p>a * b ** c ` d [e</p>\n"],
    ["```\nnever closed", '<pre class="scroll" tabindex="0"><code>never closed</code></pre>\n'],
    ["", ""],
  ])("%j", (text, expected) => {
    expect(rendered(text)).toBe(expected);
  });
});

describe("the runbooks", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(partsOf([]));
  });
  afterAll(() => rig.stop());

  it("are listed", async () => {
    const { status, text } = await rig.ask("/runbooks");
    expect(status).toBe(200);
    const links = [...text.matchAll(/href="\/runbooks\/(\w+)"/g)].map(([, name]) => name);
    expect(links.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it.each(names)("%s is served word by word, with links to pages that exist", async (name) => {
    const { status, headers, text } = await rig.ask(`/runbooks/${name}`);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; /);
    const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(text)?.[1] ?? "";
    expect(main).not.toContain("<script");
    const expected = source(readFileSync(join(folder, `${name}.md`), "utf8"));
    expect(dense(read(main))).toBe(dense(`${expected} All runbooks`));
    for (const [, target] of main.matchAll(/href="\/runbooks\/([^"]*)"/g)) expect(names).toContain(target);
  });

  it("have no page for other names, and never read another file", async () => {
    for (const name of ["Nothing", "README", "fanfailed", "..%2f..%2fpackage", "..%2FREADME", "FanFailed.md", "%00"]) {
      const { status, text } = await rig.ask(`/runbooks/${name}`);
      expect(status, name).toBe(404);
      expect(text).not.toContain("dependencies");
    }
    expect((await rig.ask("/runbooks/FanFailed?x=1")).status).toBe(400);
    expect((await rig.ask("/runbooks/FanFailed", { method: "POST" })).status).toBe(405);
  });
});
