import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface TreeServerOptions {
  /** Folder that holds `redfish/v1/.../index.json`. */
  readonly folder: string;
  readonly key: string;
  readonly cert: string;
  /** Absent: 127.0.0.1. */
  readonly address?: string;
  /** Absent: a free one. */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** Sessions at a time. */
  readonly sessionLimit?: number;
  /** Understands `$expand`, as a service does whose root says so. */
  readonly expands?: boolean;
  /** Paths that the account may not read. */
  readonly forbidden?: RegExp;
}

/** One request that the server received. */
interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A recorded Redfish tree behind HTTPS with sessions, as a BMC would serve it. */
export class TreeServer {
  readonly #server: Server;
  readonly #options: TreeServerOptions;
  readonly seen: SeenRequest[] = [];
  readonly sessions = new Map<string, string>();
  #count = 0;

  private constructor(options: TreeServerOptions) {
    this.#options = options;
    const { key, cert } = options;
    this.#server = createServer({ key, cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "/";
        const token = request.headers["x-auth-token"];
        const answer = this.#answer(request.method ?? "GET", path, String(token), Buffer.concat(chunks).toString());
        this.seen.push({ method: request.method ?? "GET", path, status: answer.status });
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(answer.body);
      });
    });
  }

  static async start(options: TreeServerOptions): Promise<TreeServer> {
    const server = new TreeServer(options);
    await new Promise<void>((resolve) =>
      server.#server.listen(options.port ?? 0, options.address ?? "127.0.0.1", resolve),
    );
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #answer(
    method: string,
    url: string,
    token: string,
    body: string,
  ): { status: number; body: string; headers?: Record<string, string> } {
    const { user = "monitor", password = "secret", sessionLimit = 4 } = this.#options;
    const [path = "/"] = url.split("?");
    if (method === "POST") {
      const login = JSON.parse(body);
      if (login.UserName !== user || login.Password !== password) return { status: 401, body: "{}" };
      if (this.sessions.size >= sessionLimit) {
        const info = [{ MessageId: "Base.1.8.SessionLimitExceeded", Message: "The session limit is exceeded." }];
        return { status: 503, body: JSON.stringify({ error: { "@Message.ExtendedInfo": info } }) };
      }
      const id = String(++this.#count);
      const uri = `/redfish/v1/SessionService/Sessions/${id}`;
      this.sessions.set(`token-${id}`, uri);
      return { status: 201, body: "{}", headers: { "x-auth-token": `token-${id}`, location: uri } };
    }
    const isRoot = path.replace(/\/$/, "") === "/redfish/v1";
    if (!isRoot && !this.sessions.has(token)) return { status: 401, body: "{}" };
    if (method === "DELETE") {
      const found = [...this.sessions].find(([, uri]) => uri === path);
      if (!found) return { status: 404, body: "{}" };
      this.sessions.delete(found[0]);
      return { status: 204, body: "" };
    }
    if (this.#options.forbidden?.test(path)) return { status: 403, body: "{}" };
    const resource = this.#resource(path);
    if (resource === undefined) return { status: 404, body: "{}" };
    const expands = this.#options.expands === true && url.includes("$expand=");
    return { status: 200, body: expands ? this.#expanded(resource) : resource };
  }

  #resource(path: string): string | undefined {
    try {
      const name = decodeURIComponent(path).replace(/\/+$/, "");
      return readFileSync(join(this.#options.folder, name, "index.json"), "utf8");
    } catch {
      return undefined;
    }
  }

  /** The collection with its members whole. */
  #expanded(body: string): string {
    const collection = JSON.parse(body);
    if (!Array.isArray(collection.Members)) return body;
    const whole = (member: { "@odata.id": string }) =>
      JSON.parse(this.#resource(member["@odata.id"]) ?? "null") ?? member;
    return JSON.stringify({ ...collection, Members: collection.Members.map(whole) });
  }

  /** Forgets all sessions, as a BMC does that restarts its web server. */
  forgetSessions(): void {
    this.sessions.clear();
  }

  /** Closes the connections that clients keep. */
  closeConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
