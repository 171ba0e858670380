import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild, temporaryFolder, untilReady } from "./child.ts";
import { reservePort } from "./ports.ts";

/** Debian's prometheus-ipmi-exporter as a child of the test, on a free port of the loopback network. */
export interface IpmiExporter {
  readonly url: string;
  /** What it answers about a target, as text. Rejects when it died: names that are no UTF-8 end it. */
  scrape(target: string, module?: string): Promise<string>;
  /** Its output so far. */
  log(): string;
  stop(): Promise<void>;
}

interface Config {
  readonly modules: Readonly<Record<string, { readonly custom_args?: Readonly<Record<string, readonly string[]>> }>>;
}

/** A separate SDR cache folder: the default one may hold SDRs of another BMC that had the same address and port. */
function withCache(config: Config, folder: string): Config {
  const modules = Object.entries(config.modules).map(([name, module]) => {
    const args = [...(module.custom_args?.ipmi ?? []), `--sdr-cache-directory=${folder}`];
    return [name, { ...module, custom_args: { ...module.custom_args, ipmi: args } }];
  });
  return { ...config, modules: Object.fromEntries(modules) };
}

/** @param config its configuration file as a value, which is written as JSON */
export async function startIpmiExporter(config: Config): Promise<IpmiExporter> {
  const folder = temporaryFolder("ipmi-exporter");
  const file = join(folder.path, "ipmi.yml");
  writeFileSync(file, JSON.stringify(withCache(config, folder.path)), { mode: 0o600 });
  const reserved = await reservePort();
  const url = `http://127.0.0.1:${reserved.port}`;
  const child = await startChild("prometheus-ipmi-exporter", [
    `--config.file=${file}`,
    `--web.listen-address=127.0.0.1:${reserved.port}`,
  ]);
  const answers = async (): Promise<boolean> => {
    try {
      return (await fetch(url)).ok;
    } catch {
      return false;
    }
  };
  const stop = async (): Promise<void> => {
    await child.stop();
    reserved.release();
    folder.remove();
  };
  try {
    await untilReady(child, answers, "prometheus-ipmi-exporter");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    async scrape(target, module = "default") {
      const response = await fetch(`${url}/ipmi?${new URLSearchParams({ target, module })}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`prometheus-ipmi-exporter: ${response.status} ${text}`);
      return text;
    },
    log: () => child.output(),
    stop,
  };
}
