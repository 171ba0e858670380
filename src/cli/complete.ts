import type { Command } from "commander";
import { readConfig } from "../exporter/index.ts";
import { loadHosts } from "../inventory/index.ts";
import { complete, completionText } from "./completion.ts";
import { DEFAULT_CONFIG } from "./options.ts";

/** Names that a completion prints; more are of no use on a terminal. */
const MOST_NAMES = 200;

/** Prints the candidates for the last of `words`. Never fails: without an inventory there are no names to suggest. */
export async function printCompletion(program: Command, words: readonly string[]): Promise<void> {
  process.stdout.write(completionText(await complete(program, words, { hosts })));
}

/** Names from targets and file_sd; a completion does not wait for a server of http_sd. */
async function hosts(configFile: string | undefined, prefix: string): Promise<readonly string[]> {
  const file = configFile ?? process.env.LIGHTSOUT_CONFIG ?? DEFAULT_CONFIG;
  try {
    const loaded = await loadHosts({ ...(await readConfig(file, process.env)), httpSd: [] });
    return [...loaded.hosts.keys()].filter((name) => name.startsWith(prefix)).slice(0, MOST_NAMES);
  } catch {
    return [];
  }
}
