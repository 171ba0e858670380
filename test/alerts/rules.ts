import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export const root = resolve(import.meta.dirname, "../..");
export const alertsFolder = join(root, "alerts");
export const runbooksFolder = join(root, "docs", "runbooks");

export interface AlertRule {
  readonly subject: string;
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule {
  readonly subject: string;
  readonly record: string;
  readonly expr: string;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly (AlertRule | RecordingRule)[] }[];
}

/** Subjects of the rule files, sorted: "exporter", "fan" ... */
export const subjects: readonly string[] = readdirSync(alertsFolder)
  .filter((name) => name.endsWith(".yml"))
  .map((name) => name.slice(0, -4))
  .sort();

export const ruleFile = (subject: string): string => join(alertsFolder, `${subject}.yml`);

const rules = subjects.flatMap((subject) => {
  const { groups } = parse(readFileSync(ruleFile(subject), "utf8")) as RuleFile;
  return groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, subject })));
});

export const alerts: readonly AlertRule[] = rules.filter((rule) => "alert" in rule);
export const records: readonly RecordingRule[] = rules.filter((rule) => "record" in rule);
