import type { Request, RequestHandler, Response } from "express";
import { CONTENT_TYPE, renderProbe } from "../exposition/index.ts";
import type { Clock } from "../lib/index.ts";
import { probeRefusal } from "./cluster.ts";
import { probePage } from "./pages/probe-page.ts";
import { Parameters } from "./parameters.ts";
import type { BoundParts, ProbeAnswer, TraceStep, WebLimits } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { sendPage } from "./send-page.ts";
import { traceText } from "./trace-text.ts";

const PROBE_PARAMETERS = ["target", "module", "auth", "debug"] as const;

export const HEADER = "X-Prometheus-Scrape-Timeout-Seconds";
const MAX_TIMEOUT_MS = 600_000;

/** Limit of a trace. A poll that reads a large repository has a few thousand steps. */
const MAX_STEPS = 20_000;

/**
 * Time for the result: the time-out that Prometheus announces minus an offset, so that the response arrives in time, but at
 * least half of the time-out.
 */
export function probeTimeoutMs(header: string | undefined, { timeoutOffsetMs, probeMs }: WebLimits): number {
  if (header === undefined) return probeMs;
  const announcedMs = Number(header) * 1000;
  if (header.trim() === "" || !Number.isFinite(announcedMs) || announcedMs <= 0)
    throw new Refusal(400, `${HEADER} must be a number of seconds above 0`);
  return Math.min(MAX_TIMEOUT_MS, Math.max(announcedMs - timeoutOffsetMs, announcedMs / 2));
}

/** What is left after the wait for a slot; in steps, so that equal probes remain equal and share one poll. */
export function timeLeftMs(timeoutMs: number, waitedMs: number): number {
  return Math.max(1, timeoutMs - Math.floor(waitedMs / 100) * 100);
}

/** Fires when the client closes the connection before the response is complete. */
export function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client closed the connection"));
  });
  return gone.signal;
}

/** The form of the landing page sends empty fields as empty parameters. */
export function named(parameters: Parameters, name: string): string | undefined {
  return parameters.one(name) || undefined;
}

export function targetOf(parameters: Parameters, path: string): string {
  const target = parameters.one("target");
  if (target === undefined || target === "")
    throw new Refusal(
      400,
      `target is missing; use ${path}?target=NAME with a host of the inventory or an address in probe.allow`,
    );
  return target;
}

/** Records the steps with their times. */
function recorder(clock: Clock): {
  readonly steps: TraceStep[];
  trace(direction: TraceStep["direction"], text: string): void;
} {
  const startMs = clock.monotonicMs();
  const steps: TraceStep[] = [];
  return {
    steps,
    trace: (direction, text) => {
      if (steps.length < MAX_STEPS) steps.push({ atMs: clock.monotonicMs() - startMs, direction, text });
    },
  };
}

/**
 * /probe: polls one BMC now. A BMC that does not answer is a valid result (200, bmc_up 0); only a probe that cannot be made
 * is an error.
 */
export function probeHandler(
  parts: Pick<BoundParts, "probe" | "clock" | "record" | "version" | "runbook">,
  limits: WebLimits,
  ageMs: (response: Response) => number,
): RequestHandler {
  const { clock } = parts;

  async function probe(
    request: Request,
    response: Response,
    signal: AbortSignal,
    parameters: Parameters,
    asPage: boolean,
  ): Promise<Buffer | string> {
    const target = targetOf(parameters, "/probe");
    const [module, auth] = [named(parameters, "module"), named(parameters, "auth")];
    // A page shows the steps, folded.
    const debug = asPage || parameters.truth("debug");
    const timeoutMs = timeLeftMs(probeTimeoutMs(request.get(HEADER), limits), ageMs(response));
    const { steps, trace } = recorder(clock);
    const startedMs = clock.monotonicMs();
    const answer: ProbeAnswer = await parts.probe({
      target,
      module,
      auth,
      timeoutMs,
      signal,
      trace: debug ? trace : undefined,
    });
    const metrics = renderProbe(answer.record);
    if (!debug) return metrics;
    const tookMs = clock.monotonicMs() - startedMs;
    if (asPage) {
      const { record, trace: own } = answer;
      const trail = { target, record, steps: own ?? steps, tookMs, timeoutMs };
      const isListed = parts.record(record.host.name) !== undefined;
      const { version } = parts;
      return probePage({
        ...trail,
        metrics: metrics.toString(),
        isListed,
        nowMs: clock.wallMs(),
        version,
        runbook: parts.runbook,
      });
    }
    return traceText({ target, record: answer.record, steps: answer.trace ?? steps, tookMs, timeoutMs }) + metrics;
  }

  return async (request, response) => {
    const parameters = new Parameters(request, PROBE_PARAMETERS);
    const signal = goneSignal(response);
    try {
      const asPage = request.accepts(["text/plain", "text/html"]) === "text/html";
      const body = await probe(request, response, signal, parameters, asPage);
      if (asPage) {
        await sendPage(request, response, body.toString());
        return;
      }
      const contentType = typeof body === "string" ? "text/plain; charset=utf-8" : CONTENT_TYPE;
      response.set("Content-Type", contentType).send(Buffer.from(body));
    } catch (error) {
      if (signal.aborted) return;
      throw probeRefusal(request, error);
    }
  };
}
