import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { temporaryFolder } from "../rig/child.ts";
import { checkRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { runOrFail } from "../rig/run.ts";
import {
  chart,
  HELMS,
  type Helm,
  helm,
  kinds,
  type Manifest,
  manifests,
  only,
  root,
  VALUES,
  type Values,
  valuesArgs,
  workload,
} from "./chart.ts";

const dashboards = readdirSync(join(root, "dashboards")).filter((name) => name.endsWith(".json"));
const ruleFiles = readdirSync(join(root, "alerts")).filter((name) => name.endsWith(".yml"));
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");

/** The folder /etc/lightsout of the pod: configuration, files, and a dummy text for each mounted key of a Secret. */
function etcLightsout(all: readonly Manifest[]): ReturnType<typeof configFolder> {
  const { pod, container } = workload(all);
  const files: Record<string, string> = {};
  for (const { name, mountPath } of container.volumeMounts) {
    const folder = mountPath.replace(/^\/etc\/lightsout\//, "");
    for (const source of pod.volumes.find((one) => one.name === name)?.projected?.sources ?? []) {
      const map = kinds(all, "ConfigMap").find((one) => one.metadata.name === source.configMap?.name);
      for (const [file, text] of Object.entries(map?.data ?? {})) files[`${folder}/${file}`] = text;
      for (const { path } of source.secret?.items ?? []) files[`${folder}/${path}`] = "s3cret";
    }
  }
  return configFolder("", files);
}

withPeers(HELMS, "the chart", () => {
  beforeAll(() => builtMain(), 120_000);

  describe.each(HELMS)("with %s", (version) => {
    it.each(VALUES)("passes lint --strict with the values %s", async (values) => {
      const result = await helm(version, "lint", "--strict", chart, ...valuesArgs(values));
      expect(result.code, result.stdout + result.stderr).toBe(0);
    });

    it.each([
      ["a key that is misspelt", "tolerration=x", /tolerration/],
      ["zero replicas", "replicaCount=0", /replicaCount/],
      ["an unknown key of a module", "modules.default.intervall=60s", /intervall/],
      ["a duration without a unit", "modules.default.interval=soon", /modules.*interval/],
      ["a password", "auths.default.username=a,auths.default.password=b", /password/],
      ["an account without a password", "auths.default.username=a", /existingSecret/],
      ["a token", "config.http_sd[0].url=http://a/,config.http_sd[0].authorization.credentials=b", /credentials/],
      ["an unknown image pull policy", "image.pullPolicy=Sometimes", /pullPolicy/],
      ["an invalid network", "networkPolicy.bmcNetworks={all}", /bmcNetworks/],
      ["a state directory, which the chart sets", "config.state_dir=/tmp", /state_dir/],
      [
        "both a ServiceMonitor and a PodMonitor",
        "serviceMonitor.enabled=true,podMonitor.enabled=true",
        /enable only one/,
      ],
      [
        "both a ServiceMonitor and a ScrapeConfig",
        "serviceMonitor.enabled=true,scrapeConfig.enabled=true",
        /enable only/,
      ],
      ["both a PodMonitor and a ScrapeConfig", "podMonitor.enabled=true,scrapeConfig.enabled=true", /enable only one/],
      ["no image", "image.repository=", /image.repository: set it to the image in your registry/],
      ["a digest that is none", "image.digest=latest", /digest/],
      [
        "a rule to omit that does not exist",
        "prometheusRule.enabled=true,prometheusRule.disabled={FanFailled}",
        /FanFailled/,
      ],
      [
        "a severity of no rule",
        "prometheusRule.enabled=true,prometheusRule.severity.Fan=info",
        /no alert has the name "Fan"/,
      ],
      ["a duration of no rule", "prometheusRule.enabled=true,prometheusRule.for.Fan=1m", /no alert has the name "Fan"/],
      ["an unknown severity", "prometheusRule.severity.FanFailed=page", /severity/],
      ["a duration without a unit of a rule", "prometheusRule.for.FanFailed=soon", /for/],
      ["a Grafana without a scheme", "prometheusRule.grafanaUrl=grafana", /grafanaUrl/],
      ["routes without receivers", "alertmanagerConfig.enabled=true", /add a receiver with the name oncall/],
      ["a probe without targets", "probe.enabled=true", /probe.targets: list the BMCs/],
      ["an unknown DNS policy", "dnsPolicy=Cluster", /dnsPolicy/],
      ["an unknown update strategy", "updateStrategy.type=Recreate", /updateStrategy/],
      ["a host alias without a name", "hostAliases[0].ip=10.0.0.1", /hostAliases/],
      [
        "both a configuration and a Secret with one",
        "configSecret.enabled=true,configSecret.name=a,targets[0].hosts=a",
        /must be empty/,
      ],
      ["a Secret without a name", "configSecret.enabled=true", /set the name of the Secret/],
    ])("refuses %s", async (_, set, message) => {
      const result = await helm(version, "template", "lo", chart, ...valuesArgs("default"), "--set", set);
      expect(result.code).not.toBe(0);
      expect(result.stderr).toMatch(message);
    });

    it("packs rules and dashboards unchanged, and no other files of their folders", async () => {
      const folder = temporaryFolder("chart");
      try {
        await helm(version, "package", chart, "--destination", folder.path);
        const [archive = ""] = readdirSync(folder.path);
        await runOrFail("tar", ["-xzf", join(folder.path, archive), "-C", folder.path]);
        const packed = join(folder.path, "lightsout", "files");
        for (const [subject, names] of [["alerts", ruleFiles] as const, ["dashboards", dashboards] as const]) {
          expect(readdirSync(join(packed, subject)).sort()).toEqual([...names].sort());
          for (const name of names)
            expect(readFileSync(join(packed, subject, name)).equals(readFileSync(join(root, subject, name)))).toBe(
              true,
            );
        }
      } finally {
        folder.remove();
      }
    });

    describe.each(VALUES)("and the values %s", (values) => objects(version, values));
  });
});

function objects(version: Helm, values: Values): void {
  let all: readonly Manifest[] = [];
  beforeAll(async () => {
    all = await manifests(version, values);
  });

  it("renders objects with unique names and the standard labels", () => {
    const names = all.map((one) => `${one.kind} ${one.metadata.namespace} ${one.metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { metadata } of all) {
      expect(metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/name": expect.stringMatching(/^lightsout(-test)?$/),
        "app.kubernetes.io/instance": "lo",
        "helm.sh/chart": `lightsout-${parse(read("helm/lightsout/Chart.yaml")).version}`,
      });
    }
    const expected = ["ConfigMap", "Pod", "PodDisruptionBudget", "Service", "StatefulSet"];
    const more = {
      default: [],
      full: ["NetworkPolicy", "PrometheusRule", "ServiceMonitor"],
      sharded: ["PodMonitor"],
      tls: ["ServiceMonitor"],
      operator: ["AlertmanagerConfig", "NetworkPolicy", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceAccount"],
    };
    expect([...new Set(all.map(({ kind }) => kind))].sort()).toEqual([...expected, ...more[values]].sort());
  });

  it("meets the restricted pod security standard", () => {
    const { pod, container } = workload(all);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      privileged: false,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
    // The standard does not allow the network of the node, so it is off unless requested.
    expect(pod.hostNetwork).toBe(values === "operator" ? true : undefined);
    const allowed = pod.volumes.every(
      (volume) => volume.projected ?? volume.secret ?? volume.emptyDir ?? volume.configMap,
    );
    expect(allowed).toBe(true);
    // The state directory is the only writable mount; Secrets and ConfigMaps are read-only anyway.
    const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
    expect(writable.map(({ mountPath }) => mountPath)).toEqual(["/var/lib/lightsout"]);
  });

  it("contains no secrets, only names of Secrets", () => {
    expect(kinds(all, "Secret")).toEqual([]);
    const { container } = workload(all);
    const own = container.env.filter(({ name }) => name !== "NODE_EXTRA_CA_CERTS"); // of extraEnv
    for (const { name, value } of own) expect(value, name).toBe(undefined);
    for (const { data } of kinds(all, "ConfigMap"))
      expect(data?.["lightsout.yml"] ?? "").not.toMatch(/^\s*-?\s*(password|kg|credentials):/m);
  });

  it("mounts every volume exactly once", () => {
    const { set, pod, container } = workload(all);
    const claims = (set.volumeClaimTemplates ?? []) as readonly Manifest[];
    const volumes = [...pod.volumes.map(({ name }) => name), ...claims.map(({ metadata }) => metadata.name)];
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(volumes.sort());
  });

  it("has stable selector labels, which service, disruption budget and monitors use", () => {
    const { set } = workload(all);
    expect(set.serviceName).toBe(only(all, "Service").metadata.name);
    const selector = set.selector.matchLabels;
    expect(Object.keys(selector)).toEqual(["app.kubernetes.io/name", "app.kubernetes.io/instance"]);
    expect(set.template.metadata.labels).toMatchObject(selector);
    expect(only(all, "Service").spec).toMatchObject({ clusterIP: "None", selector });
    for (const kind of ["PodDisruptionBudget", "ServiceMonitor", "PodMonitor"])
      for (const { spec } of kinds(all, kind)) expect(spec).toMatchObject({ selector: { matchLabels: selector } });
    for (const { spec } of kinds(all, "NetworkPolicy"))
      expect(spec).toMatchObject({ podSelector: { matchLabels: selector } });
  });

  it("has time to close its sessions, and health probes", () => {
    const { pod, container } = workload(all);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(10);
    const scheme = values === "operator" ? "HTTPS" : "HTTP";
    const asked = (path: string) => ({ httpGet: { path, port: "http", scheme } });
    const connected = { tcpSocket: { port: "http" } };
    expect(container.livenessProbe).toMatchObject(values === "tls" ? connected : asked("/-/healthy"));
    expect(container.readinessProbe).toMatchObject(values === "tls" ? connected : asked("/-/ready"));
  });

  it("renders a configuration that passes config check", async () => {
    const { folder, remove } = etcLightsout(all);
    try {
      const file = join(folder, "config", "lightsout.yml");
      const result = await lightsout(["config", "check", file], { env: { BMC_PASSWORD: "s3cret" } });
      expect(result.code, result.stderr).toBe(0);
      const hosts = { default: "0 hosts", full: "41 hosts", sharded: "100 hosts", tls: "2 hosts", operator: "2 hosts" };
      expect(result.stdout).toContain(`ok, ${hosts[values]}`);
      expect(parse(readFileSync(file, "utf8"))).toMatchObject({ state_dir: "/var/lib/lightsout" });
    } finally {
      remove();
    }
  });
}

withPeers(["helm-4.1"], "the rendered chart", () => {
  // Helm 3 renders the notes only if it can reach a cluster.
  it("prints notes with the URL and with what is still missing", async () => {
    const install = (...args: readonly string[]) =>
      helm("helm-4.1", "install", "lo", chart, "--dry-run=client", "--namespace", "bmc", ...args);
    const bare = (await install(...valuesArgs("default"))).stdout;
    expect(bare).toContain("kubectl --namespace bmc port-forward lo-lightsout-0 9623");
    expect(bare).toContain("There is no host to poll");
    expect(bare).toContain("Prometheus does not scrape it yet");
    const tls = (await install(...valuesArgs("tls"))).stdout;
    expect(tls).toContain("open https://localhost:9623/");
    expect(tls).not.toContain("There is no host to poll");
    expect(tls).toContain("The cluster does not have the API monitoring.coreos.com/v1");
  });

  it("accepts the values of its README", async () => {
    const [, example = ""] = /```yaml\n(# my-values.yaml\n[\s\S]*?)```/.exec(read("helm/lightsout/README.md")) ?? [];
    const { folder, remove } = configFolder("", { "values.yaml": example });
    try {
      const result = await helm("helm-4.1", "lint", "--strict", chart, "--values", join(folder, "values.yaml"));
      expect(example).not.toBe("");
      expect(result.code, result.stdout + result.stderr).toBe(0);
    } finally {
      remove();
    }
  });

  let full: readonly Manifest[] = [];
  let sharded: readonly Manifest[] = [];
  let tls: readonly Manifest[] = [];
  beforeAll(async () => {
    [full, sharded, tls] = await Promise.all([
      manifests("helm-4.1", "full"),
      manifests("helm-4.1", "sharded"),
      manifests("helm-4.1", "tls"),
    ]);
  });

  it("uses every value", () => {
    const { set, pod, container } = workload(full);
    expect(container.image).toBe("registry.example.org/lightsout:1.2.3");
    expect(container.args).toEqual([
      "serve",
      "--config.file=/etc/lightsout/config/lightsout.yml",
      "--web.listen-address=:9623",
      "--log.level=debug",
      "--log.format=json",
    ]);
    expect(pod).toMatchObject({
      imagePullSecrets: [{ name: "registry" }],
      priorityClassName: "high",
      nodeSelector: { "example.org/management-network": "yes" },
      tolerations: [{ key: "dedicated", operator: "Exists" }],
    });
    expect(container.env).toContainEqual({
      name: "BMC_PASSWORD",
      valueFrom: { secretKeyRef: { name: "bmc-variable", key: "password" } },
    });
    expect(set.volumeClaimTemplates).toMatchObject([
      { spec: { storageClassName: "fast", resources: { requests: { storage: "2Gi" } } } },
    ]);
    expect(set.template.metadata.labels).toMatchObject({ tier: "monitoring", team: "hardware" });
    expect(set.template.metadata.annotations).toMatchObject({ "example.org/note": "yes" });
    for (const { metadata } of full) {
      expect(metadata.labels.team, metadata.name).toBe("hardware");
      expect(metadata.annotations?.["example.org/owner"], metadata.name).toBe("hardware");
    }
    expect(only(full, "NetworkPolicy").spec).toMatchObject({
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
            { podSelector: { matchLabels: { "app.kubernetes.io/name": "lightsout-test" } } },
          ],
        },
      ],
      egress: [
        {},
        {
          ports: [{ protocol: "UDP", port: 623 }],
          to: [{ ipBlock: { cidr: "10.20.0.0/16" } }, { ipBlock: { cidr: "2001:db8::/48" } }],
        },
        { ports: [{ port: 443, protocol: "TCP" }] },
      ],
    });
  });

  it("mounts each password at the path in the configuration", () => {
    const sources = workload(full).pod.volumes.find(({ name }) => name === "secrets")?.projected?.sources;
    expect(sources?.map(({ secret }) => secret)).toEqual([
      { name: "bmc", items: [{ key: "password", path: "default/password" }] },
      {
        name: "bmc-two-key",
        items: [
          { key: "pw", path: "two-key/password" },
          { key: "kg", path: "two-key/kg" },
        ],
      },
      { name: "netbox", items: [{ key: "token", path: "netbox-token" }] },
    ]);
  });

  it("restarts the pods only when the configuration changes", async () => {
    const checksum = (all: readonly Manifest[]) => workload(all).set.template.metadata.annotations?.["checksum/config"];
    expect(checksum(full)).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum(full)).not.toBe(checksum(sharded));
    expect(checksum(await manifests("helm-4.1", "full"))).toBe(checksum(full));
  });

  it("passes each shard its number, from the name of its pod", () => {
    const { set, container } = workload(sharded);
    expect(set).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel" });
    expect(container.args).toContain("--shard=$(POD_NAME)/3");
    expect(container.env).toContainEqual({
      name: "POD_NAME",
      valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
    });
  });

  it("serves and is scraped with TLS and a password if the values say so", () => {
    const { pod, container } = workload(tls);
    expect(container.args).toContain("--web.config.file=/etc/lightsout/web/web.yml");
    expect(pod.volumes.find(({ name }) => name === "web")?.secret?.secretName).toBe("lightsout-web");
    const { endpoints } = only(tls, "ServiceMonitor").spec as { endpoints: readonly object[] };
    expect(endpoints).toMatchObject([
      {
        scheme: "https",
        tlsConfig: { serverName: "lightsout" },
        basicAuth: { password: { name: "scrape", key: "password" } },
      },
    ]);
  });

  it("contains every dashboard unchanged, with the label of Grafana's sidecar", () => {
    const maps = kinds(full, "ConfigMap").filter(({ metadata }) => metadata.labels.grafana_dashboard === "1");
    const found = maps.flatMap(({ data }) => Object.entries(data ?? {}));
    expect(found.map(([name]) => name).sort()).toEqual([...dashboards].sort());
    for (const [name, text] of found) expect(text === read("dashboards", name), name).toBe(true);
    for (const { metadata } of maps) {
      expect(metadata.namespace).toBe("monitoring");
      expect(metadata.annotations?.grafana_folder).toBe("Metal");
    }
  });

  it("contains every rule unchanged except for the links to Grafana", () => {
    const rules = new Map(kinds(full, "PrometheusRule").map((one) => [one.metadata.name, one]));
    expect([...rules.keys()].sort()).toEqual(ruleFiles.map((name) => `lo-lightsout-${basename(name, ".yml")}`).sort());
    for (const name of ruleFiles) {
      const rule = rules.get(`lo-lightsout-${basename(name, ".yml")}`);
      expect(rule?.metadata).toMatchObject({ namespace: "monitoring", labels: { release: "prometheus" } });
      const linked = read("alerts", name).replaceAll("dashboard: /d/", "dashboard_url: https://grafana.mine/d/");
      expect(rule?.spec).toEqual(parse(linked));
    }
  });

  withPeers(["promtool"], "for Prometheus", () => {
    it("passes promtool check rules", async () => {
      const folder = configFolder("");
      try {
        const files = kinds(full, "PrometheusRule").map(({ metadata, spec }) => {
          folder.write(stringify(spec), `${metadata.name}.yml`);
          return join(folder.folder, `${metadata.name}.yml`);
        });
        const result = await checkRules(...files);
        expect(result.ok, result.complaints.join("\n")).toBe(true);
      } finally {
        folder.remove();
      }
    });
  });
});
