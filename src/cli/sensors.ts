import { SelectorError, selectHosts } from "../inventory/index.ts";
import { nearest } from "../lib/index.ts";
import type { HostData, SensorData } from "../web/index.ts";
import { type ExporterAccess, ExporterRequestError } from "./exporter-client.ts";
import { hostsOfExporter, inventoryHost } from "./fleet-data.ts";
import type { SensorFormat } from "./formats.ts";
import { sensorTable } from "./host-text.ts";

interface SensorsCommand {
  readonly selector: string;
  readonly exporter: ExporterAccess;
  readonly format: SensorFormat;
  /** Only sensors that are not ok. */
  readonly bad: boolean;
  readonly kind?: string;
  readonly role?: string;
  /** Part of a name. */
  readonly name?: string;
}

/**
 * Prints sensors of hosts from a running exporter. Returns the exit code: 0 if all selected hosts are up, 1 if one is not or
 * the exporter does not answer, 2 if the selector or the request is invalid.
 */
export async function sensors(command: SensorsCommand): Promise<number> {
  let all: HostData[];
  let selected: HostData[];
  try {
    all = await hostsOfExporter(command.exporter, ["sensors"]);
    const names = new Set(selectHosts(all.map(inventoryHost), command.selector).map(({ name }) => name));
    selected = all.filter(({ host }) => names.has(host));
  } catch (error) {
    if (!(error instanceof ExporterRequestError || error instanceof SelectorError)) throw error;
    process.stderr.write(`lightsout: ${error.message}\n`);
    return error instanceof ExporterRequestError && (error.status ?? 500) >= 500 ? 1 : 2;
  }
  const kinds = new Set(selected.flatMap(({ sensors: some = [] }) => some.map(({ kind }) => kind)));
  if (command.kind !== undefined && kinds.size > 0 && !kinds.has(command.kind)) {
    const near = nearest(command.kind, kinds);
    const hint = near === undefined ? `the kinds are ${[...kinds].sort().join(", ")}` : `did you mean ${near}?`;
    process.stderr.write(`lightsout: no sensor has the kind "${command.kind}"; ${hint}\n`);
    return 2;
  }
  const found = selected.map((data) => ({ data, sensors: (data.sensors ?? []).filter((one) => fits(one, command)) }));
  print(found, command);
  for (const { host, up, failure, last_known: isOld } of selected)
    if (!up) {
      const old = isOld ? "; its last known sensors are printed" : "";
      process.stderr.write(`lightsout: ${host} is down: ${failure?.reason ?? "not polled yet"}${old}\n`);
    }
  return selected.every(({ up }) => up) ? 0 : 1;
}

function fits({ kind, role, name, health }: SensorData, wanted: SensorsCommand): boolean {
  return (
    (!wanted.bad || (health !== undefined && health !== "ok")) &&
    (wanted.kind === undefined || kind === wanted.kind) &&
    (wanted.role === undefined || role === wanted.role) &&
    (wanted.name === undefined || name.toLowerCase().includes(wanted.name.toLowerCase()))
  );
}

function print(
  found: readonly { readonly data: HostData; readonly sensors: readonly SensorData[] }[],
  { format }: SensorsCommand,
): void {
  if (format === "json") {
    const list = found.map(({ data: { host, place, read_at, last_known }, sensors: some }) => ({
      host,
      place,
      read_at,
      last_known,
      sensors: some,
    }));
    process.stdout.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  const isSingle = found.length === 1;
  const lines = found.flatMap(({ data, sensors: some }) => sensorTable(some, isSingle ? undefined : data.host));
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
