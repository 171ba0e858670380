import { configJsonSchema, type JsonSchema } from "../../src/config/json-schema.ts";
import { DURATION_PATTERN, LOG_FORMATS, LOG_LEVELS } from "../../src/lib/index.ts";

/** A part of a JSON schema, draft 7, which both major versions of Helm support. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const filled: Schema = { type: "string", minLength: 1 };
const yes: Schema = { type: "boolean" };
const list = (items: Schema): Schema => ({ type: "array", items });
const texts: Schema = { type: "object", additionalProperties: text };
const anything: Schema = { type: "object" };
const oneOf = (...values: readonly string[]): Schema => ({ type: "string", enum: values });
const whole = (minimum: number, maximum: number): Schema => ({ type: "integer", minimum, maximum });
/** Allows units in any order, unlike the exporter: Helm's regular expressions have no look-ahead. */
const DURATION = "^(0|([0-9]+(ms|[smhdwy]))+)$";
const duration: Schema = { type: "string", pattern: DURATION };
const named = (names: string, items: Schema): Schema => ({
  type: "object",
  propertyNames: { pattern: names },
  additionalProperties: items,
});
function closed(properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema {
  return { type: "object", additionalProperties: false, properties, ...(required.length > 0 && { required }) };
}

/** Names that are valid as names of files. */
const FILE_NAME = "^[A-Za-z0-9][A-Za-z0-9_.-]*$";
const VARIABLE = "^[A-Za-z_][A-Za-z0-9_]*$";
const secretRef = closed({ name: filled, key: filled }, "name", "key");

/** An object in another namespace, with labels that an operator selects. */
const placed = { enabled: yes, namespace: text, labels: texts };
const link: Schema = { type: "string", pattern: "^(https?://.+)?$" };
const access = { tlsConfig: anything, basicAuth: closed({ username: secretRef, password: secretRef }) };

const monitor = closed({
  ...placed,
  ...access,
  interval: duration,
  timeout: duration,
  telemetryPath: { type: "string", pattern: "^/" },
  relabelings: list(anything),
  metricRelabelings: list(anything),
});

/** Keys whose value is a secret. */
const SECRETS: ReadonlySet<string> = new Set(["password", "kg", "credentials"]);

/** A part of the configuration's schema without the keys for secrets and without defaults, which the exporter adds. */
function withoutSecrets(part: JsonSchema): Schema {
  const { default: _, properties, items, additionalProperties, anyOf, ...rest } = part;
  const kept = Object.entries(properties ?? {}).filter(([name]) => !SECRETS.has(name));
  return {
    ...rest,
    ...(rest.pattern === DURATION_PATTERN.source && { pattern: DURATION }),
    ...(properties && { properties: Object.fromEntries(kept.map(([name, one]) => [name, withoutSecrets(one)])) }),
    ...(items && { items: withoutSecrets(items) }),
    ...(anyOf && { anyOf: anyOf.map(withoutSecrets) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object" ? withoutSecrets(additionalProperties) : additionalProperties,
    }),
  };
}

/** An auth of the configuration whose secrets come from an existing Secret, or from files and variables. */
function chartAuth(auth: Schema): Schema {
  const properties = auth.properties as Readonly<Record<string, Schema>>;
  return {
    ...auth,
    properties: {
      ...properties,
      existingSecret: { ...filled, description: "Secret that holds the password." },
      passwordKey: { ...filled, description: "Key of the Secret that holds the password; default: password." },
      kgKey: { ...filled, description: "Key of the Secret that holds the BMC key Kg." },
    },
    oneOf: ["existingSecret", "password_file", "password_env"].map((name) => ({ required: [name] })),
  };
}

/** The schema of the values of helm/lightsout; it contains the schema of the configuration. */
export function chartSchema(): Schema {
  const { modules, auths, targets, state_dir: _, ...others } = configJsonSchema().properties ?? {};
  if (!modules || !auths || !targets) throw new Error("the configuration no longer has modules, auths or targets");
  const auth = auths.additionalProperties;
  if (typeof auth !== "object") throw new Error("auths are no longer mappings");
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the lightsout chart",
    ...closed({
      global: anything,
      replicaCount: whole(1, 1000),
      image: closed({
        repository: text, // the template requires it, with a better message
        tag: text,
        digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
        pullPolicy: oneOf("Always", "IfNotPresent", "Never"),
      }),
      imagePullSecrets: list(closed({ name: filled }, "name")),
      nameOverride: text,
      fullnameOverride: text,
      commonLabels: texts,
      additionalAnnotations: texts,
      podLabels: texts,
      podAnnotations: texts,
      serviceAccount: closed({ create: yes, name: text, annotations: texts, automount: yes }),
      modules: withoutSecrets(modules),
      auths: { description: auths.description, ...named(FILE_NAME, chartAuth(withoutSecrets(auth))) },
      targets: withoutSecrets(targets),
      config: closed(Object.fromEntries(Object.entries(others).map(([name, part]) => [name, withoutSecrets(part)]))),
      files: named(FILE_NAME, text),
      secretFiles: named(FILE_NAME, secretRef),
      secretEnv: named(VARIABLE, secretRef),
      configSecret: closed({ enabled: yes, name: text, key: filled }),
      webConfig: closed({ existingSecret: text, key: filled, tls: yes, restricted: yes }),
      logLevel: oneOf(...LOG_LEVELS),
      logFormat: oneOf(...LOG_FORMATS),
      extraArgs: list(filled),
      extraEnv: list({ type: "object", required: ["name"] }),
      extraVolumes: list(anything),
      extraVolumeMounts: list(anything),
      initContainers: list({ type: "object", required: ["name"] }),
      extraContainers: list({ type: "object", required: ["name"] }),
      hostNetwork: yes,
      dnsPolicy: oneOf("", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
      hostAliases: list(closed({ ip: filled, hostnames: list(filled) }, "ip", "hostnames")),
      updateStrategy: closed({ type: oneOf("RollingUpdate", "OnDelete"), rollingUpdate: anything }),
      persistence: closed({ enabled: yes, size: filled, storageClassName: text, accessModes: list(filled) }),
      resources: closed({ requests: anything, limits: anything, claims: list(anything) }),
      nodeSelector: texts,
      tolerations: list(anything),
      affinity: anything,
      topologySpreadConstraints: list(anything),
      priorityClassName: text,
      podDisruptionBudget: closed({ enabled: yes, maxUnavailable: { type: ["integer", "string"] } }),
      service: closed({ port: whole(1, 65535), labels: texts, annotations: texts }),
      serviceMonitor: monitor,
      podMonitor: monitor,
      scrapeConfig: closed({
        ...placed,
        ...access,
        interval: duration,
        timeout: duration,
        relabelings: list(anything),
        metricRelabelings: list(anything),
      }),
      probe: closed({
        ...placed,
        ...access,
        interval: duration,
        timeout: duration,
        module: text,
        targets: list(filled),
        targetLabels: texts,
        metricRelabelings: list(anything),
      }),
      prometheusRule: closed({
        ...placed,
        grafanaUrl: link,
        runbookUrl: link,
        nodeJob: filled,
        disabled: list(filled),
        severity: { type: "object", additionalProperties: oneOf("critical", "warning", "info", "none") },
        for: { type: "object", additionalProperties: duration },
      }),
      alertmanagerConfig: closed({ ...placed, receivers: list({ type: "object", required: ["name"] }) }),
      dashboards: closed({
        enabled: yes,
        namespace: text,
        label: filled,
        labelValue: text,
        folderAnnotation: filled,
        folder: text,
      }),
      networkPolicy: closed({
        enabled: yes,
        ingressFrom: list(anything),
        bmcNetworks: list({ type: "string", pattern: "^[0-9a-fA-F.:]+/[0-9]+$" }),
        bmcPorts: list(closed({ protocol: oneOf("UDP", "TCP"), port: whole(1, 65535) }, "protocol", "port")),
        egress: list(anything),
      }),
    }),
  };
}
