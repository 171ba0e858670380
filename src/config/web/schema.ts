import { validateHeaderValue } from "node:http";
import { z } from "zod";
import { Secret } from "../../lib/index.ts";
import { duration } from "../duration-schema.ts";
import { mustBe, secretMustBe } from "../sentences.ts";
import { CIPHERS, CURVES, TLS_1_3_SUITES, TLS_VERSIONS } from "./tls-names.ts";
import { CLIENT_AUTH_TYPES } from "./web-config.ts";

/*
 * The keys of the file of --web.config.file. The schema is that of Prometheus and its exporters (exporter-toolkit,
 * docs/web-configuration.md), so that one file can be used for all of them.
 */

const file = () => z.string().min(1, { error: "is empty; name a file" }).optional();
/** A certificate is not secret, but a value in the wrong place may be. */
const PEM = secretMustBe("text in PEM form, -----BEGIN ...");
const pem = () => z.string({ error: PEM }).includes("-----BEGIN ", { error: PEM }).optional();

const tlsSchema = z.strictObject({
  cert: pem(),
  key: pem().transform((text) => (text === undefined ? undefined : new Secret(text))),
  client_ca: pem(),
  cert_file: file(),
  key_file: file(),
  client_ca_file: file(),
  /** RequireClientCert is the former name of RequireAnyClientCert. */
  client_auth_type: z.enum([...CLIENT_AUTH_TYPES, "RequireClientCert"]).optional(),
  client_allowed_sans: z.array(z.string().min(1, { error: "is empty" })).optional(),
  min_version: z.enum(TLS_VERSIONS).default("TLS12"),
  max_version: z.enum(TLS_VERSIONS).default("TLS13"),
  cipher_suites: z.array(z.enum([...TLS_1_3_SUITES, ...Object.keys(CIPHERS)])).default([]),
  prefer_server_cipher_suites: z.boolean().default(true),
  curve_preferences: z.array(z.enum(Object.keys(CURVES))).default([]),
});

const isHeaderValue = (text: string): boolean => {
  try {
    validateHeaderValue("x", text);
    return true;
  } catch {
    return false;
  }
};
const headerText = () =>
  z.string().refine(isHeaderValue, { error: "has characters that are not allowed in a header" }).optional();

const httpSchema = z.strictObject({
  http2: z.boolean().optional(),
  headers: z
    .strictObject({
      "Content-Security-Policy": headerText(),
      "Strict-Transport-Security": headerText(),
      "X-Content-Type-Options": z.enum(["nosniff"]).optional(),
      "X-Frame-Options": z.enum(["deny", "sameorigin"]).optional(),
      "X-XSS-Protection": headerText(),
    })
    .default({}),
});

const HASH = secretMustBe('a bcrypt hash such as `htpasswd -nBC 10 ""` prints, $2y$10$ and 53 characters');
/** Accepted costs of bcrypt hashes; 16 takes seconds. */
const MIN_COST = 4;
const MAX_COST = 16;
const COST = `has a bcrypt cost outside ${MIN_COST} to ${MAX_COST}; use 10 to 12, each step doubles the time`;

/** The cost of a bcrypt hash. */
const costOf = (hash: string): number => Number(hash.slice(4, 6));

const hash = z
  .string({ error: HASH })
  .regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, { error: HASH })
  .refine((text) => !text.startsWith("$2") || (costOf(text) >= MIN_COST && costOf(text) <= MAX_COST), { error: COST });

const userName = z
  .string()
  .min(1, { error: "is empty" })
  .max(256, { error: "is longer than 256 characters" })
  .regex(/^[^:]*$/, { error: "contains a colon, which is not allowed in user names of HTTP" });

export const webFileSchema = z.strictObject({
  tls_server_config: tlsSchema.optional(),
  http_server_config: httpSchema.prefault({}),
  basic_auth_users: z.record(userName, hash).default({}),
  rate_limit: z
    .strictObject({
      interval: duration(),
      burst: z.int({ error: mustBe("a whole number from 1") }).min(1, { error: mustBe("a whole number from 1") }),
    })
    .optional(),
});

export type WebFile = z.infer<typeof webFileSchema>;
export type TlsSection = NonNullable<WebFile["tls_server_config"]>;
