import { FAMILIES } from "./families/index.ts";
import type { Family } from "./family.ts";
import { rackPowerBudget } from "./fleet.ts";
import type { SelfDescription } from "./self.ts";

const INTRODUCTION = `# Metrics

This page is generated from the source. A test compares the two.

- In fleet output (\`/metrics\`) every series has the label \`host\` and, if known, \`site\`, \`room\`, \`row\`, \`rack\` and \`position\`. In \`/probe\` output no series has them.
- No reading, no sample: an unknown value is absent. It is never exported as -1, NaN or 0.
- \`id\` is the only sensor label that is unique on a host: join on \`(host, id)\`. \`role\` is present only if a role rule matched the sensor; see [roles.md](roles.md).
- Health is 0 ok, 1 warning, 2 critical, 3 non-recoverable.
- A host that stops answering has \`bmc_up\` 0 at once. Its last readings stay until they are stale (\`scheduler.stale_after\`, by default
  three intervals). After that, only the families from \`bmc_up\` to \`bmc_part_duration_seconds\` and \`bmc_host_info\` remain.
- Over IPMI, states of discrete sensors that were not read in the last poll stay as they were. While nothing happened they are at most
  \`sensors.discrete_interval\` old (default 5m); \`bmc_part_oldest_state_timestamp_seconds\` has the time of the oldest one.
- Type \`info\` is a gauge that is always 1 and has its information in labels.
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

/** The page docs/metrics.md: type, labels, unit, meaning and source of every family. */
export function metricsReference(self: readonly SelfDescription[]): string {
  let text = INTRODUCTION;
  text += "\n## Hosts\n\n| family | type | labels | unit | meaning | source |\n|---|---|---|---|---|---|\n";
  for (const family of [...FAMILIES, rackPowerBudget]) text += row(family);
  text +=
    "\n## The exporter itself\n\nThe exporter also has the usual `process_` and `nodejs_` families of prom-client.\n";
  text += "\n| family | type | labels | meaning |\n|---|---|---|---|\n";
  for (const { name, type, labels, help } of self)
    text += `| ${[code(name), type, labels.map(code).join(" "), help].map(cell).join(" | ")} |\n`;
  return text;
}
