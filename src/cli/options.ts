import { InvalidArgumentError, Option } from "commander";
import { LOG_FORMATS, LOG_LEVELS } from "../lib/index.ts";

/** Options and parsers of arguments that several commands share. A parser throws InvalidArgumentError. */

export const DEFAULT_CONFIG = "lightsout.yml";
export const DEFAULT_LISTEN = ":9623";
/** The names of the scrape jobs that the shipped alert rules expect. */
export const SHIPPED_JOBS = { exporter: "lightsout", node: "node" } as const;
const DEFAULT_CONTROL_PORT = 9624;

export const configOption = (): Option =>
  new Option("--config.file <path>", "configuration file").default(DEFAULT_CONFIG).env("LIGHTSOUT_CONFIG");

export const listenOption = (): Option =>
  new Option(
    "--web.listen-address <address>",
    `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`,
  ).argParser(collect);

export const logLevelOption = (level: string): Option =>
  new Option("--log.level <level>", "lowest level that is logged").choices(LOG_LEVELS).default(level);

export const logFormatOption = (): Option =>
  new Option("--log.format <format>", "format of log lines").choices(LOG_FORMATS).default("logfmt");

/** The option that a printed command needs to reach the simulator; empty for the default port. */
export const controlPortHint = (port: number): string =>
  port === DEFAULT_CONTROL_PORT ? "" : ` --control-port ${port}`;

export const controlPortOption = (): Option =>
  new Option("--control-port <port>", "HTTP port of the simulator on 127.0.0.1")
    .default(DEFAULT_CONTROL_PORT)
    .argParser(whole(1, 65535));

/** Gathers the values of a repeatable option. */
export const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

/** Seconds, up to an hour. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError("expected seconds, up to 3600");
  return value;
}

/** A share from 0 to below 1. */
export function ratio(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("expected a ratio from 0 to 1, e.g. 0.05 for 5 %");
  return value;
}

/** A parser of whole numbers in a range. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

/** Address and port on the loopback network: the simulator sends nothing anywhere else. */
export function receiver(text: string): { readonly address: string; readonly port: number } {
  const match = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535)
    throw new InvalidArgumentError("expected a loopback address with a port, e.g. 127.0.0.1:9162");
  return { address: match[1], port };
}

/** An http or https URL, as written. */
export function httpUrl(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("expected a URL, e.g. http://old.example.org:9290");
}

/** Gathers the regular expressions of a repeatable option. */
export function patterns(text: string, previous: readonly RegExp[] | undefined): readonly RegExp[] {
  try {
    return [...(previous ?? []), new RegExp(text)];
  } catch {
    throw new InvalidArgumentError("expected a regular expression");
  }
}

/** An http or https URL that may stand in an annotation of an alert, so without template braces. */
export function linkUrl(text: string): string {
  const isUrl = /^https?:\/\/[^/\s]\S*$/.test(text) && URL.canParse(text);
  if (!isUrl) throw new InvalidArgumentError("expected a URL, e.g. https://grafana.example.org");
  if (/\{\{|\}\}/.test(text)) throw new InvalidArgumentError("a link must not hold {{ or }}");
  return text;
}

/** A name that is not empty. */
export function nameOf(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("expected a name");
  return text;
}

/** Gathers the NAME=VALUE pairs of a repeatable option. */
export function pairs(text: string, previous: ReadonlyMap<string, string> | undefined): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("expected NAME=VALUE");
  return new Map([...(previous ?? []), [name, value]]);
}
