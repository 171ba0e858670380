import { relative } from "node:path";
import { type AnySensorExplanation, explainHost, type HostExplanation, SdrCache } from "../bmc/index.ts";
import { decidingRule, type ModuleConfig } from "../config/index.ts";
import type { PollSettingsBook } from "../exporter/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { nearest, systemClock } from "../lib/index.ts";
import type { RuleOrigin } from "../model/index.ts";
import { hostText, sensorText, tableText } from "./explain-text.ts";
import { type OneHost, type OneHostCommand, oneHost, untilTimeout } from "./one-host.ts";
import { printFailure } from "./print-failure.ts";

interface ExplainCommand extends OneHostCommand {
  /** A name, a part of a name, or an id; absent: all sensors, one line each. */
  readonly sensor?: string;
  readonly json: boolean;
}

/** The rule of the configuration that excludes a sensor, with its place; undefined if it is not excluded. */
type ExclusionOf = (sensor: AnySensorExplanation) => string | undefined;

/**
 * Polls one BMC and explains its sensors. Returns the exit code: 0 if the BMC was read, 1 if not or not completely, 2 if
 * the command, the configuration or the host is invalid, or the BMC has no such sensor.
 */
export async function explain(command: ExplainCommand): Promise<number> {
  const found = await oneHost(command);
  return found ? run(command, found) : 2;
}

async function run(command: ExplainCommand, found: OneHost): Promise<number> {
  const { host, book } = found;
  const { sensor: wanted } = command;
  const transport = new UdpTransport();
  const names: string[] = [];
  // Collects the names of all sensors, to suggest one for a misspelt name.
  const about = (sensor: { readonly name: string; readonly id: string }): boolean => {
    names.push(sensor.name);
    return wanted === undefined || matches(wanted, sensor);
  };
  try {
    const explanation = await untilTimeout(found, command.timeoutMs, (signal) =>
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
    const { failure } = explanation;
    if (failure) printFailure(host.name, failure);
    if (!explanation.controller) return 1;
    const sensors = selected(explanation.sensors, wanted);
    if (wanted !== undefined && sensors.length === 0 && names.length > 0) {
      process.stderr.write(`lightsout: ${host.name} has no sensor "${wanted}"; ${suggestion(wanted, names)}\n`);
      return 2;
    }
    const exclusionOf = exclusions(book, book.moduleOf(host));
    print({ ...explanation, sensors }, exclusionOf, command);
    return failure ? 1 : 0;
  } finally {
    await transport.close();
  }
}

function print(host: HostExplanation, exclusionOf: ExclusionOf, { json, sensor }: ExplainCommand): void {
  if (json) {
    const sensors = host.sensors.map((one) => ({ ...one, excludedBy: exclusionOf(one) }));
    process.stdout.write(`${JSON.stringify({ ...host, sensors }, undefined, 2)}\n`);
    return;
  }
  const where = ({ file, line }: RuleOrigin): string => `${shortPath(file)}:${line}`;
  const parts =
    sensor === undefined
      ? [tableText(host.sensors, exclusionOf), `lightsout explain ${host.host} SENSOR explains one sensor.`]
      : host.sensors.map((one) => sensorText(one, { where, excludedBy: exclusionOf(one) }));
  process.stdout.write(`${[hostText(host), ...parts].join("\n\n")}\n`);
}

const matches = (wanted: string, { name, id }: { readonly name: string; readonly id: string }): boolean =>
  id.toLowerCase() === wanted.toLowerCase() || name.toLowerCase().includes(wanted.toLowerCase());

/** The sensors with this name or id if there are any, or else those whose names contain it. */
function selected(
  sensors: readonly AnySensorExplanation[],
  wanted: string | undefined,
): readonly AnySensorExplanation[] {
  if (wanted === undefined) return sensors;
  const exact = sensors.filter(({ name, id }) => name === wanted || id.toLowerCase() === wanted.toLowerCase());
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

/** Finds the rule of the module that excludes a sensor, and its place in the configuration. */
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

/** The path relative to the working directory, if that is shorter. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}
