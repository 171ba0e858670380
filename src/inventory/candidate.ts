import type { ModuleConfig } from "../config/index.ts";
import type { Host, Place } from "../model/index.ts";
import { effectiveAddress } from "./address.ts";

/** A host as one source describes it. It becomes a Host when all sources are merged. */
export interface Candidate {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly module: string;
  readonly auth: string;
  readonly place: Place;
  readonly labels: Readonly<Record<string, string>>;
  /** The source, for messages: `targets[2]`, `/etc/targets/a.json`. */
  readonly origin: string;
}

/** The host that a candidate becomes in the inventory. */
export function hostOf({ origin: _, ...candidate }: Candidate, module: ModuleConfig): Host {
  return { ...candidate, ...effectiveAddress(candidate, module) };
}
