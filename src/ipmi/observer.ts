/** Why a received packet was not the answer that was waited for. */
export type DropReason =
  | "malformed"
  | "unexpected"
  | "other_session"
  | "bad_integrity"
  | "not_authenticated"
  | "not_encrypted"
  | "bad_encryption"
  | "bad_auth_code"
  | "replayed"
  | "bad_checksum"
  | "late_or_duplicate";

/** What this room reports while it works; whoever wants numbers counts them. All calls are synchronous and cheap. */
export interface IpmiObserver {
  packetSent(bytes: number): void;
  packetReceived(bytes: number): void;
  packetDropped(reason: DropReason): void;
  /** A request was sent again because no answer came in time. */
  retransmitted(): void;
  /** A request that was sent once was answered. */
  roundTrip(milliseconds: number): void;
  commandSent(name: string): void;
  commandAnswered(name: string, completionCode: number): void;
  sessionOpened(protocol: "1.5" | "2.0"): void;
  sessionClosed(): void;
  /** A kept session turned out to be dead and was opened anew. */
  sessionLost(): void;
}

const ignore = (): void => {};

export const silentObserver: IpmiObserver = {
  packetSent: ignore,
  packetReceived: ignore,
  packetDropped: ignore,
  retransmitted: ignore,
  roundTrip: ignore,
  commandSent: ignore,
  commandAnswered: ignore,
  sessionOpened: ignore,
  sessionClosed: ignore,
  sessionLost: ignore,
};

/** One line of a trace for a person; never holds a password, key or code. */
export interface TraceStep {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  readonly direction: "sent" | "received" | "note";
  readonly text: string;
}

export type Trace = (direction: TraceStep["direction"], text: string) => void;
