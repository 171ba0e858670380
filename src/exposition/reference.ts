import { FAMILIES } from "./families/index.ts";
import type { Family } from "./family.ts";
import { rackPowerBudget } from "./fleet.ts";
import type { SelfDescription } from "./self.ts";

const INTRODUCTION = `# Metrics

This page is made from the source; a test compares the two.

- In fleet output every series carries \`host\` and, where known, \`site\`, \`room\`, \`row\`, \`rack\` and \`position\`; in \`/probe\` output none of them.
- No reading, no sample: a value that is not known is not there. There is no -1, no NaN and no 0 for "unknown".
- \`id\` is the only label of a sensor that is unique on its host: join on \`(host, id)\`. \`role\` is there only where a rule matched the name.
- Health is 0 ok, 1 warning, 2 critical, 3 non-recoverable.
- A host that stops answering has \`bmc_up\` 0 at once and keeps its last readings until they are stale (\`scheduler.stale_after\`,
  three intervals unless said); then only the reach of the host and \`bmc_host_info\` remain.
- Type \`info\` is a gauge that is always 1 and says words in its labels.
`;

const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => `\`${text}\``;

function row({
  name,
  type,
  labels,
  unit,
  help,
  source,
}: Omit<Family, "ofSensors" | "samples" | "type"> & { readonly type: string }): string {
  const cells = [code(name), type, labels.map(code).join(" "), unit ?? "", help, source];
  return `| ${cells.map(cell).join(" | ")} |\n`;
}

/** The page docs/metrics.md: every family with its type, labels, unit, meaning and source. */
export function metricsReference(self: readonly SelfDescription[]): string {
  let text = INTRODUCTION;
  text += "\n## Hosts\n\n| family | type | labels | unit | meaning | source |\n|---|---|---|---|---|---|\n";
  for (const family of [...FAMILIES, rackPowerBudget]) text += row(family);
  text += "\n## The exporter itself\n\nBesides these there are the usual `process_` and `nodejs_` families.\n";
  text += "\n| family | type | labels | meaning |\n|---|---|---|---|\n";
  for (const { name, type, labels, help } of self)
    text += `| ${[code(name), type, labels.map(code).join(" "), help].map(cell).join(" | ")} |\n`;
  return text;
}
