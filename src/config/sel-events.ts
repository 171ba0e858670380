import { z } from "zod";
import { GoRegexp, GoRegexpError } from "../lib/index.ts";
import { mustBe } from "./sentences.ts";

/** As many as one module may have. */
const MOST = 200;

/** Events of ipmi_exporter's collector `sel-events`: a name and Go's regular expression for the event's text. */
export function selEvents() {
  return z
    .array(
      z.strictObject({
        name: z
          .string()
          .min(1, { error: mustBe("a name, the label of the count") })
          .describe("Label `name` of the count."),
        regex: z
          .string()
          .superRefine((text, context) => {
            const problem = problemOf(text);
            if (problem !== undefined)
              context.addIssue({ code: "custom", message: `is no regular expression of Go: ${problem}` });
          })
          .describe("Regular expression of Go (RE2) that matches anywhere in the event's text as FreeIPMI words it."),
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
