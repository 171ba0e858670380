/**
 * lib - code that any project could use: clock, log, text. Knows nothing of BMCs.
 */
export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { DURATION_PATTERN, formatDuration, parseDuration } from "./duration.ts";
export { FolderInUseError, type FolderLock, lockFolder } from "./folder-lock.ts";
export { GoRegexp, GoRegexpError } from "./go-regexp.ts";
export { FileTimeoutError, GuardedFiles } from "./guarded-files.ts";
export { canonicalIp, ipBits } from "./ip-address.ts";
export type { LogFields, Logger } from "./log.ts";
export { silentLogger } from "./log.ts";
export { pause } from "./pause.ts";
export type { LogFormat, LogLevel } from "./pino-logger.ts";
export { createLogger, LOG_FORMATS, LOG_LEVELS } from "./pino-logger.ts";
export { type PrivateFiles, privateFiles } from "./private-files.ts";
export { Secret } from "./secret.ts";
export { runAtOnce, runInSlices, type Steps, turnAfter } from "./slices.ts";
export { fileProblem, serverProblem } from "./system-error.ts";
export { escapeControls, nearest, snakeCase } from "./text.ts";
export { hideAddressSecrets, hideUrlSecrets, hideUrlsIn } from "./url-secrets.ts";
export { matchesWildcard } from "./wildcard.ts";
