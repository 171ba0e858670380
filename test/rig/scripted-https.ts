import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { makeAuthority } from "./certificates.ts";

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Certificates for 127.0.0.1, signed by a CA whose certificate is `ca`. */
export async function loopbackCertificates<N extends string>(
  folder: string,
  ...names: readonly N[]
): Promise<Record<N, KeyPair> & { readonly ca: string }> {
  const authority = await makeAuthority(folder, "ca");
  const pairs: Partial<Record<string, KeyPair | string>> = { ca: readFileSync(authority.cert, "utf8") };
  for (const name of names) {
    const { cert, key } = await authority.issue(name, "IP:127.0.0.1");
    pairs[name] = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }
  return pairs as Record<N, KeyPair> & { readonly ca: string };
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An HTTPS server on loopback whose answers a test writes. */
export class ScriptedHttps {
  readonly #server;
  readonly #sockets = new Set<Duplex>();
  /** "GET /redfish/v1/" of each request, in order. */
  readonly seen: string[] = [];
  /** TLS connections that were established. */
  connections = 0;
  answer: Answer;

  private constructor(options: TlsOptions & KeyPair, answer: Answer) {
    this.answer = answer;
    this.#server = createServer(options, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.seen.push(`${request.method} ${request.url}`);
        this.answer(request, response, Buffer.concat(chunks).toString());
      });
    });
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on("secureConnection", () => this.connections++);
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(options: TlsOptions & KeyPair, answer: Answer): Promise<ScriptedHttps> {
    const server = new ScriptedHttps(options, answer);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections at once, without a TLS alert. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends JSON. */
export function json(
  response: ServerResponse,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
