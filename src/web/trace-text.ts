import type { HostRecord } from "../model/index.ts";
import type { TraceStep } from "./parts.ts";

export interface ProbeTrace {
  readonly target: string;
  readonly record: HostRecord;
  readonly steps: readonly TraceStep[];
  readonly tookMs: number;
  readonly timeoutMs: number;
}

const ARROWS: Readonly<Record<TraceStep["direction"], string>> = { sent: "->", received: "<-", note: "  " };

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Foreign text on one line: names of hosts and of sensors come from BMCs and from the query. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** The trace of a probe in comment lines, so that the response is still an exposition. */
export function traceText({ target, record, steps, tookMs, timeoutMs }: ProbeTrace): string {
  const { host, snapshot } = record;
  const failure = snapshot?.failure;
  const lines = [
    `probe of ${target}, BMC at ${host.address} port ${host.port}`,
    `module ${host.module}, auth ${host.auth}, protocol ${snapshot?.protocol ?? "unknown"}`,
    `answered after ${seconds(tookMs)} s of ${seconds(timeoutMs)} s`,
    failure === undefined
      ? `result: ${snapshot?.up === true ? "up" : "no reading"}`
      : `result: failed at ${failure.stage}: ${failure.reason}: ${failure.message}`,
    "",
    ...(steps.length === 0 ? ["no steps: this probe sent nothing to the BMC"] : []),
    ...steps.map(({ atMs, direction, text }) => `${seconds(atMs).padStart(8)}  ${ARROWS[direction]} ${text}`),
    "",
    ...(snapshot?.parts ?? []).map(
      ({ part, ok, durationMs, failure: why }) =>
        `part ${part}: ${ok ? "ok" : `failed: ${why?.reason ?? "unknown"}: ${why?.message ?? ""}`}, ${seconds(durationMs)} s`,
    ),
    ...(snapshot?.quirks ?? []).map((quirk) => `quirk: ${quirk}`),
  ];
  return `${lines.map((line) => `# ${oneLine(line)}`.trimEnd()).join("\n")}\n\n`;
}
