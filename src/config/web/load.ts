import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { parseDuration } from "../../lib/index.ts";
import { inOrder, problemsOf } from "../issues.ts";
import type { JsonSchema } from "../json-schema.ts";
import { ConfigError } from "../problem.ts";
import { sentence } from "../sentences.ts";
import { ConfigSource } from "../source.ts";
import { checkTlsSection } from "./checks.ts";
import { type WebFile, webFileSchema } from "./schema.ts";
import { loadTls, wantsTls } from "./tls.ts";
import type { WebConfig } from "./web-config.ts";

/**
 * Reads a web configuration (the schema of the Prometheus exporter-toolkit) and its certificates. `reads` is called
 * with each file before it is read, so that the caller can watch it. Throws ConfigError with all errors; no message
 * holds a hash or a key.
 */
export async function loadWebConfig(path: string, reads: (path: string) => void = () => {}): Promise<WebConfig> {
  reads(resolve(path));
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const message = UNREADABLE[(cause as NodeJS.ErrnoException).code ?? ""] ?? "cannot be read";
    throw new ConfigError([{ file: path, line: 0, column: 0, path: "", message }]);
  }
  const source = new ConfigSource(text, path);
  const file = checkedWebFile(source);
  const { tls_server_config: section, http_server_config: http, rate_limit: limit } = file;
  const tls = section && wantsTls(section) ? section : undefined;
  const intervalMs = limit && parseDuration(limit.interval);
  return {
    ...(tls && { tls: await loadTls(tls, { source, folder: resolve(path, ".."), reads }) }),
    headers: Object.fromEntries(Object.entries(http.headers).filter((pair) => pair[1] !== undefined)),
    users: new Map(Object.entries(file.basic_auth_users)),
    ...(limit && intervalMs && { rateLimit: { intervalMs, burst: limit.burst } }),
    notes: notesOf(file),
  };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "no such file; give another with --web.config.file, or omit the option to serve plain HTTP to everybody",
  EISDIR: "it is a folder; give the file in it",
  EACCES: "permission denied",
};

/** The values of the file. Throws ConfigError with all errors. */
export function checkedWebFile(source: ConfigSource): WebFile {
  const raw = withoutEmptySections(source.values());
  const result = webFileSchema.safeParse(raw, { error: (issue) => sentence(issue) });
  if (!result.success) {
    const schema = z.toJSONSchema(webFileSchema, { io: "input" }) as JsonSchema;
    const shape = { schema, secretive: /^(tls_server_config|basic_auth_users)$/ };
    throw new ConfigError(inOrder(result.error.issues.flatMap((issue) => problemsOf(issue, raw, source, shape))));
  }
  const section = result.data.tls_server_config;
  const problems = section === undefined ? [] : checkTlsSection(section, source);
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return result.data;
}

/** `tls_server_config:` without a value is an empty section. */
function withoutEmptySections(raw: unknown): unknown {
  if (raw === null || raw === undefined) return {};
  if (typeof raw !== "object" || Array.isArray(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
}

function notesOf({ http_server_config: http, tls_server_config: section, basic_auth_users: users }: WebFile): string[] {
  const encrypted = section !== undefined && wantsTls(section);
  return [
    ...(http.http2 === true ? ["http2: true has no effect: HTTP/1.1 is served"] : []),
    ...(section !== undefined && !encrypted ? ["tls_server_config has no certificate: plain HTTP is served"] : []),
    ...(Object.keys(users).length > 0 && !encrypted
      ? ["basic_auth_users without TLS: passwords are sent over the network in clear text"]
      : []),
  ];
}
