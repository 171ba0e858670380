import type { ChannelAuthenticationCapabilities } from "../commands/app/get-channel-authentication-capabilities.ts";
import type { QuirkName } from "../quirks.ts";
import type { LoginFloor } from "./login-floor.ts";
import { RetransmissionTimer } from "./retry.ts";

const SDR_CHUNK_BYTES = 64;
const FRU_CHUNK_BYTES = 128;

/**
 * What was learnt about one BMC and is kept from one session to the next: its way of login, its limits and quirks.
 * Losing it costs a few packets, and the protection of `floor` until the next login.
 */
export class BmcMemory {
  readonly timer = new RetransmissionTimer();
  /** How the last login succeeded. */
  login: { readonly protocol: "1.5" } | { readonly protocol: "2.0"; readonly suiteId: number } | undefined;
  /** Only rises. Weaker logins need `LoginOptions` that name them. */
  floor: LoginFloor | undefined;
  capabilities: ChannelAuthenticationCapabilities | undefined;
  /** Ids in its list; undefined: not requested, or not available. */
  cipherSuites: readonly number[] | undefined;
  /** A read of FFh bytes returns the whole record; undefined: not tried yet. */
  wholeSdrReads: boolean | undefined;
  sdrChunkBytes = SDR_CHUNK_BYTES;
  fruChunkBytes = FRU_CHUNK_BYTES;
  readonly quirks: Set<QuirkName>;

  /** Another board answers: how to log in to it was just learnt, the rest is of the previous one. */
  forgetBoard(quirks: Iterable<QuirkName> = []): void {
    this.capabilities = undefined;
    this.cipherSuites = undefined;
    this.wholeSdrReads = undefined;
    this.sdrChunkBytes = SDR_CHUNK_BYTES;
    this.fruChunkBytes = FRU_CHUNK_BYTES;
    this.quirks.clear();
    for (const quirk of quirks) this.quirks.add(quirk);
  }

  constructor(quirks: Iterable<QuirkName> = []) {
    this.quirks = new Set(quirks);
  }
}
