import type { Scenario } from "../bmc/misbehaviour.ts";

/** All sessions are lost after every `everyRequests` requests, as when a LAN card restarts. */
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
