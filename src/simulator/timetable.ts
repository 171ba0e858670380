import { parse } from "yaml";
import { z } from "zod";
import { formatDuration, parseDuration, type Timer } from "../lib/index.ts";
import type { Park } from "./park.ts";

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: "custom", message: `"${text}" is not a duration; write e.g. 30s or 5m` });
  return z.NEVER;
});

const entry = z.strictObject({
  /** Time after the start. */
  at: duration,
  target: z.string(),
  fault: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  for: duration.optional(),
});

/** A fault that begins later. */
type TimetableEntry = z.output<typeof entry>;

/**
 * Reads a timetable: a YAML list of `{ at: 30s, target: r1u02, fault: fan_stopped, parameters: { fan: 2 }, for: 10m }`.
 *
 * @throws RangeError that names the entry and the mistake
 */
export function parseTimetable(text: string): readonly TimetableEntry[] {
  let document: unknown;
  try {
    document = parse(text, { logLevel: "error" });
  } catch (error) {
    throw new RangeError(`not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = z
    .array(entry)
    .safeParse(document ?? [], { error: ({ input }) => (input === undefined ? "is missing" : undefined) });
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `entry ${issue.path.join(".") || "list"}: ${issue.message}`);
  throw new RangeError(problems.join("; "));
}

/** Injects the faults of a timetable at their times; the returned function cancels those still to come. */
export function runTimetable(park: Park, entries: readonly TimetableEntry[], log: (line: string) => void): () => void {
  const timers: Timer[] = entries.map(({ at, target, fault, parameters, for: forMs }) =>
    park.clock.after(at, () => {
      try {
        const { active } = park.inject(target, fault, parameters, forMs);
        const until = forMs === undefined ? "" : ` for ${formatDuration(forMs)}`;
        log(`${active.fault.title} on ${target}${until}`);
      } catch (error) {
        log(`${fault} on ${target}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return () => {
    for (const timer of timers) timer.cancel();
  };
}
