import type { Candidate } from "./candidate.ts";
import type { Rejection } from "./rejection.ts";

/** A file, a pattern or a server from which no hosts could be read. */
export interface SourceFailure {
  /** One sentence for a person. */
  readonly text: string;
  /** No file matches; it may be created later. */
  readonly isMissing: boolean;
}

/** A list of hosts that may change while the exporter runs. */
export interface Source {
  /** Reads once, then watches for changes until stop(). Resolves after the first reading, even if it failed. */
  start(): Promise<void>;
  stop(): void;
  /** Hosts of the last valid list. */
  candidates(): readonly Candidate[];
  /** Entries of the last valid list that make no valid host. */
  rejections(): readonly Rejection[];
  /** What cannot be read at present. */
  failures(): readonly SourceFailure[];
}

/** Called when the lists or failures of a source may have changed. */
export type SourceChanged = () => void;
