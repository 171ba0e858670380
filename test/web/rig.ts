import { request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { renderHost } from "../../src/exposition/index.ts";
import { silentLogger } from "../../src/lib/index.ts";
import type { Host, HostRecord } from "../../src/model/index.ts";
import { createWeb, type ListedHost, type Web, type WebParts } from "../../src/web/index.ts";
import { failures, host } from "../exposition/records.ts";

export const SELF = "# HELP lightsout_build_info Version.\n# TYPE lightsout_build_info gauge\nlightsout_build_info 1\n";

export const listed = (record: HostRecord): ListedHost => ({
  record,
  prepared: renderHost(record, { placed: true }),
});

/** A host that was not polled yet. */
export const unpolled = (name: string, more: Partial<Host> = {}): HostRecord => ({
  host: host(name, more),
  failures: failures(),
  polls: 0,
});

/** Parts that serve these records and know nothing else. */
export function partsOf(records: readonly HostRecord[], more: Partial<WebParts> = {}): WebParts {
  const all = records.map(listed);
  const byName = new Map(all.map((entry) => [entry.record.host.name, entry]));
  return {
    records: () => all,
    record: (name) => byName.get(name),
    probe: async () => {
      throw new Error("nobody said how to probe");
    },
    ipmi: async () => {
      throw new Error("nobody said how to ask");
    },
    selfMetrics: async () => SELF,
    configText: () => "modules: {}\n",
    reload: async () => ({ ok: true, problems: [] }),
    ready: () => ({ ready: true }),
    state: () => undefined,
    version: "1.2.3",
    log: silentLogger,
    ...more,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of the client; 127.0.0.1 unless said. */
  readonly from?: string;
}

/** A web that listens on a free port of the loopback address. */
export class Rig {
  readonly web: Web;
  readonly port: number;

  private constructor(web: Web, port: number) {
    this.web = web;
    this.port = port;
  }

  static async start(parts: WebParts): Promise<Rig> {
    const web = createWeb(parts);
    const server = await web.listen("127.0.0.1:0");
    return new Rig(web, (server.address() as AddressInfo).port);
  }

  /** The head of the answer; the caller reads the body. A connection of its own each time. */
  open(path: string, { method = "GET", headers = {}, from = "127.0.0.1" }: AskOptions = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: "127.0.0.1", port: this.port, path, method, headers, agent: false, localAddress: from },
        resolve,
      );
      request.once("error", reject);
      request.end();
    });
  }

  /** A request whose client does not wait for the answer. */
  askAndLeave(path: string): { leave(): void } {
    const request = httpRequest({ host: "127.0.0.1", port: this.port, path, agent: false });
    request.once("error", () => {});
    request.end();
    return { leave: () => request.destroy() };
  }

  async ask(path: string, options?: AskOptions): Promise<Answer> {
    const message = await this.open(path, options);
    const pieces: Buffer[] = [];
    for await (const piece of message) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    return { status: message.statusCode ?? 0, headers: message.headers, body, text: body.toString() };
  }

  stop(): Promise<void> {
    return this.web.close();
  }
}

/** Waits until something holds, ten seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("waited for ten seconds in vain");
}
