/** Structured fields of a log line. Never a password, key or token. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The four levels the project uses; `log.info({ host }, "polled")`. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const nothing = (): void => {};

/** Discards everything; for tests and for users of the library who want no log. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
