import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { findProgram } from "../rig/requirements.ts";
import { type RunResult, run } from "../rig/run.ts";

export const root = resolve(import.meta.dirname, "../..");
export const chart = join(root, "helm", "lightsout");

/** The two major versions in use. */
export const HELMS = ["helm-3.17", "helm-4.1"] as const;
export type Helm = (typeof HELMS)[number];

/** A file of test/helm/values, by name. */
export const VALUES = ["default", "full", "sharded", "tls", "operator"] as const;
export type Values = (typeof VALUES)[number];

export const valuesArgs = (values: Values): readonly string[] => [
  "--values",
  join(import.meta.dirname, "values", `${values}.yml`),
];

/** Runs helm without the user's settings: no repositories, no plugins, no cluster. */
export function helm(version: Helm, ...args: readonly string[]): Promise<RunResult> {
  const env = { HELM_CONFIG_HOME: "/nonexistent", HELM_DATA_HOME: "/nonexistent", KUBECONFIG: "/nonexistent" };
  return run(findProgram(version) ?? version, args, { env, timeoutMs: 60_000 });
}

/** A Kubernetes object: the fields that the tests read. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

/** The objects that `helm template lo helm/lightsout` renders in the namespace "bmc"; fails with helm's error. */
export async function manifests(version: Helm, values: Values): Promise<readonly Manifest[]> {
  const result = await helm(version, "template", "lo", chart, "--namespace", "bmc", ...valuesArgs(values));
  if (result.code !== 0) throw new Error(result.stderr);
  const documents = parseAllDocuments(Buffer.from(result.stdout, "latin1").toString("utf8"));
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem) throw problem;
  }
  return documents.map((document) => document.toJS() as Manifest | null).filter((one) => one !== null);
}

export const kinds = (all: readonly Manifest[], kind: string): readonly Manifest[] =>
  all.filter((one) => one.kind === kind);

/** The only one of a kind. */
export function only(all: readonly Manifest[], kind: string): Manifest {
  const [first, ...others] = kinds(all, kind);
  if (!first || others.length > 0) throw new Error(`there is not one ${kind}, but ${first ? others.length + 1 : 0}`);
  return first;
}

export interface SecretVolume {
  readonly name: string;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}
export interface Volume {
  readonly name: string;
  readonly projected?: {
    readonly sources: readonly { readonly secret?: SecretVolume; readonly configMap?: { readonly name: string } }[];
  };
  readonly secret?: { readonly secretName: string };
  readonly emptyDir?: object;
  readonly configMap?: object;
}
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: object;
  readonly resources: { readonly requests?: object; readonly limits?: object };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}
interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme: string };
  readonly tcpSocket?: { readonly port: string };
}
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly serviceAccountName?: string;
}
interface StatefulSetSpec {
  readonly replicas: number;
  readonly serviceName: string;
  readonly podManagementPolicy: string;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly volumeClaimTemplates?: readonly object[];
  readonly template: {
    readonly metadata: Pick<Manifest["metadata"], "labels" | "annotations">;
    readonly spec: PodSpec;
  };
}

/** The StatefulSet, its pod and its container. */
export function workload(all: readonly Manifest[]): {
  readonly set: StatefulSetSpec;
  readonly pod: PodSpec;
  readonly container: Container;
} {
  const set = only(all, "StatefulSet").spec as StatefulSetSpec;
  const pod = set.template.spec;
  const [container] = pod.containers;
  if (!container) throw new Error("the pod has no container");
  return { set, pod, container };
}
