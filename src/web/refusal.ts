import type { Response } from "express";

/** A request that is not served. `message` is sent to the client. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Refuses with plain text, without the version that pages show: the client is a stranger. */
export function refuse(response: Response, status: number, message: string): void {
  response.status(status).set("Content-Type", "text/plain; charset=utf-8").send(`${message}\n`);
}
