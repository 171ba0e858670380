import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type AlertRule, alerts } from "../alerts/rules.ts";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { HELMS, kinds, type Manifest, manifests, only, root, workload } from "./chart.ts";

/** The objects for the Prometheus Operator and the values that the other tests do not set. */

interface Matcher {
  readonly name: string;
  readonly matchType: string;
  readonly value: string;
}
interface Route {
  readonly matchers?: readonly Matcher[];
  readonly routes?: readonly Route[];
  readonly [key: string]: unknown;
}
interface AlertmanagerConfig {
  readonly route: Route;
  readonly receivers: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly inhibitRules: readonly {
    readonly sourceMatch: readonly Matcher[];
    readonly targetMatch: readonly Matcher[];
    readonly equal?: readonly string[];
  }[];
}

const shippedFile = join(root, "examples", "alertmanager", "alertmanager.yml");
const shipped = parse(readFileSync(shippedFile, "utf8"));

/** What the Operator makes of the object, but for the matchers of its namespace. */
const matcherText = ({ name, matchType, value }: Matcher): string => `${name} ${matchType} ${JSON.stringify(value)}`;
const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
function plainRoute({ matchers, routes, ...rest }: Route): object {
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [snake(key), value])),
    ...(matchers && { matchers: matchers.map(matcherText) }),
    ...(routes && { routes: routes.map(plainRoute) }),
  };
}
const plainConfig = ({ route, receivers, inhibitRules }: AlertmanagerConfig): object => ({
  route: plainRoute(route),
  receivers: receivers.map(({ name }) => ({ name })),
  inhibit_rules: inhibitRules.map(({ sourceMatch, targetMatch, equal }) => ({
    source_matchers: sourceMatch.map(matcherText),
    target_matchers: targetMatch.map(matcherText),
    ...(equal && { equal }),
  })),
});

withPeers(HELMS, "objects for the Prometheus Operator", () => {
  describe.each(HELMS)("with %s", (version) => {
    let all: readonly Manifest[] = [];
    const spec = <T>(kind: string): T => only(all, kind).spec as T;
    const rules = (): readonly AlertRule[] =>
      kinds(all, "PrometheusRule").flatMap((one) =>
        (one.spec as { groups: { rules: AlertRule[] }[] }).groups.flatMap((group) => group.rules),
      );
    beforeAll(async () => {
      all = await manifests(version, "operator");
    });

    it("have exactly the routes and inhibitions of the shipped alertmanager.yml", () => {
      const config = plainConfig(spec<AlertmanagerConfig>("AlertmanagerConfig"));
      expect(config).toMatchObject({ route: shipped.route, inhibit_rules: shipped.inhibit_rules });
      expect(only(all, "AlertmanagerConfig").metadata).toMatchObject({
        namespace: "monitoring",
        labels: { alertmanager: "main" },
      });
    });

    it("have the receivers of the values, and those of the shipped file that send nothing", () => {
      const { receivers } = spec<AlertmanagerConfig>("AlertmanagerConfig");
      expect(receivers.map(({ name }) => name)).toEqual([
        "oncall",
        "facilities",
        "tickets",
        "deadman",
        "dashboard-only",
      ]);
      expect(receivers[0]).toEqual({ name: "oncall", webhookConfigs: [{ urlSecret: { name: "pager", key: "url" } }] });
      expect(receivers[4]).toEqual({ name: "dashboard-only" });
    });

    withPeers(["amtool"], "according to amtool", () => {
      it("route every alert as the shipped file does", { timeout: 120_000 }, async () => {
        const text = stringify(plainConfig(spec<AlertmanagerConfig>("AlertmanagerConfig")));
        const { file, remove } = configFolder(text);
        try {
          const check = await run("amtool", ["check-config", file]);
          expect(check.code, check.stdout + check.stderr).toBe(0);
          expect(check.stdout).toContain(`${shipped.inhibit_rules.length} inhibit rules`);
          const show = (config: string) => run("amtool", ["config", "routes", "show", `--config.file=${config}`]);
          expect((await show(file)).stdout).toBe((await show(shippedFile)).stdout);
          const kindsOfAlerts = new Map(
            alerts.map(({ alert, labels }) => [`${alert.match(/^(?:Rack|Room|Site)/)}${labels.severity}`, alert]),
          );
          for (const name of [...kindsOfAlerts.values(), "BmcMonitoringWatchdog"]) {
            const labels = Object.entries({ ...alerts.find(({ alert }) => alert === name)?.labels, alertname: name });
            const given = labels.map(([key, value]) => `${key}=${value}`);
            const test = (config: string) =>
              run("amtool", ["config", "routes", "test", `--config.file=${config}`, ...given]);
            const [ours, theirs] = [await test(file), await test(shippedFile)];
            expect(ours.stdout, name).toBe(theirs.stdout);
            expect(ours.stdout.trim(), name).not.toBe("");
          }
        } finally {
          remove();
        }
      });
    });

    it("have alerts with the namespace that the Operator adds to the routes", () => {
      for (const { alert, labels } of rules().filter((rule) => rule.alert !== undefined))
        expect(labels.namespace, alert).toBe("monitoring");
    });

    it("adapt the rules as `lightsout rules` does", async () => {
      await builtMain();
      const { stdout } = await lightsout([
        ...["rules", "--runbooks", "https://wiki.example.org/{alert}.html", "--node-job", "node-exporter"],
        ...["--disable", "FansAtFullSpeed", "--disable", "HotSpot"],
        ...["--severity", "FanFailed=warning", "--for", "FanFailed=10m"],
      ]);
      const { groups } = parse(Buffer.from(stdout, "latin1").toString("utf8")) as { groups: { rules: AlertRule[] }[] };
      const printed = groups.flatMap((group) => group.rules);
      const text = (all: readonly object[]) => all.map((one) => stable(one)).sort();
      const bare = rules().map((rule) =>
        rule.alert === undefined ? rule : { ...rule, labels: { ...rule.labels, namespace: undefined } },
      );
      expect(text(bare)).toEqual(text(printed));
      expect(printed.length).toBeGreaterThan(60);
    });

    it("probe the hosts of every shard, and scrape the shards themselves as the job of the alerts", () => {
      expect(spec("ScrapeConfig")).toEqual({
        jobName: "bmc",
        scheme: "HTTPS",
        scrapeInterval: "60s",
        scrapeTimeout: "30s",
        tlsConfig: { serverName: "lightsout" },
        basicAuth: { username: { name: "scrape", key: "username" }, password: { name: "scrape", key: "password" } },
        httpSDConfigs: [0, 1].map((shard) => ({
          url: `https://lo-lightsout-${shard}.lo-lightsout.bmc.svc:9623/sd?by=probe`,
          tlsConfig: { serverName: "lightsout" },
          basicAuth: { username: { name: "scrape", key: "username" }, password: { name: "scrape", key: "password" } },
        })),
        relabelings: [
          { sourceLabels: ["__metrics_path__"], regex: "/metrics/self", targetLabel: "job", replacement: "lightsout" },
        ],
        metricRelabelings: [{ sourceLabels: ["__name__"], regex: "bmc_fru_info", action: "drop" }],
      });
    });

    it("probe further targets with the label host, which the alerts need", () => {
      expect(spec("Probe")).toEqual({
        jobName: "bmc",
        prober: { url: "lo-lightsout.bmc.svc:9623", scheme: "https", path: "/probe" },
        interval: "60s",
        scrapeTimeout: "30s",
        module: "slow",
        tlsConfig: { serverName: "lightsout" },
        targets: {
          staticConfig: {
            static: ["10.30.0.9"],
            labels: { rack: "r7" },
            relabelingConfigs: [{ sourceLabels: ["instance"], targetLabel: "host" }],
          },
        },
      });
    });

    it("run in the network of the node with the names, containers and account of the values", () => {
      const { set, pod, container } = workload(all);
      expect(set).toMatchObject({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } } });
      expect(pod).toMatchObject({
        hostNetwork: true,
        dnsPolicy: "ClusterFirstWithHostNet",
        hostAliases: [{ ip: "10.20.0.17", hostnames: ["node017-bmc"] }],
        serviceAccountName: "bmc-exporter",
        automountServiceAccountToken: false,
        initContainers: [{ name: "wait", image: "registry.example.org/wait" }],
      });
      expect(pod.containers.map(({ name }) => name)).toEqual(["lightsout", "tunnel"]);
      expect(container.env).toContainEqual({ name: "NODE_EXTRA_CA_CERTS", value: "/etc/ssl/ours/ca.pem" });
      const { version: tag } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
      const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
      expect(container.image).toBe(`registry.example.org/lightsout:${tag}@${digest}`);
      expect(only(all, "ServiceAccount")).toMatchObject({
        metadata: { name: "bmc-exporter", annotations: { "example.org/role": "reader" } },
        automountServiceAccountToken: false,
      });
    });

    it("have a helm test that requests /-/ready of every shard, in a pod that the Service does not select", () => {
      const pod = only(all, "Pod");
      expect(pod.metadata.annotations?.["helm.sh/hook"]).toBe("test");
      const { containers } = pod.spec as {
        readonly containers: readonly (Record<string, unknown> & { image: string })[];
      };
      expect(containers[0]?.command).toEqual([
        "/nodejs/bin/node",
        "/app/packaging/healthcheck.mjs",
        "https://lo-lightsout-0.lo-lightsout.bmc.svc:9623/-/ready",
        "https://lo-lightsout-1.lo-lightsout.bmc.svc:9623/-/ready",
      ]);
      expect(containers[0]?.image).toBe(workload(all).container.image);
      const { selector } = only(all, "Service").spec as { readonly selector: Readonly<Record<string, string>> };
      const selected = Object.entries(selector).every(([name, value]) => pod.metadata.labels[name] === value);
      expect(selected).toBe(false);
      // But it may reach them.
      const { ingress } = spec<{ ingress: { from: { podSelector?: { matchLabels?: Record<string, string> } }[] }[] }>(
        "NetworkPolicy",
      );
      const matching = ingress[0]?.from.map(({ podSelector }) => podSelector?.matchLabels) ?? [];
      expect(matching).toContainEqual({
        "app.kubernetes.io/name": pod.metadata.labels["app.kubernetes.io/name"],
        "app.kubernetes.io/instance": "lo",
      });
    });
  });
});

/** JSON with sorted keys; blanks of folded lines do not count. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "string") return one.replaceAll(/\s+/g, " ");
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
