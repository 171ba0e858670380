import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document, isMap, isSeq, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { nearest, parseDuration } from "../lib/index.ts";
import { dashboardUrl, runbookUrl } from "../model/index.ts";
import { SHIPPED_JOBS } from "./options.ts";

/** The rule files of the package; the same relative path from src/ and dist/. */
const ALERTS_FOLDER = fileURLToPath(new URL("../../alerts/", import.meta.url));

const SEVERITIES = ["critical", "warning", "info", "none"];

interface RulesOptions {
  /** Root URL of Grafana; without it, alerts name the path of their dashboard and have no link. */
  readonly grafana?: string;
  /** See `runbookUrl`; without it, alerts have no link to a runbook. */
  readonly runbooks?: string;
  /** Job that scrapes lightsout. */
  readonly job: string;
  /** Job that scrapes node_exporter. */
  readonly nodeJob: string;
  readonly disable: readonly string[];
  /** New severities and `for` durations, by alert. */
  readonly severity: ReadonlyMap<string, string>;
  readonly for: ReadonlyMap<string, string>;
  /** File to write; standard output if absent. */
  readonly output?: string;
}

/** Prints the shipped alert rules as one rule file for Prometheus, adapted to a site. Returns the exit code. */
export function rules(options: RulesOptions): number {
  const document = combined();
  const alerts = alertsOf(document);
  const problem = firstProblem(options, [...alerts.keys()]);
  if (problem !== undefined) {
    process.stderr.write(`lightsout: ${problem}\n`);
    return 2;
  }
  adapt(document, options);
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  if (options.output === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    writeFileSync(options.output, text);
    return 0;
  } catch (error) {
    process.stderr.write(`lightsout: cannot write ${options.output}: ${(error as Error).message}\n`);
    return 1;
  }
}

/** All rule files as one document. The comment at the top of a file becomes that of its first group. */
function combined(): Document {
  const all = new Document({ groups: [] });
  const groups = all.get("groups") as YAMLSeq;
  groups.flow = false;
  const names = readdirSync(ALERTS_FOLDER).filter((name) => name.endsWith(".yml"));
  for (const name of names.sort()) {
    const file = parseDocument(readFileSync(join(ALERTS_FOLDER, name), "utf8"));
    const [problem] = file.errors;
    if (problem) throw new Error(`${name}: ${problem.message}`);
    const own = mapsOf(file.get("groups"));
    const [pair] = isMap(file.contents) ? file.contents.items : [];
    const heading = file.commentBefore ?? (pair?.key as Scalar | undefined)?.commentBefore;
    if (own[0] && heading) own[0].commentBefore = heading;
    for (const group of own) groups.add(group);
  }
  return all;
}

const mapsOf = (node: unknown): readonly YAMLMap[] => (isSeq(node) ? node.items.filter((item) => isMap(item)) : []);

/** The alerts by name. */
function alertsOf(document: Document): ReadonlyMap<string, YAMLMap> {
  const rules = mapsOf(document.get("groups")).flatMap((group) => mapsOf(group.get("rules")));
  return new Map(rules.filter((rule) => rule.has("alert")).map((rule) => [String(rule.get("alert")), rule]));
}

/** What is wrong with the options, in one sentence. */
function firstProblem(options: RulesOptions, names: readonly string[]): string | undefined {
  // Not a check of the parser, because a usage error quotes the argument.
  for (const name of ["grafana", "runbooks"] as const)
    if (holdsCredentials(options[name])) return `--${name}: a link must not hold credentials`;
  for (const name of [...options.disable, ...options.severity.keys(), ...options.for.keys()]) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    return `no alert has the name ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`;
  }
  for (const [name, severity] of options.severity)
    if (!SEVERITIES.includes(severity))
      return `--severity ${name}=${severity}: the severity must be one of ${SEVERITIES.join(", ")}`;
  for (const [name, duration] of options.for)
    if (parseDuration(duration) === undefined)
      return `--for ${name}=${duration}: expected a duration, e.g. ${name}=10m`;
  return undefined;
}

function holdsCredentials(link: string | undefined): boolean {
  if (link === undefined) return false;
  const { username, password } = new URL(link);
  return username !== "" || password !== "";
}

function adapt(document: Document, options: RulesOptions): void {
  const groups = document.get("groups") as YAMLSeq;
  for (const group of mapsOf(groups)) {
    const rules = group.get("rules") as YAMLSeq<YAMLMap>;
    rules.items = rules.items.filter((rule) => !options.disable.includes(String(rule.get("alert"))));
    for (const rule of rules.items) adaptRule(rule, options);
  }
  // Prometheus accepts a group without rules, but it would be of no use.
  groups.items = mapsOf(groups).filter((group) => mapsOf(group.get("rules")).length > 0);
}

function adaptRule(rule: YAMLMap, options: RulesOptions): void {
  const expression = String(rule.get("expr"));
  const jobs = [
    [SHIPPED_JOBS.exporter, options.job],
    [SHIPPED_JOBS.node, options.nodeJob],
  ] as const;
  const renamed = jobs.reduce(
    (text, [shipped, own]) => text.replaceAll(`job="${shipped}"`, () => `job=${JSON.stringify(own)}`),
    expression,
  );
  if (renamed !== expression) rule.set("expr", renamed);
  if (!rule.has("alert")) return;

  const name = String(rule.get("alert"));
  const severity = options.severity.get(name);
  if (severity !== undefined) rule.setIn(["labels", "severity"], severity);
  const duration = options.for.get(name);
  if (duration !== undefined) rule.set("for", duration);
  if (options.runbooks !== undefined) rule.setIn(["annotations", "runbook_url"], runbookUrl(options.runbooks, name));
  if (options.grafana !== undefined) {
    const path = String(rule.getIn(["annotations", "dashboard"]));
    rule.deleteIn(["annotations", "dashboard"]);
    rule.setIn(["annotations", "dashboard_url"], dashboardUrl(options.grafana, path));
  }
}
