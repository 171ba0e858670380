import { type Cidr, type Config, ConfigError, type Environment, loadConfig } from "../config/index.ts";
import { QUIRK_NAMES } from "../ipmi/index.ts";
import { ruleVocabulary } from "./rule-vocabulary.ts";

/** Reads a configuration file and checks everything that can be checked without a BMC. Throws ConfigError. */
export function readConfig(path: string, env: Environment): Promise<Config> {
  return loadConfig(path, env, { knownQuirks: QUIRK_NAMES, ...ruleVocabulary() });
}

/** The configuration with further networks in `probe.allow`. */
export function withAllowed(config: Config, allow: readonly Cidr[] = []): Config {
  return { ...config, probe: { ...config.probe, allow: [...config.probe.allow, ...allow] } };
}

/** The error of a file that holds nothing or comments only: an exporter that polls nobody looks healthy. */
export function empty(file: string): ConfigError {
  const message = "is empty; give targets, file_sd or http_sd. A file without hosts holds at least {}";
  return new ConfigError([{ file, line: 0, column: 0, path: "", message }]);
}

/**
 * The error of a file that became empty while hosts are polled. A full disk or an editor leaves such a file. Loading
 * it would end the polling of every host, and nobody writes that on purpose.
 */
export function emptied(file: string): ConfigError {
  const message = "is empty now; was it cut off by a full disk? A file without hosts holds at least {}";
  return new ConfigError([{ file, line: 0, column: 0, path: "", message }]);
}
