import type { Scenario } from "../bmc/misbehaviour.ts";

/** Sessions are forgotten without a word after every so many requests, as a LAN card that restarts does. */
export function lostSessions(options: { readonly everyRequests: number }): Scenario {
  return ({ dropSessions }) => {
    let requests = 0;
    return {
      name: "lost sessions",
      answer(request) {
        if (!request.inSession || ++requests % options.everyRequests !== 0) return undefined;
        dropSessions();
        return "silence";
      },
    };
  };
}
