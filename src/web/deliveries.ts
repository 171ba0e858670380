import type { Socket } from "node:net";
import type { RequestHandler, Response } from "express";
import type { Clock, Logger } from "../lib/index.ts";
import { clientOf } from "./client.ts";
import { LogLimit } from "./log-limit.ts";
import { refuse } from "./refusal.ts";
import type { CutReason, WebReport } from "./security.ts";
import type { SlotUser } from "./slots.ts";

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: WebReport;
  /** Time from the first byte of a response to its last. */
  readonly answerMs: number;
  /** Requests of one connection in progress at once. */
  readonly perConnection: number;
  /** Bytes that all clients together have not read yet. */
  readonly unreadBytes: number;
}

/** Calls back before the head of a response is written. */
export function atHead(response: Response, callback: () => void): void {
  const writeHead = response.writeHead;
  let called = false;
  response.writeHead = function atWriteHead(this: Response, ...head: unknown[]) {
    if (!called) callback();
    called = true;
    return Reflect.apply(writeHead, this, head);
  } as Response["writeHead"];
}

const WHY: Readonly<Record<CutReason, string>> = {
  stalled: "the client stopped reading",
  slow: "the client read too slowly",
  displaced: "other clients need the place of this response",
};

/** State of a connection with requests in progress. */
interface Connection {
  readonly socket: Socket;
  readonly client: string;
  /** Responses that have not ended, in the order of their requests. */
  readonly deliveries: Set<Delivery>;
  /** Monotonic time until which the client has read everything. */
  readUntilMs: number;
}

/** One response on its way to a client. */
export class Delivery implements SlotUser {
  readonly #connection: Connection;
  readonly #response: Response;
  readonly #clock: Clock;
  readonly #report: (reason: CutReason) => void;
  readonly #receivedMs: number;
  /** Undefined after the response has ended. */
  #whenClosed: (() => void)[] | undefined = [];

  constructor(connection: Connection, response: Response, clock: Clock, report: (reason: CutReason) => void) {
    this.#connection = connection;
    this.#response = response;
    this.#clock = clock;
    this.#report = report;
    this.#receivedMs = clock.monotonicMs();
    response.once("close", () => {
      const callbacks = this.#whenClosed ?? [];
      this.#whenClosed = undefined;
      for (const callback of callbacks) callback();
    });
  }

  /** Time since the request arrived. */
  ageMs(): number {
    return this.#clock.monotonicMs() - this.#receivedMs;
  }

  get client(): string {
    return this.#connection.client;
  }

  /** Bytes that were written and that the client has not read. */
  get unreadBytes(): number {
    return this.#whenClosed === undefined ? 0 : this.#response.writableLength;
  }

  unreadMs(): number {
    return this.unreadBytes === 0 ? 0 : this.#clock.monotonicMs() - this.#connection.readUntilMs;
  }

  displace(): void {
    this.cut("displaced");
  }

  cut(reason: CutReason): void {
    if (this.#response.destroyed) return;
    this.#report(reason);
    this.#response.destroy();
    // A response behind others in the pipeline has no socket yet: Node.js would destroy it only in its turn.
    this.#connection.socket.destroy();
  }

  /** The connection is closed. Node.js emits "close" only for the response that was being sent. */
  lost(): void {
    if (this.#whenClosed === undefined) return;
    this.#response.destroy();
    this.#response.emit("close");
  }

  onceClosed(callback: () => void): void {
    if (this.#whenClosed) this.#whenClosed.push(callback);
    else callback();
  }
}

/** Responses on their way to clients, and the clients that do not read them. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #byResponse = new Map<Response, Delivery>();
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #logLimit: LogLimit;
  #isEnforcing = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#logLimit = new LogLimit(options.clock);
  }

  /** Bounds the time of a response, and how many requests one connection may send before it has read the first. */
  readonly watch: RequestHandler = (request, response, next) => {
    const { socket } = request;
    const { perConnection, clock } = this.#options;
    const connection = this.#connectionOf(socket);
    const before = connection.deliveries.size;
    const delivery = new Delivery(connection, response, clock, (reason) => this.#report(socket, reason));
    this.#byResponse.set(response, delivery);
    connection.deliveries.add(delivery);
    delivery.onceClosed(() => {
      connection.deliveries.delete(delivery);
      this.#byResponse.delete(response);
    });
    this.#bound(delivery, connection, response);
    if (before < perConnection) return next();
    response.set("Connection", "close");
    refuse(response, 429, `too many requests at once on one connection, the limit is ${perConnection}`);
  };

  /** The delivery of a response that `watch` has seen and that has not ended. */
  of(response: Response): Delivery {
    const delivery = this.#byResponse.get(response);
    if (delivery === undefined) throw new Error("this response has ended");
    return delivery;
  }

  /** Whether a request of this connection is in progress. */
  isBusy(socket: Socket): boolean {
    return (this.#connections.get(socket)?.deliveries.size ?? 0) > 0;
  }

  /**
   * A connection was idle for the time-out of the server. A client that waits for a response may go on waiting. One
   * that has a response and does not read it, or sends no request, is cut off.
   */
  idle(socket: Socket): void {
    const isUnread = socket.writableLength > 0;
    if (this.isBusy(socket) && !isUnread) return;
    if (isUnread) this.#report(socket, "stalled");
    socket.destroy();
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const { clock } = this.#options;
    const connection: Connection = {
      socket,
      client: clientOf(socket),
      deliveries: new Set(),
      readUntilMs: clock.monotonicMs(),
    };
    socket.on("drain", () => {
      connection.readUntilMs = clock.monotonicMs();
    });
    // After the listeners of Node.js, which close the response that was being sent.
    socket.once("close", () =>
      setImmediate(() => {
        for (const delivery of connection.deliveries) delivery.lost();
      }),
    );
    this.#connections.set(socket, connection);
    return connection;
  }

  #bound(delivery: Delivery, connection: Connection, response: Response): void {
    const { clock, answerMs } = this.#options;
    atHead(response, () => {
      if (delivery.unreadBytes === 0) connection.readUntilMs = clock.monotonicMs();
      const timer = clock.after(answerMs, () => delivery.cut("slow"));
      delivery.onceClosed(() => timer.cancel());
      if (this.#isEnforcing) return;
      this.#isEnforcing = true;
      // After the body is written.
      setImmediate(() => this.#enforceUnreadBytes());
    });
  }

  /** Cuts off the responses that have been unread for longest until the unread bytes are within the limit. */
  #enforceUnreadBytes(): void {
    this.#isEnforcing = false;
    const unread = [...this.#byResponse.values()].filter(({ unreadBytes }) => unreadBytes > 0);
    let bytes = unread.reduce((sum, { unreadBytes }) => sum + unreadBytes, 0);
    if (bytes <= this.#options.unreadBytes) return;
    unread.sort((a, b) => b.unreadMs() - a.unreadMs());
    for (const delivery of unread) {
      if (bytes <= this.#options.unreadBytes) return;
      bytes -= delivery.unreadBytes;
      delivery.displace();
    }
  }

  #report(socket: Socket, reason: CutReason): void {
    this.#options.report.answerCut(reason);
    if (!this.#logLimit.allows(reason)) return;
    this.#options.log.warn({ client: socket.remoteAddress, reason }, `response cut off: ${WHY[reason]}`);
  }
}
