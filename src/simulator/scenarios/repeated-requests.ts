import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Request, Scenario } from "../bmc/misbehaviour.ts";

/** Equal requests within this time are repetitions. */
const MEMORY_MS = 5000;

const same = (a: Request, b: Request): boolean =>
  a.sequence === b.sequence && a.netFn === b.netFn && a.command === b.command && Buffer.compare(a.data, b.data) === 0;

/**
 * A repeated request is refused with CFh while the first one is in progress. Combine it with latency, so that the
 * console retries before the response arrives.
 */
export function repeatedRequestsRefused(): Scenario {
  return ({ clock }) => {
    let last: { readonly request: Request; readonly atMs: number } | undefined;
    return {
      name: "repeated requests refused",
      answer(request) {
        if (!request.inSession) return undefined;
        const now = clock.monotonicMs();
        if (last && now - last.atMs < MEMORY_MS && same(last.request, request)) {
          return { completionCode: CompletionCode.DuplicateRequest, data: new Uint8Array(0) };
        }
        const { netFn, command, lun, sequence, inSession } = request;
        // The data is a view of the packet, which is reused.
        last = { request: { netFn, command, lun, sequence, inSession, data: request.data.slice() }, atMs: now };
        return undefined;
      },
    };
  };
}
