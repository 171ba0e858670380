import type { ChannelAuthenticationCapabilities } from "../commands/app/get-channel-authentication-capabilities.ts";
import type { QuirkName } from "../quirks.ts";
import { RetransmissionTimer } from "./retry.ts";

/**
 * What is learnt of one BMC and worth keeping from one session to the next: how it wants to be spoken
 * to. Losing it costs a few packets, nothing else.
 */
export class BmcMemory {
  readonly timer = new RetransmissionTimer();
  /** The way the last login succeeded. */
  login: { readonly protocol: "1.5" } | { readonly protocol: "2.0"; readonly suiteId: number } | undefined;
  capabilities: ChannelAuthenticationCapabilities | undefined;
  /** Ids it lists; undefined: not asked or not told. */
  cipherSuites: readonly number[] | undefined;
  /** A read of FFh bytes gives the whole record; undefined: not tried yet. */
  wholeSdrReads: boolean | undefined;
  sdrChunkBytes = 64;
  fruChunkBytes = 128;
  readonly quirks: Set<QuirkName>;

  constructor(quirks: Iterable<QuirkName> = []) {
    this.quirks = new Set(quirks);
  }
}
