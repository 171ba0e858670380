import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as tlsConnect } from "node:tls";
import type { ConnectionRefusal, CutReason, LoginResult, WebReport } from "../../src/web/index.ts";

/** Keeps what is reported. */
export class Reports implements WebReport {
  readonly logins: LoginResult[] = [];
  readonly refused: ConnectionRefusal[] = [];
  readonly cut: CutReason[] = [];
  login(result: LoginResult): void {
    this.logins.push(result);
  }
  connectionRefused(reason: ConnectionRefusal): void {
    this.refused.push(reason);
  }
  answerCut(reason: CutReason): void {
    this.cut.push(reason);
  }
}

/** The answer to GET over TLS on a connection of its own: status and text; rejects when there is none. */
export function askTls(port: number, path: string, options: ConnectionOptions & { auth?: string } = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpsRequest({ host: "127.0.0.1", port, path, agent: false, ...options }, (message) => {
      let text = "";
      message.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      message.once("end", () => resolve({ status: message.statusCode ?? 0, text }));
      message.once("error", reject);
    });
    request.once("error", reject).end();
  });
}

/** A connection that says what it is told and keeps what it hears; `closed` resolves when the other side hung up. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  heard = "";

  constructor(port: number, tls?: ConnectionOptions, localAddress = "127.0.0.1") {
    this.socket = tls
      ? tlsConnect({ host: "127.0.0.1", port, ...tls })
      : connect({ host: "127.0.0.1", port, localAddress });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  listen(): this {
    this.socket.setEncoding("latin1").on("data", (chunk) => {
      this.heard += String(chunk);
    });
    return this;
  }

  say(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }
}
