/** Why a received packet was not the expected answer. */
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

/** Events of this package; the implementation counts them. All calls are synchronous and must be cheap. */
export interface IpmiObserver {
  packetSent(bytes: number): void;
  packetReceived(bytes: number): void;
  packetDropped(reason: DropReason): void;
  /** A request was sent again because no answer came in time. */
  retransmitted(): void;
  /** A request was answered, and the transmission is known. */
  roundTrip(milliseconds: number): void;
  commandSent(name: string): void;
  commandAnswered(name: string, completionCode: number): void;
  sessionOpened(protocol: "1.5" | "2.0"): void;
  sessionClosed(): void;
  /** The BMC has lost an open session. */
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

/** One line of a trace for people; never contains a password, key or code. */
export interface TraceStep {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  readonly direction: "sent" | "received" | "note";
  readonly text: string;
}

export type Trace = (direction: TraceStep["direction"], text: string) => void;
