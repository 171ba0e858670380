import { getChannelAuthenticationCapabilities } from "../../ipmi/commands/index.ts";
import type { LoginOffer, Reply, Request, Scenario } from "../bmc/misbehaviour.ts";

interface WeakerLoginOptions {
  /** From the start of the BMC. */
  readonly afterMs: number;
  /** IPMI 1.5 with MD5 only, or RMCP+ with a suite that authenticates the login but no packet. */
  readonly offers: "ipmi15" | "no_integrity";
}

/** Authenticates with RAKP-HMAC-SHA1, without integrity and confidentiality. */
const SUITE_WITHOUT_INTEGRITY = 1;

const OFFERS: Readonly<Record<WeakerLoginOptions["offers"], LoginOffer>> = {
  ipmi15: { cipherSuites: [], authTypes15: ["md5"] },
  no_integrity: { cipherSuites: [SUITE_WITHOUT_INTEGRITY], authTypes15: [] },
};

/**
 * A BMC that accepted strong logins, or an impostor at its address, offers only weaker ones. Sessions end; Open
 * Session with another suite is refused with status 11h (no matching cipher suite).
 */
export function weakerLogin({ afterMs, offers }: WeakerLoginOptions): Scenario {
  return ({ clock, dropSessions }) => {
    const weakAtMs = clock.monotonicMs() + afterMs;
    let isWeak = false;
    return {
      name: "weaker login",
      swallow() {
        if (!isWeak && clock.monotonicMs() >= weakAtMs) {
          isWeak = true;
          dropSessions();
        }
        return false;
      },
      get offer() {
        return isWeak ? OFFERS[offers] : undefined;
      },
      amend: (request, reply) => (isWeak && offers === "ipmi15" ? withoutRmcpPlus(request, reply) : reply),
    };
  };
}

function withoutRmcpPlus({ netFn, command }: Request, reply: Reply): Reply {
  const codec = getChannelAuthenticationCapabilities;
  if (netFn !== codec.netFn || command !== codec.code || reply.completionCode !== 0) return reply;
  const capabilities = codec.decodeResponse(reply.data);
  return { ...reply, data: codec.encodeResponse({ ...capabilities, supportsIpmi20: false, supportsIpmi15: true }) };
}
