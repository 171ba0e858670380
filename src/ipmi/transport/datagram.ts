import type { HmacScratch } from "../crypto/kept-hmac.ts";
import type { RandomPool } from "../crypto/random-pool.ts";
import type { SendTurns } from "./send-turns.ts";

/** Where a BMC listens: an IP address (never a name) and a UDP port. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** One BMC's end of a transport. */
export interface Endpoint {
  readonly remote: Remote;
  /** Hands a packet to the network; failures are reported to the handlers, never thrown. */
  send(packet: Uint8Array): void;
  close(): void;
}

export interface EndpointHandlers {
  /** A datagram that came from the endpoint's remote. The buffer is the handler's to keep and to change. */
  packet(packet: Buffer): void;
  /** The network refused a packet: no route, no permission. */
  failed(error: Error): void;
}

/** What an extra packet found out about a BMC that does not answer. */
export type Reachability =
  | "answered"
  /** Nothing listens: the host said so (port unreachable). */
  | "refused"
  /** No route, or a router said so. */
  | "unreachable"
  | "silent";

/** Carries datagrams for many BMCs; the UDP form is `UdpTransport`. */
export interface DatagramTransport {
  /** Shared by all sessions over this transport; without it each has a pool of its own. */
  readonly random?: RandomPool;
  /** The same. */
  readonly scratch?: HmacScratch;
  /** When questions may be sent; without it at once. */
  readonly turns?: SendTurns;
  open(remote: Remote, handlers: EndpointHandlers): Endpoint;
  /** Sends one packet by a way that hears ICMP errors and waits for what comes back. */
  diagnose(remote: Remote, packet: Uint8Array, waitMs: number, signal?: AbortSignal): Promise<Reachability>;
  /** Closes all endpoints and sockets. */
  close(): Promise<void>;
}
