import type { Place } from "../model/index.ts";

/** A host as one source tells of it; defaults are put in when all sources are joined. */
export interface Candidate {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly module: string;
  readonly auth: string;
  readonly place: Place;
  readonly labels: Readonly<Record<string, string>>;
  /** The source in words for a person: `targets[2]`, `file /etc/targets/a.json`. */
  readonly origin: string;
}
