import { relative } from "node:path";
import { explainHost, type HostExplanation, SdrCache, type SensorExplanation } from "../bmc/index.ts";
import { decidingRule, type ModuleConfig } from "../config/index.ts";
import type { PollSettingsBook } from "../exporter/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { nearest, systemClock } from "../lib/index.ts";
import type { RuleOrigin } from "../model/index.ts";
import { hostText, sensorText, tableText } from "./explain-text.ts";
import { type OneHost, type OneHostCommand, oneHost, untilTimeout } from "./one-host.ts";
import { printFailure } from "./print-failure.ts";

export interface ExplainCommand extends OneHostCommand {
  /** A name, a part of one, or an id; absent: all sensors, a line each. */
  readonly sensor?: string;
  readonly json: boolean;
}

/** Where a configuration leaves a sensor out. */
export type ExclusionOf = (sensor: SensorExplanation) => string | undefined;

/**
 * Asks one BMC and prints why its sensors are told as they are. 0 when it was read, 1 when not or not to its
 * end, 2 when it could not be asked, or has no such sensor.
 */
export async function explain(command: ExplainCommand): Promise<number> {
  const found = await oneHost(command);
  return found ? ask(command, found) : 2;
}

async function ask(command: ExplainCommand, found: OneHost): Promise<number> {
  const { host, book } = found;
  const { sensor: wanted } = command;
  const transport = new UdpTransport();
  const names: string[] = [];
  // Every sensor of the repository passes here: their names are what a misspelt one is compared with.
  const about = (sensor: { readonly name: string; readonly id: string }): boolean => {
    names.push(sensor.name);
    return wanted === undefined || matches(wanted, sensor);
  };
  try {
    const told = await untilTimeout(found, command.timeoutMs, (signal) =>
      explainHost(
        {
          transport,
          clock: systemClock,
          cache: new SdrCache(),
          roles: () => book.roles,
          severities: () => book.severities,
          settingsOf: async (h) => book.settingsOf(h),
        },
        host,
        { signal, about },
      ),
    );
    const { failure } = told;
    if (failure) printFailure(host.name, failure);
    if (!told.controller) return 1;
    const sensors = chosen(told.sensors, wanted);
    if (wanted !== undefined && sensors.length === 0 && names.length > 0) {
      process.stderr.write(`lightsout: ${host.name} has no sensor "${wanted}"; ${suggestion(wanted, names)}\n`);
      return 2;
    }
    const exclusionOf = exclusions(book, book.moduleOf(host));
    print({ ...told, sensors }, exclusionOf, command);
    return failure ? 1 : 0;
  } finally {
    await transport.close();
  }
}

function print(told: HostExplanation, exclusionOf: ExclusionOf, { json, sensor }: ExplainCommand): void {
  if (json) {
    const sensors = told.sensors.map((one) => ({ ...one, excludedBy: exclusionOf(one) }));
    process.stdout.write(`${JSON.stringify({ ...told, sensors }, undefined, 2)}\n`);
    return;
  }
  const where = ({ file, line }: RuleOrigin): string => `${shortPath(file)}:${line}`;
  const parts =
    sensor === undefined
      ? [tableText(told.sensors, exclusionOf), `lightsout explain ${told.host} SENSOR tells why one is what it is.`]
      : told.sensors.map((one) => sensorText(one, { where, excludedBy: exclusionOf(one) }));
  process.stdout.write(`${[hostText(told), ...parts].join("\n\n")}\n`);
}

const matches = (wanted: string, { name, id }: { readonly name: string; readonly id: string }): boolean =>
  id === wanted.toLowerCase() || name.toLowerCase().includes(wanted.toLowerCase());

/** The one that was named, where one was; else all that have the words in their names. */
function chosen(sensors: readonly SensorExplanation[], wanted: string | undefined): readonly SensorExplanation[] {
  if (wanted === undefined) return sensors;
  const exact = sensors.filter(({ name, id }) => name === wanted || id === wanted.toLowerCase());
  return exact.length > 0 ? exact : sensors;
}

const MOST_SHOWN = 20;

function suggestion(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  if (near !== undefined) return `did you mean "${near}"?`;
  const all = [...new Set(names)];
  const more = all.length > MOST_SHOWN ? ` and ${all.length - MOST_SHOWN} more` : "";
  return `it has ${all
    .slice(0, MOST_SHOWN)
    .map((name) => `"${name}"`)
    .join(", ")}${more}`;
}

/** Which rule of the module leaves a sensor out, with its place in the configuration. */
function exclusions({ config }: PollSettingsBook, module: ModuleConfig): ExclusionOf {
  return (sensor) => {
    if (!sensor.excluded) return undefined;
    const rule = decidingRule(module.sensors, sensor);
    const path = ["modules", module.name, "sensors", ...(rule === undefined ? ["include"] : ["exclude", rule])];
    const { line } = config.source.at(path);
    const place = `${shortPath(config.source.file)}:${line}`;
    return rule === undefined ? `no rule of sensors.include matches (${place})` : `sensors.exclude[${rule}] (${place})`;
  };
}

/** From here where that is shorter. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}
