import { z } from "zod";
import { GoRegexp, GoRegexpError } from "../lib/index.ts";
import { mustBe } from "./sentences.ts";

/** Highest number per module. */
const MOST = 200;

/** Events of the collector `sel-events` of ipmi_exporter: a name and a regular expression of Go for the text. */
export function selEvents() {
  return z
    .array(
      z.strictObject({
        name: z
          .string()
          .min(1, { error: mustBe("a name, the label of the count") })
          .describe("Label `name` of the counter."),
        regex: z
          .string()
          .superRefine((text, context) => {
            const problem = problemOf(text);
            if (problem !== undefined)
              context.addIssue({ code: "custom", message: `is not a regular expression of Go: ${problem}` });
          })
          .describe(
            "Regular expression of Go (RE2) that matches anywhere in the text that FreeIPMI prints for the event.",
          ),
      }),
    )
    .max(MOST);
}

function problemOf(text: string): string | undefined {
  try {
    new GoRegexp(text);
    return undefined;
  } catch (error) {
    if (error instanceof GoRegexpError) return error.message;
    throw error;
  }
}
