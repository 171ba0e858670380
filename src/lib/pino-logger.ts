import { pino } from "pino";
import type { LogFields, Logger } from "./log.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["logfmt", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly format?: LogFormat;
  /** Writes a whole line; by default to standard error. */
  readonly write?: (line: string) => void;
}

/** A logger for standard error, so that standard output has only the results of a command. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = "info", format = "logfmt" } = options;
  const write = options.write ?? ((line: string): void => void process.stderr.write(line));
  return pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "msg",
    },
    { write: format === "json" ? write : (line) => write(logfmt(JSON.parse(line) as LogFields)) },
  );
}

/** `ts=... level=warn msg="..." host=node017`: the log format of Prometheus and its exporters. */
function logfmt(fields: LogFields): string {
  const { ts, level, msg, ...rest } = fields;
  const pairs = Object.entries({ ts, level, msg, ...rest }).filter(([, value]) => value !== undefined);
  return `${pairs.map(([key, value]) => `${key}=${logfmtValue(value)}`).join(" ")}\n`;
}

function logfmtValue(value: unknown): string {
  const message = isError(value) ? value.message : undefined;
  const text = message ?? (typeof value === "string" ? value : JSON.stringify(value));
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text);
}

/** True for an error as pino serializes it. */
function isError(value: unknown): value is { readonly message: string } {
  return typeof value === "object" && value !== null && "message" in value && "stack" in value;
}
