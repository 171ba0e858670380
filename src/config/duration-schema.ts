import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../lib/index.ts";
import { mustBe } from "./sentences.ts";

const DURATION = mustBe("a duration such as 60s, 1m30s or 500ms");
const LONGEST_MS = 10 * 365 * 86_400_000;
const TOO_LONG = mustBe("a duration up to 10y");

/** A duration in the format of Prometheus, short enough to be added to a date. */
export const duration = () =>
  z
    .string({ error: DURATION })
    .regex(DURATION_PATTERN, { error: DURATION, abort: true })
    .refine((text) => (parseDuration(text) ?? Number.POSITIVE_INFINITY) <= LONGEST_MS, { error: TOO_LONG });

/** A duration of more than 0s, for intervals and time limits. */
export const someTime = () => duration().refine((text) => parseDuration(text) !== 0, { error: "must be more than 0s" });
