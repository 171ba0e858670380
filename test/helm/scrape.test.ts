import { beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { builtMain } from "../e2e/build.ts";
import { eventually, type Lightsout, startLightsout } from "../e2e/lightsout.ts";
import { startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { kinds, manifests, only, workload } from "./chart.ts";

interface Relabeling {
  readonly sourceLabels?: readonly string[];
  readonly targetLabel?: string;
  readonly regex?: string;
  readonly replacement?: string;
  readonly action?: string;
}
interface Endpoint {
  readonly honorLabels: boolean;
  readonly path: string;
  readonly relabelings: readonly Relabeling[];
  readonly metricRelabelings: readonly Relabeling[];
}

/** A relabelling of the Prometheus Operator in the syntax of prometheus.yml. */
const plain = ({ sourceLabels, targetLabel, ...same }: Relabeling): object => ({
  ...same,
  ...(sourceLabels && { source_labels: sourceLabels }),
  ...(targetLabel && { target_label: targetLabel }),
});

withPeers(["helm-4.1", "prometheus"], "shards scraped with the chart's PodMonitor", () => {
  beforeAll(() => builtMain(), 120_000);

  it("export each host once, in series that do not depend on the shard", { timeout: 60_000 }, async () => {
    const all = await manifests("helm-4.1", "sharded");
    const { container, set } = workload(all);
    const name = only(all, "StatefulSet").metadata.name;
    const [endpoint] = (only(all, "PodMonitor").spec as { readonly podMetricsEndpoints: readonly Endpoint[] })
      .podMetricsEndpoints;
    if (!endpoint) throw new Error("the PodMonitor has no endpoint");
    const map = kinds(all, "ConfigMap").find((one) => one.data?.["lightsout.yml"] !== undefined);
    const config = map?.data?.["lightsout.yml"]?.replace("/var/lib/lightsout", "state") ?? "";
    const flags = container.args.filter((arg) => /^--(shard|log)/.test(arg));

    const started: { stop(): Promise<unknown> }[] = [];
    try {
      const shards: Lightsout[] = [];
      for (let ordinal = 0; ordinal < set.replicas; ordinal++) {
        const args = flags.map((flag) => flag.replace("$(POD_NAME)", `${name}-${ordinal}`));
        const shard = await startLightsout({
          config: config.replace("../secrets/default/password", "password"),
          files: { password: "s3cret" },
          args,
        });
        started.push(shard);
        shards.push(shard);
      }
      const prometheus = await startPrometheus(
        stringify({
          scrape_configs: [
            {
              job_name: "podMonitor/bmc/lo-lightsout/0",
              scrape_interval: "1s",
              honor_labels: endpoint.honorLabels,
              metrics_path: endpoint.path,
              // Labels that the Operator and Kubernetes service discovery set on each target.
              static_configs: shards.map(({ url }, ordinal) => ({
                targets: [url.slice("http://".length)],
                labels: {
                  namespace: "bmc",
                  container: "lightsout",
                  endpoint: "http",
                  pod: `${name}-${ordinal}`,
                  __meta_kubernetes_pod_name: `${name}-${ordinal}`,
                },
              })),
              relabel_configs: endpoint.relabelings.map(plain),
              metric_relabel_configs: endpoint.metricRelabelings.map(plain),
            },
          ],
        }),
      );
      started.push(prometheus);

      const ups = await eventually(
        () => prometheus.query("bmc_up"),
        (found) => found.length === 100,
        20_000,
      );
      for (const { labels } of ups) {
        expect(labels.pod).toBe(undefined);
        expect(labels).toMatchObject({ instance: labels.host, job: "lightsout", namespace: "bmc" });
        expect(labels.rack).toMatch(/^r[1-5]$/);
      }
      // Every shard exports the budgets of its racks: the same five series.
      const budgets = await prometheus.query("bmc_rack_power_budget_watts");
      expect(budgets.map(({ labels }) => labels.rack).sort()).toEqual(["r1", "r2", "r3", "r4", "r5"]);
      expect(budgets.filter(({ labels }) => labels.pod ?? labels.instance)).toEqual([]);
      // A shard's own metrics have the name of its pod as instance, which survives a change of its address.
      const own = await prometheus.query("up");
      expect(own.map(({ labels }) => labels.instance).sort()).toEqual([0, 1, 2].map((ordinal) => `${name}-${ordinal}`));
    } finally {
      await Promise.all(started.map((one) => one.stop()));
    }
  });
});

interface ScrapeConfig {
  readonly jobName: string;
  readonly httpSDConfigs: readonly { readonly url: string }[];
  readonly relabelings: readonly Relabeling[];
}
interface ProbeSpec {
  readonly jobName: string;
  readonly prober: { readonly path: string };
  readonly targets: {
    readonly staticConfig: {
      readonly static: readonly string[];
      readonly labels: Readonly<Record<string, string>>;
      readonly relabelingConfigs: readonly Relabeling[];
    };
  };
}

withPeers(["helm-4.1", "prometheus"], "an exporter scraped with the chart's ScrapeConfig and Probe", () => {
  beforeAll(() => builtMain(), 120_000);

  it("exports hosts by name and itself as the job of the alerts", { timeout: 60_000 }, async () => {
    const all = await manifests("helm-4.1", "operator");
    const scrape = only(all, "ScrapeConfig").spec as ScrapeConfig;
    const { jobName, prober, targets } = only(all, "Probe").spec as ProbeSpec;
    const started: { stop(): Promise<unknown> }[] = [];
    try {
      const exporter = await startLightsout({
        config: {
          modules: { slow: {} },
          auths: { default: { username: "a", password: "b" } },
          targets: [{ hosts: "node[1-2]", address: "127.0.0.1:{9-10}", rack: "r1" }],
          probe: { allow: ["10.30.0.0/24"] },
        },
      });
      started.push(exporter);
      const here = exporter.url.slice("http://".length);
      const prometheus = await startPrometheus(
        stringify({
          scrape_configs: [
            {
              job_name: scrape.jobName,
              scrape_interval: "1s",
              http_sd_configs: scrape.httpSDConfigs
                .slice(0, 1)
                .map(({ url }) => ({ url: url.replace(/^https:\/\/[^/]*/, exporter.url) })),
              relabel_configs: scrape.relabelings.map(plain),
            },
            {
              job_name: `${jobName}-static`,
              metrics_path: prober.path,
              scrape_interval: "1s",
              static_configs: [{ targets: ["node2"], labels: targets.staticConfig.labels }],
              // As the Operator makes them of a Probe, followed by those of the object.
              relabel_configs: [
                { source_labels: ["__address__"], target_label: "__param_target" },
                { source_labels: ["__param_target"], target_label: "instance" },
                { target_label: "__address__", replacement: here },
                ...targets.staticConfig.relabelingConfigs.map(plain),
              ],
            },
          ],
        }),
      );
      started.push(prometheus);
      const ups = await eventually(
        () => prometheus.query("bmc_up"),
        (found) => found.length === 3,
        20_000,
      );
      const seen = ups.map(({ labels: { job, host, instance, rack } }) => `${job} ${host} ${instance} ${rack}`);
      expect(seen.sort()).toEqual(["bmc node1 node1 r1", "bmc node2 node2 r1", "bmc-static node2 node2 r7"]);
      const own = await prometheus.query('up{job="lightsout"}');
      expect(own.map(({ value }) => value)).toEqual([1]);
    } finally {
      await Promise.all(started.map((one) => one.stop()));
    }
  });
});
