import type { Request, RequestHandler, Response } from "express";
import { CONTENT_TYPE, renderProbe } from "../exposition/index.ts";
import type { Clock } from "../lib/index.ts";
import { Parameters } from "./parameters.ts";
import { type BoundParts, type ProbeAnswer, ProbeRefused, type TraceStep, type WebLimits } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { traceText } from "./trace-text.ts";

export const PROBE_PARAMETERS = ["target", "module", "auth", "debug"] as const;

export const HEADER = "X-Prometheus-Scrape-Timeout-Seconds";
const MAX_TIMEOUT_MS = 600_000;

/** A trace is for reading; a poll that walks a large repository makes a few thousand steps. */
const MAX_STEPS = 20_000;

/**
 * Time for the answer: what Prometheus announces less an offset, so that what there is arrives before
 * Prometheus hangs up; half of it where that is less than the offset twice.
 */
export function probeTimeoutMs(header: string | undefined, { timeoutOffsetMs, probeMs }: WebLimits): number {
  if (header === undefined) return probeMs;
  const announcedMs = Number(header) * 1000;
  if (header.trim() === "" || !Number.isFinite(announcedMs) || announcedMs <= 0)
    throw new Refusal(400, `${HEADER} is a number of seconds above 0`);
  return Math.min(MAX_TIMEOUT_MS, Math.max(announcedMs - timeoutOffsetMs, announcedMs / 2));
}

/** What is left after the wait for a slot; in steps, so that equal probes remain equal and share one poll. */
export function timeLeftMs(timeoutMs: number, waitedMs: number): number {
  return Math.max(1, timeoutMs - Math.floor(waitedMs / 100) * 100);
}

/** Fires when the client goes away before it was answered. */
export function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client went away"));
  });
  return gone.signal;
}

/** The form of the landing page sends what was not filled in as empty. */
export function named(parameters: Parameters, name: string): string | undefined {
  return parameters.one(name) || undefined;
}

export function targetOf(parameters: Parameters, path: string): string {
  const target = parameters.one("target");
  if (target === undefined || target === "")
    throw new Refusal(
      400,
      `target is missing: ${path}?target=NAME, a host of the inventory or an address of probe.allow`,
    );
  return target;
}

/** What a probe that was not made is to the client. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof ProbeRefused)) return error;
  return new Refusal(error.status, error.message, error.status === 503 ? { "Retry-After": "5" } : {});
}

/** Keeps the steps and when they were. */
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
 * /probe: asks one BMC now. A BMC that does not answer is an answer (200, bmc_up 0); only a question that
 * cannot be asked is an error.
 */
export function probeHandler(
  parts: Pick<BoundParts, "probe" | "clock">,
  limits: WebLimits,
  ageMs: (response: Response) => number,
): RequestHandler {
  const { clock } = parts;

  async function probe(
    request: Request,
    response: Response,
    signal: AbortSignal,
    parameters: Parameters,
  ): Promise<Buffer | string> {
    const target = targetOf(parameters, "/probe");
    const [module, auth] = [named(parameters, "module"), named(parameters, "auth")];
    const debug = parameters.truth("debug");
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
    return traceText({ target, record: answer.record, steps: answer.trace ?? steps, tookMs, timeoutMs }) + metrics;
  }

  return async (request, response) => {
    const parameters = new Parameters(request, PROBE_PARAMETERS);
    const signal = goneSignal(response);
    try {
      const body = await probe(request, response, signal, parameters);
      const contentType = typeof body === "string" ? "text/plain; charset=utf-8" : CONTENT_TYPE;
      response.set("Content-Type", contentType).send(Buffer.from(body));
    } catch (error) {
      if (signal.aborted) return;
      throw refusalOf(error);
    }
  };
}
