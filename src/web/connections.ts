import type { Socket } from "node:net";
import { clientOf } from "./client.ts";

export interface ConnectionsOptions {
  /** Open connections, over all listen addresses. */
  readonly limit: number;
  /** Whether a request of this connection is in progress. */
  readonly isBusy: (socket: Socket) => boolean;
  /** Called when a connection is closed because there are too many. */
  readonly refused: () => void;
}

/**
 * Open connections, shared between clients: beyond the limit, the client that has the most loses one, and idle ones
 * go first. So one address cannot keep another from connecting.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #byClient = new Map<string, Set<Socket>>();
  #open = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** False: the connection was closed at once. */
  add(socket: Socket): boolean {
    const client = clientOf(socket);
    const sockets = this.#byClient.get(client) ?? new Set<Socket>();
    this.#byClient.set(client, sockets.add(socket));
    this.#open++;
    socket.once("close", () => this.#remove(client, socket));
    if (this.#open <= this.#options.limit) return true;
    let most = { client, sockets };
    for (const [other, theirs] of this.#byClient)
      if (theirs.size > most.sockets.size) most = { client: other, sockets: theirs };
    const surplus = most.client === client ? socket : this.#leastNeeded(most.sockets);
    if (surplus === undefined) return true;
    this.#remove(most.client, surplus);
    surplus.destroy();
    this.#options.refused();
    return surplus !== socket;
  }

  /** The oldest connection without a request in progress, otherwise the oldest one. */
  #leastNeeded(sockets: ReadonlySet<Socket>): Socket | undefined {
    const [first] = sockets;
    for (const socket of sockets) if (!this.#options.isBusy(socket)) return socket;
    return first;
  }

  #remove(client: string, socket: Socket): void {
    const sockets = this.#byClient.get(client);
    if (!sockets?.delete(socket)) return;
    this.#open--;
    if (sockets.size === 0) this.#byClient.delete(client);
  }
}
