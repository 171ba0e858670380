/** What this package reports while it works; the caller counts. All calls are synchronous and cheap. */
export interface RedfishObserver {
  /** A response was received whole. `resource` is the kind of resource: "Thermal", "Session". */
  responseReceived(resource: string, status: number, bytes: number, milliseconds: number): void;
  /** A TLS connection was established; `resumed` if the BMC accepted an earlier TLS session. */
  handshake(resumed: boolean, milliseconds: number): void;
  /** A GET was sent again: the BMC had closed the kept connection, or answered that it is busy. */
  retried(): void;
  sessionOpened(): void;
  sessionClosed(): void;
  /** A kept token was refused, and a new login followed. */
  sessionLost(): void;
}

const ignore = (): void => {};

export const silentObserver: RedfishObserver = {
  responseReceived: ignore,
  handshake: ignore,
  retried: ignore,
  sessionOpened: ignore,
  sessionClosed: ignore,
  sessionLost: ignore,
};

/** One line of a trace for a person; never holds a password or token. */
export type Trace = (direction: "sent" | "received" | "note", text: string) => void;
