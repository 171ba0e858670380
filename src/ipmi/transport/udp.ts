import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { HmacScratch } from "../crypto/kept-hmac.ts";
import { RandomPool } from "../crypto/random-pool.ts";
import type { DatagramTransport, Endpoint, EndpointHandlers, Reachability, Remote } from "./datagram.ts";
import { SendTurns } from "./send-turns.ts";

export interface UdpTransportOptions {
  /**
   * BMCs that share a socket. Each has at most one answer in flight, and the kernel's default receive
   * buffer holds about 256 of them; more than it holds are lost when the event loop is late.
   */
  readonly hostsPerSocket?: number;
  /** Requested receive buffer of a socket; the kernel may grant less. */
  readonly receiveBufferBytes?: number;
  /** Asked before each packet; while it returns false, packets are dropped. */
  readonly maySend?: () => boolean;
}

type Family = "udp4" | "udp6";

type LookedUp = (error: null, address: string, family: number) => void;

/** Addresses are already resolved: skips Node's look-up per packet. */
const NO_LOOKUP = {
  udp4: (address: string, _options: unknown, callback: LookedUp) => callback(null, address, 4),
  udp6: (address: string, _options: unknown, callback: LookedUp) => callback(null, address, 6),
};

const familyOf = (address: string): Family => (isIPv6(address) ? "udp6" : "udp4");

/** The endpoint of one BMC on a shared socket. */
class SharedEndpoint implements Endpoint {
  readonly remote: Remote;
  readonly #handlers: EndpointHandlers;
  /** Absent when closed. */
  #socket: SharedSocket | undefined;
  /** Nothing was received since the last packet was sent. */
  #isSilent = true;

  constructor(socket: SharedSocket, remote: Remote, handlers: EndpointHandlers) {
    this.#socket = socket;
    this.remote = remote;
    this.#handlers = handlers;
  }

  /**
   * The result of a send is requested only while the BMC does not answer: a callback costs as much as encryption, and
   * after an answer the route is known to work. If it has failed since, the retransmission finds out.
   */
  send(packet: Uint8Array): void {
    if (!this.#socket || this.#socket.maySend?.() === false) return;
    const { address, port } = this.remote;
    try {
      if (this.#isSilent) this.#socket.udp.send(packet, port, address, (error) => error && this.failed(error));
      else this.#socket.udp.send(packet, port, address);
    } catch (error) {
      this.failed(error as Error);
    }
    this.#isSilent = true;
  }

  received(packet: Buffer): void {
    this.#isSilent = false;
    this.#handlers.packet(packet);
  }

  failed(error: Error): void {
    if (this.#socket) this.#handlers.failed(error);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.release(this.remote);
  }

  /** Its socket is closed. */
  cut(): void {
    this.#socket = undefined;
  }
}

/** One UDP socket and the BMCs that share it, distinguished by address and port. */
class SharedSocket {
  readonly udp: Socket;
  readonly maySend: (() => boolean) | undefined;
  readonly #released: (socket: SharedSocket) => void;
  /** By address, as the kernel spells it, and port: no combined key has to be built for each packet. */
  readonly #endpoints = new Map<string, Map<number, SharedEndpoint>>();
  #size = 0;
  readonly #opened: Promise<void>;

  /** @param released called when an endpoint was closed */
  constructor(
    family: Family,
    receiveBufferBytes: number,
    maySend: (() => boolean) | undefined,
    released: (socket: SharedSocket) => void,
  ) {
    this.#released = released;
    this.maySend = maySend;
    this.udp = createSocket({ type: family, lookup: NO_LOOKUP[family] });
    this.udp.on("message", (packet, from) => this.#endpoints.get(from.address)?.get(from.port)?.received(packet));
    this.udp.on("error", (error) => {
      for (const endpoint of this.#all()) endpoint.failed(error);
    });
    // Without free descriptors binding fails at once; `send` binds again and reports the error.
    this.#opened = new Promise((resolve) => {
      this.udp.once("error", () => resolve());
      this.udp.bind(0, resolve);
    });
    void this.#opened.then(() => {
      try {
        this.udp.setRecvBufferSize(receiveBufferBytes);
      } catch {
        // Keep the default of the kernel.
      }
    });
  }

  #all(): readonly SharedEndpoint[] {
    return [...this.#endpoints.values()].flatMap((ports) => [...ports.values()]);
  }

  get size(): number {
    return this.#size;
  }

  has({ address, port }: Remote): boolean {
    return this.#endpoints.get(address)?.has(port) ?? false;
  }

  attach(remote: Remote, handlers: EndpointHandlers): Endpoint {
    const { address, port } = remote;
    const ports = this.#endpoints.get(address) ?? new Map<number, SharedEndpoint>();
    const endpoint = new SharedEndpoint(this, remote, handlers);
    this.#endpoints.set(address, ports.set(port, endpoint));
    this.#size++;
    return endpoint;
  }

  /** Removes an endpoint that was closed. */
  release({ address, port }: Remote): void {
    const ports = this.#endpoints.get(address);
    if (!ports?.delete(port)) return;
    this.#size--;
    if (ports.size === 0) this.#endpoints.delete(address);
    this.#released(this);
  }

  async close(): Promise<void> {
    for (const endpoint of this.#all()) endpoint.cut();
    this.#endpoints.clear();
    this.#size = 0;
    await this.#opened;
    const closed = once(this.udp, "close");
    this.udp.close();
    await closed;
  }
}

/**
 * UDP for many BMCs: sockets are shared by a bounded number of them, and a second conversation with
 * the same BMC gets another socket, so that answers do not mix. Source ports are ephemeral, because
 * some network chips intercept 623 and 664.
 */
export class UdpTransport implements DatagramTransport {
  readonly random = new RandomPool();
  readonly scratch = new HmacScratch();
  readonly turns = new SendTurns();
  readonly #hostsPerSocket: number;
  readonly #receiveBufferBytes: number;
  readonly #maySend: (() => boolean) | undefined;
  readonly #sockets: Record<Family, SharedSocket[]> = { udp4: [], udp6: [] };
  #closed = false;

  constructor(options: UdpTransportOptions = {}) {
    this.#hostsPerSocket = options.hostsPerSocket ?? 128;
    this.#receiveBufferBytes = options.receiveBufferBytes ?? 4 << 20;
    this.#maySend = options.maySend;
  }

  /** Sockets open now, for tests and metrics. */
  get socketCount(): number {
    return this.#sockets.udp4.length + this.#sockets.udp6.length;
  }

  open(remote: Remote, handlers: EndpointHandlers): Endpoint {
    if (this.#closed) throw new Error("the transport is closed");
    const family = familyOf(remote.address);
    const pool = this.#sockets[family];
    let socket = pool.find((s) => s.size < this.#hostsPerSocket && !s.has(remote));
    if (!socket) {
      const released = (empty: SharedSocket): void => this.#released(family, empty);
      socket = new SharedSocket(family, this.#receiveBufferBytes, this.#maySend, released);
      pool.push(socket);
    }
    return socket.attach(remote, handlers);
  }

  /** Closes an empty socket, unless it is the last of its family, which is kept for the next host. */
  #released(family: Family, socket: SharedSocket): void {
    const pool = this.#sockets[family];
    if (socket.size > 0 || pool.length <= 1 || this.#closed) return;
    pool.splice(pool.indexOf(socket), 1);
    void socket.close();
  }

  /** A connected socket receives ICMP errors, which shared sockets do not. */
  async diagnose(remote: Remote, packet: Uint8Array, waitMs: number, signal?: AbortSignal): Promise<Reachability> {
    signal?.throwIfAborted();
    if (this.#maySend?.() === false) return "silent";
    const family = familyOf(remote.address);
    const socket = createSocket({ type: family, lookup: NO_LOOKUP[family] });
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    let over = false;
    try {
      return await new Promise<Reachability>((resolve, reject) => {
        const failed = (error: NodeJS.ErrnoException): void =>
          resolve(error.code === "ECONNREFUSED" ? "refused" : "unreachable");
        timer = setTimeout(() => resolve("silent"), waitMs);
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener("abort", onAbort);
        socket.on("error", failed);
        socket.on("message", () => resolve("answered"));
        // The types lack the error argument, which is set if there is no route.
        socket.connect(remote.port, remote.address, (error?: Error) => {
          if (error) return failed(error);
          // Aborted meanwhile: the closed socket would throw.
          if (over) return;
          socket.send(packet, (error) => {
            if (error) failed(error);
          });
        });
      });
    } finally {
      over = true;
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener("abort", onAbort);
      socket.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#sockets.udp4, ...this.#sockets.udp6];
    this.#sockets.udp4 = [];
    this.#sockets.udp6 = [];
    await Promise.all(all.map((socket) => socket.close()));
  }
}
