import { z } from "zod";
import { duration } from "./duration-schema.ts";
import { mustBe } from "./sentences.ts";

/** Actions that `operate.protect` can refuse. */
export const PROTECTED_ACTIONS = ["on", "off", "soft", "cycle", "reset", "nmi", "policy", "identify"] as const;
export type ProtectedAction = (typeof PROTECTED_ACTIONS)[number];

const count = (most: number) => {
  const error = mustBe(`a whole number from 1 to ${most}`);
  return z.int({ error }).min(1, { error }).max(most, { error });
};

const powerOnSchema = z.strictObject({
  batch: count(100_000).default(8).describe("Hosts of one group that are switched on at once."),
  gap: duration().default("2s").describe("Time between two batches of a group."),
  total: count(100_000).optional().describe("Hosts per second, of all groups together. Without it, there is no limit."),
  group_by: z
    .string()
    .min(1, { error: mustBe("a label such as rack or feed") })
    .default("rack")
    .describe("Label whose values are the groups, e.g. `rack` or `feed`. Hosts without it are one group."),
});

const protectSchema = z.strictObject({
  hosts: z
    .string()
    .min(1, { error: mustBe("a selector such as @storage") })
    .describe("Selector of the hosts."),
  actions: z
    .array(z.enum(PROTECTED_ACTIONS))
    .min(1, { error: "is an empty list; name an action" })
    .describe("Actions."),
});

/** The block `operate`: how the command line acts on hosts. */
export const operateSchema = z.strictObject({
  fanout: count(10_000).default(256).describe("BMCs in work at once."),
  wait: duration()
    .default("90s")
    .describe("Longest wait until a BMC reports the power state that a change leads to. `0s`: no wait."),
  power_on: powerOnSchema.prefault({}).describe("How many hosts are switched on at once, so that no fuse blows."),
  audit: z
    .strictObject({
      path: z
        .string()
        .min(1, { error: mustBe("a file") })
        .optional()
        .describe(
          "File of the audit log, one JSON object a line; relative to this file. Nothing is changed if it cannot be written.",
        ),
    })
    .prefault({})
    .describe("Log of every change: who, what, on which hosts, with which result."),
  protect: z
    .array(protectSchema)
    .default([])
    .describe("Actions that are refused without `--override-protection REASON`."),
});
