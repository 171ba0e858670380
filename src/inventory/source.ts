import type { Candidate } from "./candidate.ts";

/** Something that tells of hosts and may tell others later. */
export interface Source {
  /** Reads once, then keeps listening until stop(). Resolves after the first reading, also where that failed. */
  start(): Promise<void>;
  stop(): void;
  /** The last good list. */
  candidates(): readonly Candidate[];
  /** What is wrong now: a file that cannot be read, a server that does not answer. */
  problems(): readonly string[];
}

/** Called when candidates or problems of a source may have changed. */
export type SourceChanged = () => void;
