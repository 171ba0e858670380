import type { Scenario } from "../bmc/misbehaviour.ts";

interface HungOptions {
  /**
   * "everything": no response at all. "sessions": the network part still answers discovery, but neither logins nor
   * commands. "commands": logins work, commands get no response.
   */
  readonly what: "everything" | "sessions" | "commands";
  /** Hangs after this many answered requests in sessions; at once where absent. */
  readonly afterRequests?: number;
}

const RMCP_PLUS = 0x06;
const FIRST_SETUP_PAYLOAD = 0x10;

/** The firmware has crashed, completely or behind its network part. */
export function hung({ what, afterRequests = 0 }: HungOptions): Scenario {
  return () => {
    let requests = 0;
    const isHung = (): boolean => requests >= afterRequests;
    return {
      name: "hung",
      swallow(packet) {
        if (!isHung() || what === "commands") return false;
        if (what === "everything") return true;
        return packet[4] === RMCP_PLUS && ((packet[5] ?? 0) & 0x3f) >= FIRST_SETUP_PAYLOAD;
      },
      answer(request) {
        if (!request.inSession) return undefined;
        if (isHung()) return "silence";
        requests++;
        return undefined;
      },
    };
  };
}
