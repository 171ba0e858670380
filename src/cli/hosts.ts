import { ConfigError } from "../config/index.ts";
import { readConfig } from "../exporter/index.ts";
import { foldHosts, loadHosts, SelectorError, selectHosts } from "../inventory/index.ts";
import { type Host, PLACE_LABELS } from "../model/index.ts";
import { type Condition, csvLine, type HostData } from "../web/index.ts";
import { type ExporterAccess, ExporterRequestError } from "./exporter-client.ts";
import { hostsOfExporter, inventoryHost } from "./fleet-data.ts";
import type { HostFormat } from "./formats.ts";
import { problemLines } from "./problem-lines.ts";
import { textTable } from "./text-table.ts";

interface HostsCommand {
  /** All hosts if it is empty. */
  readonly selector: string;
  readonly configFile: string;
  /** The state of hosts is known to a running exporter only. */
  readonly exporter?: ExporterAccess;
  readonly state?: Condition;
  readonly format: HostFormat;
}

interface Listed {
  readonly host: Host;
  readonly data?: HostData;
}

/**
 * Lists hosts of the inventory, or of a running exporter with their state. Returns the exit code: 0, also for no host; 1 if
 * the exporter or a source of the inventory cannot be read; 2 if an option, the selector or the configuration is invalid.
 */
export async function hosts(command: HostsCommand): Promise<number> {
  if (command.state !== undefined && command.exporter === undefined) {
    process.stderr.write(
      "lightsout: --state needs a running exporter; give --exporter URL, or set LIGHTSOUT_EXPORTER\n",
    );
    return 2;
  }
  try {
    const { all, isComplete } = await allHosts(command);
    const names = new Set(
      selectHosts(
        all.map(({ host }) => host),
        command.selector,
      ).map(({ name }) => name),
    );
    const selected = all.filter(
      ({ host, data }) => names.has(host.name) && (command.state === undefined || data?.condition === command.state),
    );
    process.stdout.write(listText(selected, command));
    return isComplete ? 0 : 1;
  } catch (error) {
    const lines = problemsOf(error);
    if (lines === undefined) throw error;
    for (const line of lines) process.stderr.write(`lightsout: ${line}\n`);
    return error instanceof ExporterRequestError && (error.status ?? 500) >= 500 ? 1 : 2;
  }
}

async function allHosts({ exporter, configFile }: HostsCommand): Promise<{ all: Listed[]; isComplete: boolean }> {
  if (exporter !== undefined) {
    const all = (await hostsOfExporter(exporter)).map((data) => ({ host: inventoryHost(data), data }));
    return { all, isComplete: true };
  }
  const { hosts: found, failures } = await loadHosts(await readConfig(configFile, process.env));
  for (const { text } of failures) process.stderr.write(`lightsout: ${text}\n`);
  return { all: [...found.values()].map((host) => ({ host })), isComplete: failures.length === 0 };
}

function problemsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return problemLines(error);
  return error instanceof ExporterRequestError || error instanceof SelectorError ? [error.message] : undefined;
}

function listText(selected: readonly Listed[], { format, exporter }: HostsCommand): string {
  const names = selected.map(({ host }) => host.name);
  switch (format) {
    case "names":
      return names.map((name) => `${name}\n`).join("");
    case "folded":
      return names.length === 0 ? "" : `${foldHosts(names)}\n`;
    case "json":
      return `${JSON.stringify(
        selected.map(({ host, data }) => data ?? host),
        undefined,
        2,
      )}\n`;
    case "csv":
      return [columns(exporter), ...selected.map(row)].map(csvLine).join("");
    case "table":
      if (selected.length === 0) return "";
      return textTable(withoutEmptyColumns([columns(exporter).map((name) => name.toUpperCase()), ...selected.map(row)]))
        .map((line) => `${line}\n`)
        .join("");
  }
}

/** Many sites have no rooms or rows; their columns would only push the others off the screen. */
function withoutEmptyColumns(rows: readonly (readonly string[])[]): string[][] {
  const [, ...body] = rows;
  return rows.map((cells) => cells.filter((_, column) => body.some((other) => other[column] !== "")));
}

const columns = (exporter: ExporterAccess | undefined): string[] => [
  "host",
  "address",
  ...PLACE_LABELS,
  ...(exporter === undefined ? ["module", "auth"] : ["state", "power", "worst fault"]),
];

function row({ host, data }: Listed): string[] {
  const place = PLACE_LABELS.map((label) => host.place[label] ?? "");
  const more =
    data === undefined ? [host.module, host.auth] : [data.condition, data.power ?? "", data.faults[0]?.text ?? ""];
  return [host.name, host.address, ...place, ...more];
}
