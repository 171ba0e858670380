import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ConfigError,
  parseConfig,
  parseRoleRules,
  parseSeverityRules,
  redactConfig,
} from "../../../src/config/index.ts";
import { ConfigSource } from "../../../src/config/source.ts";
import { checkedWebFile } from "../../../src/config/web/load.ts";
import { ruleVocabulary } from "../../../src/exporter/rule-vocabulary.ts";
import { expandHosts, HostListError, RackBudgets } from "../../../src/inventory/index.ts";
import { staticCandidates } from "../../../src/inventory/static-targets.ts";
import { QUIRK_NAMES } from "../../../src/ipmi/index.ts";
import { parseTimetable } from "../../../src/simulator/timetable.ts";
import { type TextTarget, Violation } from "../text-target.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");

/** The YAML blocks of a page. */
function blocksOf(page: string): string[] {
  return [...read("docs", page).matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
}

const SMALL = [
  "auths: { default: { username: monitor, password: secret } }",
  "auths: { default: { username: monitor, password_env: X, kg: 'hex:00ff' } }\ntargets: [{ hosts: 'n[1-3]', rack: 'r{1}' }]",
  "modules: { slow: { interval: 5m, timeout: 1m30s, parts: [power, sensors], ipmi: { cipher_suites: [17, 3], retries: 2 } } }",
  "modules: { m: &a { interval: 5m }, n: { <<: *a, timeout: 10s } }",
  "events: { historical: true, log: { path: e.jsonl, max_size: 10MB, max_files: 3 }, syslog: { address: 'loghost:514' }, alertmanager: { url: 'http://a:9093' } }",
  "racks: [{ racks: 'r[1-4]', site: a, power_budget_watts: 4000 }]\nprobe: { allow: [10.0.0.0/8, '::1'], max_age: 10s }",
  "http_sd: [{ url: 'https://x.example/', authorization: { credentials: abc }, map: { host: __meta_name } }]",
  JSON.stringify({
    modules: { default: { sensors: { exclude: [{ name: "^Unused" }, { entity: "3.1" }], bridge: true } } },
    auths: { default: { username: "monitor", password: "secret" } },
    targets: [
      { hosts: ["r[1-2]n[01-04]"], address: "{host}.sp", rack: "r{1}", position: "{01-04}", labels: { a: "b" } },
    ],
    file_sd: [{ files: ["t/*.json"], refresh_interval: "5m", labels: { room: "x" }, map: { rack: "loc" } }],
    scheduler: { concurrency: 10, group_by: "rack", max_backoff: "10m", stale_after: "3m" },
  }),
];

const configs: readonly string[] = [
  ...SMALL,
  ...blocksOf("configuration.md"),
  ...readdirSync(join(root, "test/config/bad"))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => read("test/config/bad", name)),
];

const IPMI_EXPORTER = [
  `modules:
  default: { user: "a", pass: "b", driver: LAN_2_0, privilege: user, timeout: 10000, collectors: [bmc, ipmi, chassis], exclude_sensor_ids: [2, 29] }
  special:
    user: "c"
    pass: "d"
    collectors: [ipmi, sel]
    workaround_flags: [discretereading, opensesspriv]
    custom_args:
      ipmi: ["--bridge-sensors", "-I", "17"]
    sel_events: [{ name: x, regex: "y" }]
`,
  JSON.stringify({
    modules: { m: { user: "a", pass: "b", workaround_flags: ["idzero"], collector_cmd: { ipmi: "sudo" } } },
  }),
];

/** What a configuration makes must be what the program can go on with. */
function used(text: string): unknown {
  const config = parseConfig(text, { path: "/etc/lightsout.yml", env: { X: "y" }, knownQuirks: QUIRK_NAMES });
  const shown = redactConfig(config);
  for (const { intervalMs, timeoutMs } of config.modules.values())
    if (!(timeoutMs > 0 && timeoutMs < intervalMs && intervalMs < 1e12))
      throw new Violation(`a module with an interval of ${intervalMs} and a time-out of ${timeoutMs} ms`);
  for (const { refreshMs } of [...config.fileSd, ...config.httpSd])
    if (!(refreshMs > 0 && refreshMs < 1e12)) throw new Violation(`a source read each ${refreshMs} ms`);
  return { shown, hosts: staticCandidates(config), budgets: new RackBudgets(config).unused([]) };
}

const webFiles = [
  `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [a.example]
  min_version: TLS13
  cipher_suites: [TLS_AES_128_GCM_SHA256]
  curve_preferences: [X25519]
http_server_config:
  http2: true
  headers: { X-Frame-Options: deny, Strict-Transport-Security: max-age=1 }
basic_auth_users:
  prometheus: $2y$10$abcdefghijklmnopqrstuvabcdefghijklmnopqrstuvabcdefghijk12
rate_limit: { interval: 1s, burst: 20 }
`,
  JSON.stringify({
    basic_auth_users: {},
    rate_limit: { interval: "5s", burst: 1 },
    http_server_config: { headers: {} },
  }),
];

const roles = [
  read("rules/roles.yml").slice(0, 4000),
  ...blocksOf("roles.md"),
  "rules: [{ role: inlet, name: '^Inlet' }]",
];
const severities = [
  read("rules/severity.yml").slice(0, 4000),
  "rules: [{ severity: warning, state: [failure_detected], kind: power_supply }, { severity: ok, product: 3 }]",
];

/** Everything in YAML that a person writes and the program reads. */
export const configTargets: readonly TextTarget[] = [
  { name: "lightsout.yml", weight: 6, valid: configs, refusal: ConfigError, run: used },
  { name: "ipmi_exporter's file", weight: 3, valid: IPMI_EXPORTER, refusal: ConfigError, run: used },
  {
    name: "web configuration",
    weight: 2,
    valid: webFiles,
    refusal: ConfigError,
    run: (text) => checkedWebFile(new ConfigSource(text, "web.yml")),
  },
  {
    name: "rules for roles",
    weight: 2,
    valid: roles,
    refusal: ConfigError,
    run: (text) => parseRoleRules(text, "roles.yml", ruleVocabulary()),
  },
  {
    name: "rules for severities",
    weight: 2,
    valid: severities,
    refusal: ConfigError,
    run: (text) => parseSeverityRules(text, "severity.yml", ruleVocabulary()),
  },
  {
    name: "timetable of the simulator",
    valid: [
      "- { at: 30s, target: r1u02, fault: fan_stopped, parameters: { fan: 2 }, for: 10m }\n- at: 1m\n  target: r1\n  fault: x\n",
    ],
    refusal: RangeError,
    run: parseTimetable,
  },
  {
    name: "folded host list",
    weight: 4,
    valid: ["node[001-128]", "r[1-7]n[01-36]-bmc, x", "a[1-9/2,11],b", "n1"],
    refusal: HostListError,
    run: (text) => expandHosts(text, 10_000),
  },
];
