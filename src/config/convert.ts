import { stringify } from "yaml";
import { Secret } from "../lib/index.ts";
import { isIpmiExporterFile, translateIpmiExporter } from "./ipmi-exporter.ts";
import { ConfigError, type ConfigProblem } from "./problem.ts";
import { ConfigSource } from "./source.ts";

/** A configuration of ipmi_exporter converted to one of lightsout, with the passwords in separate files. */
export interface ConvertedConfig {
  /** Text of lightsout.yml, which names a file for each password. */
  readonly text: string;
  /** Names of the files in `folder`, and their contents. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Settings of the old file that are ignored. */
  readonly notes: readonly ConfigProblem[];
}

/**
 * Converts a configuration file of ipmi_exporter.
 *
 * @param path path of the old file, for problems
 * @param folder folder of the password files as written in lightsout.yml
 * @throws ConfigError if it is not such a file or has errors
 */
export function convertIpmiExporter(text: string, path: string, folder: string): ConvertedConfig {
  const source = new ConfigSource(text, path);
  const values = source.values();
  if (!isIpmiExporterFile(values))
    throw new ConfigError([
      source.problem([], "is no configuration file of ipmi_exporter: modules with user, pass ..."),
    ]);
  const { file, notes } = translateIpmiExporter(values, source);
  const secrets = new Map<string, Secret>();
  const auths = Object.fromEntries(
    Object.entries(file.auths).map(([name, { username, password }]) => {
      const secretFile = fileNameOf(name, secrets);
      secrets.set(secretFile, new Secret(password));
      return [name, { username, password_file: `${folder}/${secretFile}` }];
    }),
  );
  return { text: HEAD + stringify({ modules: file.modules, auths }, { lineWidth: 0 }) + TAIL, secrets, notes };
}

const HEAD = "# Converted from a configuration file of ipmi_exporter.\n";

const TAIL = `
# Hosts that are polled in the background; Prometheus' own target files do:
# file_sd:
#   - files: [targets/*.yml]
# Networks whose addresses /ipmi and /probe may ask although they are no hosts of the inventory:
# probe:
#   allow: [10.1.0.0/16]
`;

/** A unique file name for each module, its own name if that is a valid one. */
function fileNameOf(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  for (let n = 1; ; n++) {
    const file = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.has(file)) return file;
  }
}
