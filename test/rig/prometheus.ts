import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild, temporaryFolder, untilReady } from "./child.ts";
import { reservePort } from "./ports.ts";

/** A Prometheus server of the test's own, data in a temporary folder. */
export interface Prometheus {
  readonly url: string;
  readonly port: number;
  /** Folder of prometheus.yml, for rule files and file_sd targets that are named relative to it. */
  readonly folder: string;
  /** Instant query; samples of a vector, or the one of a scalar. */
  query(expression: string): Promise<PrometheusSample[]>;
  targets(): Promise<PrometheusTarget[]>;
  alerts(): Promise<PrometheusAlert[]>;
  /** Any GET of the HTTP API, the `data` of its answer. */
  api(path: string): Promise<unknown>;
  /** Replaces the configuration and makes the server read it. */
  reload(config: string): Promise<void>;
  stop(): Promise<void>;
}

export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly time: number;
}

export interface PrometheusTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

interface VectorItem {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/**
 * Starts Prometheus with this prometheus.yml (text) and waits until it is ready. Extra files lie beside it. Blocks
 * that are already in `data` are served; without it the server begins with nothing.
 */
export async function startPrometheus(
  config: string,
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    readonly data?: string;
  } = {},
): Promise<Prometheus> {
  const folder = temporaryFolder("prometheus");
  const reserved = await reservePort();
  const url = `http://127.0.0.1:${reserved.port}`;
  const configFile = join(folder.path, "prometheus.yml");
  writeFileSync(configFile, config);
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(folder.path, name), text);

  const clean = (): void => {
    folder.remove();
    reserved.release();
  };
  const reach = async (path: string, method = "GET"): Promise<Response> =>
    fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(10_000) });
  const start = async () => {
    const child = await startChild("prometheus", [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.data ?? join(folder.path, "data")}`,
      `--web.listen-address=127.0.0.1:${reserved.port}`,
      "--web.enable-lifecycle",
      "--log.level=warn",
      ...(options.flags ?? []),
    ]);
    const ready = (): Promise<boolean> =>
      reach("/-/ready").then(
        async (response) => {
          await response.arrayBuffer();
          return response.ok;
        },
        () => false,
      );
    await untilReady(child, ready, "prometheus", 30_000);
    return child;
  };
  const child = await start().catch((error: unknown) => {
    clean();
    throw error;
  });

  const api = async (path: string): Promise<unknown> => {
    const response = await reach(path);
    const body = (await response.json()) as { status: string; data?: unknown; error?: string };
    if (body.status !== "success") throw new Error(`prometheus: ${path}: ${body.error ?? response.status}`);
    return body.data;
  };
  return {
    url,
    port: reserved.port,
    folder: folder.path,
    api,
    async query(expression) {
      const data = (await api(`/api/v1/query?query=${encodeURIComponent(expression)}`)) as
        | { resultType: "vector"; result: VectorItem[] }
        | { resultType: "scalar"; result: readonly [number, string] };
      const items: VectorItem[] = data.resultType === "scalar" ? [{ metric: {}, value: data.result }] : data.result;
      return items.map(({ metric, value: [time, text] }) => ({
        labels: metric,
        value: text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text),
        time,
      }));
    },
    async targets() {
      const data = (await api("/api/v1/targets?state=active")) as { activeTargets: PrometheusTarget[] };
      return data.activeTargets;
    },
    async alerts() {
      const data = (await api("/api/v1/alerts")) as { alerts: PrometheusAlert[] };
      return data.alerts;
    },
    async reload(text) {
      writeFileSync(configFile, text);
      const response = await reach("/-/reload", "POST");
      if (!response.ok) throw new Error(`prometheus did not reload: ${await response.text()}`);
    },
    async stop() {
      await child.stop(10_000);
      clean();
    },
  };
}
