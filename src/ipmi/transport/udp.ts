import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { HmacScratch } from "../crypto/kept-hmac.ts";
import { RandomPool } from "../crypto/random-pool.ts";
import type { DatagramTransport, Endpoint, EndpointHandlers, Reachability, Remote } from "./datagram.ts";
import { SendTurns } from "./send-turns.ts";

export interface UdpTransportOptions {
  /**
   * BMCs that share a socket. Each has at most one answer under way, and the kernel's default receive
   * buffer holds about 256 of them; more than it holds are lost when the event loop is late.
   */
  readonly hostsPerSocket?: number;
  /** Wished receive buffer of a socket; the kernel may grant less. */
  readonly receiveBufferBytes?: number;
}

type Family = "udp4" | "udp6";

type LookedUp = (error: null, address: string, family: number) => void;

/** Addresses are resolved before they come here: skip Node's look-up per packet. */
const NO_LOOKUP = {
  udp4: (address: string, _options: unknown, callback: LookedUp) => callback(null, address, 4),
  udp6: (address: string, _options: unknown, callback: LookedUp) => callback(null, address, 6),
};

const familyOf = (address: string): Family => (isIPv6(address) ? "udp6" : "udp4");

/** One UDP socket and the BMCs that share it, told apart by their address and port. */
class SharedSocket {
  readonly #socket: Socket;
  /** By address, in the one spelling of the kernel, and port: no key has to be made of both for each packet. */
  readonly #handlers = new Map<string, Map<number, EndpointHandlers>>();
  #size = 0;
  readonly #opened: Promise<void>;
  #closed = false;

  constructor(family: Family, receiveBufferBytes: number) {
    this.#socket = createSocket({ type: family, lookup: NO_LOOKUP[family] });
    this.#socket.on("message", (packet, from) => this.#handlers.get(from.address)?.get(from.port)?.packet(packet));
    this.#socket.on("error", (error) => {
      for (const handlers of [...this.#handlers.values()].flatMap((ports) => [...ports.values()]))
        handlers.failed(error);
    });
    // Without descriptors left, binding fails at once; `send` binds again and tells those who wait.
    this.#opened = new Promise((resolve) => {
      this.#socket.once("error", () => resolve());
      this.#socket.bind(0, resolve);
    });
    void this.#opened.then(() => {
      try {
        this.#socket.setRecvBufferSize(receiveBufferBytes);
      } catch {
        // The kernel's default must do.
      }
    });
  }

  get size(): number {
    return this.#size;
  }

  has({ address, port }: Remote): boolean {
    return this.#handlers.get(address)?.has(port) ?? false;
  }

  attach(remote: Remote, handlers: EndpointHandlers, released: () => void): Endpoint {
    const { address, port } = remote;
    const ports = this.#handlers.get(address) ?? new Map<number, EndpointHandlers>();
    this.#handlers.set(address, ports.set(port, handlers));
    this.#size++;
    let open = true;
    const sent = (error: Error | null): void => {
      if (error && open) handlers.failed(error);
    };
    return {
      remote,
      send: (packet) => {
        if (!open || this.#closed) return;
        try {
          this.#socket.send(packet, port, address, sent);
        } catch (error) {
          handlers.failed(error as Error);
        }
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#size--;
        ports.delete(port);
        if (ports.size === 0 && this.#handlers.get(address) === ports) this.#handlers.delete(address);
        released();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handlers.clear();
    this.#size = 0;
    await this.#opened;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }
}

/**
 * UDP for many BMCs: sockets are shared by a bounded number of them, and a second conversation with
 * the same BMC gets a different socket, so that answers never mix. Source ports are ephemeral, because
 * some network chips swallow 623 and 664.
 */
export class UdpTransport implements DatagramTransport {
  readonly random = new RandomPool();
  readonly scratch = new HmacScratch();
  readonly turns = new SendTurns();
  readonly #hostsPerSocket: number;
  readonly #receiveBufferBytes: number;
  readonly #sockets: Record<Family, SharedSocket[]> = { udp4: [], udp6: [] };
  #closed = false;

  constructor(options: UdpTransportOptions = {}) {
    this.#hostsPerSocket = options.hostsPerSocket ?? 128;
    this.#receiveBufferBytes = options.receiveBufferBytes ?? 4 << 20;
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
      socket = new SharedSocket(family, this.#receiveBufferBytes);
      pool.push(socket);
    }
    const chosen = socket;
    return chosen.attach(remote, handlers, () => this.#released(family, chosen));
  }

  /** Closes an empty socket, unless it is the last of its family: that one is kept for the next host. */
  #released(family: Family, socket: SharedSocket): void {
    const pool = this.#sockets[family];
    if (socket.size > 0 || pool.length <= 1 || this.#closed) return;
    pool.splice(pool.indexOf(socket), 1);
    void socket.close();
  }

  /** A connected socket hears ICMP errors, which shared sockets do not. */
  async diagnose(remote: Remote, packet: Uint8Array, waitMs: number, signal?: AbortSignal): Promise<Reachability> {
    signal?.throwIfAborted();
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
        // Typed as if it got no error; it does, when there is no route.
        socket.connect(remote.port, remote.address, (error?: Error) => {
          if (error) return failed(error);
          // Aborted meanwhile: the socket is closed and would throw.
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
