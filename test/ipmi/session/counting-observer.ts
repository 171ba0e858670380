import type { IpmiObserver } from "../../../src/ipmi/observer.ts";

/** Counts what is reported: `counts.get("retransmitted")`, drops and names after a colon. */
export function countingObserver(): { readonly observer: IpmiObserver; readonly count: (what: string) => number } {
  const counts = new Map<string, number>();
  const add = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const observer: IpmiObserver = {
    packetSent: () => add("sent"),
    packetReceived: () => add("received"),
    packetDropped: (reason) => add(`dropped:${reason}`),
    retransmitted: () => add("retransmitted"),
    roundTrip: () => add("round trip"),
    commandSent: (name) => add(`command:${name}`),
    commandAnswered: (name, code) => add(`answer:${name}:${code}`),
    sessionOpened: (protocol) => add(`opened:${protocol}`),
    sessionClosed: () => add("closed"),
    sessionLost: () => add("lost"),
  };
  return { observer, count: (what) => counts.get(what) ?? 0 };
}
