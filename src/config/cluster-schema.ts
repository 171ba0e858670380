import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../lib/index.ts";
import { basicAuthSchema } from "./events-schema.ts";
import { mustBe, secretMustBe } from "./sentences.ts";
import { holdsCredentials, httpUrl, NO_CREDENTIALS } from "./url-schema.ts";

/** Leases below this time end when a server is busy; leases above it delay the take-over of hosts. */
const SHORTEST_LEASE_MS = 5000;
const LONGEST_LEASE_MS = 120_000;
const LEASE = mustBe("a duration from 5s to 2m");
const PREFIX = mustBe("a path such as /lightsout/, with a slash at its end");
const URL_FORM = secretMustBe("a URL such as http://{name}:9623");
const NAME = mustBe("a name of letters, digits, dots, _ and -");

const file = (what: string) =>
  z
    .string()
    .min(1, { error: mustBe("a file") })
    .optional()
    .describe(what);

const etcdSchema = z.strictObject({
  endpoints: z
    .array(httpUrl())
    .min(1, { error: "is an empty list; name at least one client URL of etcd" })
    .describe("Client URLs of the members of etcd, e.g. `https://etcd1:2379`."),
  ca_file: file("PEM file of the CA that signed the certificates of etcd; by default the CAs of Node.js."),
  cert_file: file("PEM file of the client certificate."),
  key_file: file("PEM file of the key of the client certificate."),
  basic_auth: basicAuthSchema.optional().describe("User of etcd, where its authentication is enabled."),
  prefix: z
    .string({ error: PREFIX })
    .regex(/^\/?(?:[A-Za-z0-9._-]+\/)+$/, { error: PREFIX })
    .default("/lightsout/")
    .describe("Prefix of all keys. Clusters that share an etcd need different prefixes."),
});

/** `cluster`: several servers share one inventory. */
export const clusterSchema = z.strictObject({
  etcd: etcdSchema.describe("The etcd that all servers of the cluster use."),
  name: z
    .string({ error: NAME })
    .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: NAME })
    .optional()
    .describe("Name of this server, unique in the cluster; by default its host name."),
  url: z
    .string({ error: URL_FORM })
    .refine((text) => !holdsCredentials(text), { error: NO_CREDENTIALS, abort: true })
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text.replaceAll("{name}", "name")), { error: URL_FORM })
    .optional()
    .describe(
      "URL of this server's web pages, for links and redirects from the other servers. `{name}` is the name of the server.",
    ),
  lease: z
    .string({ error: LEASE })
    .regex(DURATION_PATTERN, { error: LEASE })
    .refine((text) => isLease(parseDuration(text) ?? 0), { error: LEASE })
    .default("10s")
    .describe("Time after which the others take over the hosts of a server that has died."),
  without_etcd: z
    .enum(["stop", "keep"])
    .default("stop")
    .describe(
      "What a server does when its lease ends because etcd cannot be reached: `stop` polling, or `keep` polling although another server may poll the same BMCs.",
    ),
});

function isLease(ms: number): boolean {
  return ms >= SHORTEST_LEASE_MS && ms <= LONGEST_LEASE_MS;
}
