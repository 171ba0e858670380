import type { Config } from "../config/index.ts";
import type { Host } from "../model/index.ts";
import { Inventory, type InventoryOptions } from "./inventory.ts";
import type { Rejection } from "./rejection.ts";
import type { SourceFailure } from "./source.ts";

/** The hosts of a configuration at one moment. */
export interface LoadedHosts {
  /** By name, in the order of the sources. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** Files and servers that cannot be read. */
  readonly failures: readonly SourceFailure[];
  /** Entries that are not polled. */
  readonly rejections: readonly Rejection[];
}

/**
 * Reads targets, file_sd and http_sd once, for commands that end afterwards. A source that fails is part of the result
 * and does not delay the others; a server of http_sd gets its own `timeout`.
 *
 * @throws ConfigError if the static targets are invalid
 */
export async function loadHosts(config: Config, options: InventoryOptions = {}): Promise<LoadedHosts> {
  const inventory = new Inventory(config, options);
  try {
    await inventory.start();
    return { hosts: inventory.current(), failures: inventory.failures(), rejections: inventory.rejections() };
  } finally {
    inventory.stop();
  }
}
