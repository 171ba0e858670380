import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

/**
 * Words that read like literal translations, with what to write instead, a text in which the pattern must match and
 * one in which it must not. Add a row when a review meets the same words twice.
 */
const PATTERNS: readonly {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly avoid: string;
  readonly allow: string;
}[] = [
  {
    pattern: /, say\b/,
    instead: "e.g.",
    avoid: "a password file that can be read, say: mend that",
    allow: "the rules behind this one, says the page",
  },
  {
    pattern: /\bof before\b|\bthe ones? before\b/,
    instead: "previous, earlier",
    avoid: "the outputs of before a reload",
    allow: "a number of polls before the timeout",
  },
  {
    pattern: /\bmend(s|ed|ing)?\b/,
    instead: "fix, correct",
    avoid: "mend the account, then reload",
    allow: "the recommended cipher suite",
  },
  {
    pattern: /\b(put|puts|putting) (it |them |a fault )?right\b(?!-)/,
    instead: "fix, clear (a fault)",
    avoid: "put it right after so long",
    allow: "put right-aligned numbers here",
  },
  {
    pattern: /\b(after|at least|at most|every|first|last|of) so (many|much|long)\b/,
    instead: "the given number of, the given duration",
    avoid: "put it right after so long: 10m",
    allow: "a DIMM had so many errors that the board stopped logging them",
  },
  {
    pattern: /\b(is|are|was|were|be|been|being) told\b/,
    instead: "is reported, is logged, is exported",
    avoid: "node017 is told by 2 targets",
    allow: "the operator told us",
  },
  {
    pattern: /\bwhoever\b/,
    instead: "the client that, everybody who",
    avoid: "whoever reaches port 623",
    allow: "the client that reaches port 623",
  },
  {
    pattern: /\b(tell|tells|telling) (of|operators)\b/,
    instead: "reports, describes",
    avoid: "many BMCs tell operators only",
    allow: "the trace tells a timeout from a refusal",
  },
  {
    pattern: /\b(BMC|exporter|host|board)s? (say|says|said|tell|tells|told|speaks of)\b/,
    instead: "reports, returns",
    avoid: "Who the BMC says it is.",
    allow: "what the runbook says about the BMC",
  },
  {
    pattern: /\b(ask|asks|asked|asking) (a|the|each|every|one|all|its|any) (BMC|host|exporter)s?\b/,
    instead: "polls, queries, sends a request to",
    avoid: "ask one BMC now",
    allow: "prompts for the password of a BMC",
  },
  {
    pattern: /\b(let|lets|letting) go\b/,
    instead: "release",
    avoid: "the session is let go",
    allow: "let Go parse the expression",
  },
  {
    pattern: /\bunder way\b/,
    instead: "in progress, in flight",
    avoid: "polls under way",
    allow: "understand the way it works",
  },
  {
    pattern: /\b(is|are) none of\b/,
    instead: "is not a",
    avoid: "it is none of the commands",
    allow: "none of the hosts answers",
  },
  {
    pattern: /\b(will not do|what would do|would do\b(?! (so|that|this|it)))/,
    instead: "is not supported, expected",
    avoid: "an address will not do",
    allow: "a restart would do that",
  },
  {
    pattern: /\bcan(not)? be had\b|\bcould not be had\b/,
    instead: "cannot be loaded, is not available",
    avoid: "credentials cannot be had",
    allow: "it cannot be handled",
  },
  {
    pattern: /\banew\b/,
    instead: "again",
    avoid: "starts anew when the configuration changes",
    allow: "a newer version",
  },
  {
    pattern: /\bmut(e|es|ed|ing)\b/,
    instead: "inhibit, silence, does not fire",
    avoid: "mutes what a bigger trouble explains",
    allow: "mute_time_intervals: [weekend]",
  },
  {
    pattern: /\b(nothing|none) besides\b/,
    instead: "nothing else",
    avoid: "every key of the file, and none besides",
    allow: "besides nothing, a key",
  },
  {
    pattern: /\bin (the|its|their|his) place of\b/,
    instead: "instead of, replaces",
    avoid: "put your exporter in the place of it",
    allow: "in place of the old file",
  },
  {
    pattern: /\b(as|is|are|was) wished\b/,
    instead: "as configured, as requested",
    avoid: "did not answer as wished",
    allow: "as you wish",
  },
];

const root = resolve(import.meta.dirname, "..");

interface Text {
  readonly where: string;
  readonly text: string;
}

function filesIn(folder: string, extension: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => extension.test(path))
    .map((path) => join(root, folder, path))
    .sort();
}

const linesOf = (path: string): readonly Text[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .map((text, i) => ({ where: `${relative(root, path)}:${i + 1}`, text }));

/**
 * The string literals of a source file that contain a space: log lines, errors, help of commands, HELP of families,
 * descriptions of keys, texts of pages. Comments and identifiers are not in it.
 */
function literalsOf(path: string): readonly Text[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      if (node.text.includes(" ")) found.push({ where: `${relative(root, path)}:${line}`, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The values of some keys anywhere in a document. */
function valuesOf(path: string, document: unknown, keys: readonly string[]): readonly Text[] {
  if (typeof document !== "object" || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) =>
    typeof value === "string"
      ? keys.includes(key)
        ? [{ where: `${relative(root, path)}: ${key}`, text: value }]
        : []
      : valuesOf(path, value, keys),
  );
}

const read = (path: string): string => readFileSync(path, "utf8");

/** All texts that users read, by where they stand. */
const TEXTS: Readonly<Record<string, readonly Text[]>> = {
  "log lines, errors, HELP, command help and descriptions in src": filesIn("src", /\.ts$/).flatMap(literalsOf),
  "documents and runbooks": [
    ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map((name) => join(root, name)),
    join(root, "helm", "lightsout", "README.md"),
    ...["docs", "alerts", "dashboards", "examples"].flatMap((folder) => filesIn(folder, /\.md$/)),
  ].flatMap(linesOf),
  "alert annotations": filesIn("alerts", /\.yml$/).flatMap((path) =>
    valuesOf(path, parse(read(path)), ["summary", "description"]),
  ),
  dashboards: filesIn("dashboards", /\.json$/).flatMap((path) =>
    valuesOf(path, JSON.parse(read(path)), ["title", "description", "content", "legendFormat", "label", "displayName"]),
  ),
  "the chart's values, schema and notes": [
    ...["values.yaml", "values.schema.json"].map((name) => join(root, "helm", "lightsout", name)),
    ...filesIn("helm/lightsout/templates", /./),
  ].flatMap(linesOf),
  "examples and rules": [...filesIn("examples", /\.yml$/), ...filesIn("rules", /\.yml$/)].flatMap(linesOf),
  "packaging and scripts": [
    ...linesOf(join(root, "Dockerfile")),
    ...filesIn("packaging", /\.(service|socket)$/).flatMap(linesOf),
    ...["packaging", "scripts"].flatMap((folder) => filesIn(folder, /\.mjs$/)).flatMap(literalsOf),
  ],
};

describe("plain English", () => {
  it.each(Object.entries(TEXTS))("is used in %s", (_, texts) => {
    expect(texts.length).toBeGreaterThan(10);
    const found = texts.flatMap(({ where, text }) =>
      PATTERNS.flatMap(({ pattern, instead }) => {
        const [words] = pattern.exec(text) ?? [];
        return words === undefined ? [] : [`${where}: "${words}", write: ${instead}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it.each(PATTERNS.map((row) => [row.pattern.source, row] as const))("has a pattern %s that matches", (_, row) => {
    expect(row.avoid).toMatch(row.pattern);
    expect(row.allow).not.toMatch(row.pattern);
  });
});
