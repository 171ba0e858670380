import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import type { Config } from "../../config/index.ts";
import { effectiveAddress, expandHosts, loadHosts, parseAddress, selectForAction } from "../../inventory/index.ts";
import { fileProblem, nearest } from "../../lib/index.ts";
import { type Host, PLACE_LABELS } from "../../model/index.ts";
import type { SelectionOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";

export interface Selection {
  readonly selected: readonly Host[];
  /** The whole inventory. */
  readonly all: readonly Host[];
}

/**
 * The hosts that the argument and the options select, from all sources of the inventory.
 *
 * @param unlisted names that are not in the inventory are addresses of BMCs, with this auth
 * @throws SelectorError, Refusal, ConfigError
 */
export async function selectedHosts(
  config: Config,
  selector: string | undefined,
  options: SelectionOptions,
  unlisted?: { readonly auth: string },
): Promise<Selection> {
  const selectors = await selectorsOf(selector, options);
  const { hosts, failures } = await loadHosts(config);
  for (const { text } of failures) process.stderr.write(`lightsout: ${text}\n`);
  const all = [...hosts.values()];
  const known = unlisted === undefined ? all : [...all, ...addressesIn(selectors, hosts, config, unlisted.auth)];
  const request = { selectors, terms: termsOf(options), exclude: options.exclude };
  const selected = selectForAction(known, request, config.groups);
  const { auth } = options;
  if (auth === undefined) return { selected, all: known };
  if (!config.auths.has(auth)) throw new Refusal(`--auth: ${unknownAuth(auth, config)}`);
  return { selected: selected.map((host) => ({ ...host, auth })), all: known };
}

function unknownAuth(name: string, { auths }: Config): string {
  const near = nearest(name, auths.keys());
  return `no auth is named "${name}"; ${near ? `did you mean "${near}"?` : `known: ${[...auths.keys()].join(", ")}`}`;
}

async function selectorsOf(selector: string | undefined, { hostsFrom }: SelectionOptions): Promise<readonly string[]> {
  const given: string[] = [];
  if (selector === "-") given.push(...linesOf(await textOf(process.stdin), "standard input"));
  else if (selector !== undefined) given.push(selector);
  if (hostsFrom !== undefined) {
    let content: string;
    try {
      content = await readFile(hostsFrom, "utf8");
    } catch (error) {
      throw new Refusal(`--hosts-from: cannot read ${hostsFrom}: ${fileProblem(error)}`);
    }
    given.push(...linesOf(content, hostsFrom));
  }
  return given;
}

/** Names or selectors, one a line; empty lines and comments with # are skipped. */
function linesOf(content: string, from: string): readonly string[] {
  const lines = content
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "");
  if (lines.length === 0) throw new Refusal(`${from} names no hosts`);
  return lines;
}

function termsOf(options: SelectionOptions): readonly string[] {
  const places = PLACE_LABELS.flatMap((label) => {
    const value = label === "position" ? undefined : options[label];
    return value === undefined ? [] : [`${label}=${value}`];
  });
  const labels = (options.label ?? []).map((label) => {
    if (/^[A-Za-z_]\w*!?=/.test(label)) return label;
    throw new Refusal(`--label ${label}: expected name=value, e.g. vendor=dell`);
  });
  return [...places, ...labels];
}

/** Hosts for the names of the selectors that are not in the inventory. */
function addressesIn(
  selectors: readonly string[],
  known: ReadonlyMap<string, Host>,
  config: Config,
  auth: string,
): readonly Host[] {
  const found = new Map<string, Host>();
  for (const selector of selectors) {
    if (/[=@*?]|^-|,\s*-/.test(selector) || selector === "all") continue;
    for (const name of expandHosts(selector)) {
      if (known.has(name)) continue;
      const module = config.modules.get("default");
      if (module === undefined) continue;
      found.set(name, {
        name,
        ...effectiveAddress(parseAddress(name), module),
        module: "default",
        auth,
        place: {},
        labels: {},
      });
    }
  }
  return [...found.values()];
}
