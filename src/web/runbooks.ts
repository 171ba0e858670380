import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";
import { html } from "./pages/html.ts";
import { page } from "./pages/layout.ts";
import { markdown } from "./pages/markdown.ts";
import { pagePolicy } from "./pages/style.ts";
import { Parameters, quoted } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";

/** The runbooks of the package; the same relative path from src/ and dist/. */
const FOLDER = fileURLToPath(new URL("../../docs/runbooks/", import.meta.url));

/** The names of the runbooks, which are those of the alerts. */
async function runbookNames(): Promise<readonly string[]> {
  const files = await readdir(FOLDER).catch(() => {
    throw new Refusal(404, "this installation has no runbooks; the npm package and the image have them");
  });
  const names = files.flatMap((file) => /^([A-Z]\w*)\.md$/.exec(file)?.[1] ?? []);
  return names.filter((name) => name !== "README").sort();
}

const textOf = (name: string): Promise<string> => readFile(join(FOLDER, `${name}.md`), "utf8");

/** Links between runbooks. Other pages of the documentation are not served. */
function linkOf(target: string): string | undefined {
  const name = /^(\w+)\.md$/.exec(target)?.[1];
  return name === undefined ? undefined : `/runbooks/${name}`;
}

/** /runbooks: how to read the runbooks, and the list of them. */
export function runbooksHandler({ version }: Pick<BoundParts, "version">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    const names = await runbookNames();
    const about = await textOf("README").catch(() => "# Runbooks\n");
    const content = html`${markdown(about, linkOf)}
<section><h2>Alerts</h2><ul>${names.map((name) => html`<li><a href="/runbooks/${name}">${name}</a></li>\n`)}</ul></section>`;
    const text = page({ title: "Runbooks - lightsout", version, content });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}

/** /runbooks/NAME: the runbook of an alert. */
export function runbookHandler({ version }: Pick<BoundParts, "version">): RequestHandler<{ name: string }> {
  return async (request, response) => {
    new Parameters(request, []);
    const { name } = request.params;
    // Only names of the list become part of a path.
    if (!(await runbookNames()).includes(name))
      throw new Refusal(404, `no runbook ${quoted(name)}; /runbooks lists them`);
    const content = html`${markdown(await textOf(name), linkOf)}<p><a href="/runbooks">All runbooks</a></p>`;
    const text = page({ title: `${name} - lightsout`, version, content });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}
