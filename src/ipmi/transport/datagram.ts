import type { HmacScratch } from "../crypto/kept-hmac.ts";
import type { RandomPool } from "../crypto/random-pool.ts";
import type { SendTurns } from "./send-turns.ts";

/** Where a BMC listens: an IP address (never a name) and a UDP port. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** The endpoint of one BMC on a transport. */
export interface Endpoint {
  readonly remote: Remote;
  /** Hands a packet to the network; failures are reported to the handlers, never thrown. */
  send(packet: Uint8Array): void;
  close(): void;
}

export interface EndpointHandlers {
  /** A datagram from the remote of the endpoint. The handler owns the buffer. */
  packet(packet: Buffer): void;
  /** The network refused a packet: no route, no permission. */
  failed(error: Error): void;
}

/** Result of an extra packet to a BMC that does not answer. */
export type Reachability =
  | "answered"
  /** Nothing listens: reported by the host (port unreachable). */
  | "refused"
  /** No route, or reported by a router. */
  | "unreachable"
  | "silent";

/** Carries datagrams for many BMCs; the UDP form is `UdpTransport`. */
export interface DatagramTransport {
  /** Shared by all sessions over this transport; without it each has a pool of its own. */
  readonly random?: RandomPool;
  /** The same. */
  readonly scratch?: HmacScratch;
  /** Turns in which requests are sent; without it at once. */
  readonly turns?: SendTurns;
  open(remote: Remote, handlers: EndpointHandlers): Endpoint;
  /** Sends one packet from a socket that receives ICMP errors, and waits for the result. */
  diagnose(remote: Remote, packet: Uint8Array, waitMs: number, signal?: AbortSignal): Promise<Reachability>;
  /** Closes all endpoints and sockets. */
  close(): Promise<void>;
}
