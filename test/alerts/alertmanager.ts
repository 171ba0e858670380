import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startChild, temporaryFolder, untilReady } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import type { Labels } from "./case.ts";
import { root } from "./rules.ts";

export const configFile = join(root, "examples", "alertmanager", "alertmanager.yml");

export interface Notification {
  readonly receiver: string;
  readonly groupLabels: Labels;
  /** When it arrived, milliseconds of performance.now(). */
  readonly at: number;
  readonly alerts: readonly { readonly status: string; readonly labels: Labels; readonly annotations: Labels }[];
}

/** A running Alertmanager with the example configuration. It collects the notifications. */
export interface Alertmanager {
  readonly port: number;
  /** Base URL of its API. */
  readonly url: string;
  readonly notifications: readonly Notification[];
  /** Raises alerts without an end. */
  raise(alerts: readonly Labels[]): Promise<void>;
  /** Labels of the alerts that are currently active or suppressed. */
  alerts(state: "active" | "suppressed"): Promise<readonly Labels[]>;
  stop(): Promise<void>;
}

interface ApiAlert {
  readonly labels: Labels;
  readonly status: { readonly state: "active" | "suppressed" | "unprocessed" };
}

const withShortWaits = (config: string): string => config.replaceAll(/group_(wait|interval): \d+\w/g, "group_$1: 1s");

/**
 * Starts the example configuration with all receivers on loopback. By default, groups wait for one second.
 */
export async function startAlertmanager(rewrite: (config: string) => string = withShortWaits): Promise<Alertmanager> {
  const notifications: Notification[] = [];
  const sink = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      notifications.push({ ...(JSON.parse(body) as Omit<Notification, "at">), at: performance.now() });
      response.end();
    });
  });
  await new Promise<void>((listening) => sink.listen(0, "127.0.0.1", listening));
  const sinkPort = (sink.address() as AddressInfo).port;

  const folder = temporaryFolder("alertmanager");
  const reserved = await reservePort();
  const config = join(folder.path, "alertmanager.yml");
  writeFileSync(
    config,
    rewrite(readFileSync(configFile, "utf8")).replaceAll(
      /https:\/\/\w+\.example\.org/g,
      `http://127.0.0.1:${sinkPort}`,
    ),
  );
  const child = await startChild("prometheus-alertmanager", [
    `--config.file=${config}`,
    `--storage.path=${join(folder.path, "data")}`,
    `--web.listen-address=127.0.0.1:${reserved.port}`,
    "--cluster.listen-address=",
    "--log.level=warn",
  ]);
  const url = `http://127.0.0.1:${reserved.port}`;
  const stop = async (): Promise<void> => {
    await child.stop();
    sink.closeAllConnections();
    await new Promise((closed) => sink.close(closed));
    folder.remove();
    reserved.release();
  };
  const ready = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
  await untilReady(child, ready, "alertmanager", 30_000).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  return {
    port: reserved.port,
    url,
    notifications,
    async raise(alerts) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alerts.map((labels) => ({ labels, annotations: {} }))),
      });
      if (!response.ok) throw new Error(`alertmanager: ${await response.text()}`);
    },
    async alerts(state) {
      const all = (await (await fetch(`${url}/api/v2/alerts`)).json()) as ApiAlert[];
      return all.filter(({ status }) => status.state === state).map(({ labels }) => labels);
    },
    stop,
  };
}
