import type { RequestHandler, Response } from "express";
import { CONTENT_TYPE } from "../exposition/index.ts";
import { probeRefusal } from "./cluster.ts";
import { Parameters } from "./parameters.ts";
import type { BoundParts, WebLimits } from "./parts.ts";
import { goneSignal, HEADER, named, probeTimeoutMs, targetOf, timeLeftMs } from "./probe.ts";

const IPMI_PARAMETERS = ["target", "module", "auth"] as const;

/** /ipmi: polls one BMC now, in the metrics of ipmi_exporter. As there, a BMC that does not answer is a valid result. */
export function ipmiHandler(
  { ipmi }: Pick<BoundParts, "ipmi">,
  limits: WebLimits,
  ageMs: (response: Response) => number,
): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, IPMI_PARAMETERS);
    const signal = goneSignal(response);
    try {
      const text = await ipmi({
        target: targetOf(parameters, "/ipmi"),
        module: named(parameters, "module"),
        auth: named(parameters, "auth"),
        timeoutMs: timeLeftMs(probeTimeoutMs(request.get(HEADER), limits), ageMs(response)),
        signal,
      });
      response.set("Content-Type", CONTENT_TYPE).send(Buffer.from(text));
    } catch (error) {
      if (signal.aborted) return;
      throw probeRefusal(request, error);
    }
  };
}
