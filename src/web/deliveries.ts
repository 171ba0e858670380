import type { Socket } from "node:net";
import type { Request, RequestHandler, Response } from "express";
import type { Clock, Logger } from "../lib/index.ts";
import { refuse } from "./refusal.ts";
import type { CutReason, WebReport } from "./security.ts";

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: WebReport;
  /** From its first byte to its last an answer may take so long. */
  readonly answerMs: number;
  /** Requests of one connection that are answered at once. */
  readonly perConnection: number;
}

/** Calls back before the head of an answer goes out, whoever writes it. */
export function atHead(response: Response, callback: () => void): void {
  const writeHead = response.writeHead;
  let called = false;
  response.writeHead = function atWriteHead(this: Response, ...head: unknown[]) {
    if (!called) callback();
    called = true;
    return Reflect.apply(writeHead, this, head);
  } as Response["writeHead"];
}

/** Answers on their way to clients, and the clients that do not take them. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #underWay = new WeakMap<Socket, number>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Bounds the time of an answer, and how many one connection may ask for before it has read the first. */
  readonly watch: RequestHandler = (request, response, next) => {
    const { socket } = request;
    const before = this.#underWay.get(socket) ?? 0;
    this.#underWay.set(socket, before + 1);
    response.once("close", () => this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1));
    this.#bound(request, response);
    if (before < this.#options.perConnection) return next();
    response.set("Connection", "close");
    refuse(response, 429, `one connection may ask ${this.#options.perConnection} things at once`);
  };

  /**
   * A connection was quiet for the time-out of the server. Who waits for an answer that is being made may go on
   * waiting; who has an answer and does not read it, or has nothing to ask, is cut off.
   */
  quiet(socket: Socket): void {
    const waits = (this.#underWay.get(socket) ?? 0) > 0;
    const unread = socket.writableLength > 0;
    if (waits && !unread) return;
    if (unread) this.#cut(socket, "stalled");
    socket.destroy();
  }

  #bound(request: Request, response: Response): void {
    atHead(response, () => {
      const timer = this.#options.clock.after(this.#options.answerMs, () => {
        this.#cut(request.socket, "slow");
        response.destroy();
      });
      response.once("close", () => timer.cancel());
    });
  }

  #cut(socket: Socket, reason: CutReason): void {
    this.#options.report.answerCut(reason);
    const detail = reason === "stalled" ? "it stopped reading" : "it read too slowly";
    this.#options.log.warn({ client: socket.remoteAddress, reason }, `client cut off: ${detail}`);
  }
}
