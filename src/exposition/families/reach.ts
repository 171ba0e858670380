import {
  FAILURE_REASONS,
  type FailureReason,
  type FailureStage,
  type HostRecord,
  NOT_POLLED,
} from "../../model/index.ts";
import { family, flag, seconds, valueFamily } from "../family.ts";

/**
 * Why `bmc_up` is 0. A host without a snapshot gets a reason too, because 0 never stands alone: it waits
 * for its first poll, or its polls stopped ending and what they had told became stale.
 */
function failureOf(
  record: HostRecord,
): { readonly stage: FailureStage; readonly reason: FailureReason | typeof NOT_POLLED } | undefined {
  if (record.snapshot !== undefined) return record.snapshot.failure;
  if (record.polls === 0) return { stage: "waiting", reason: NOT_POLLED };
  return { stage: "connect", reason: "timeout" };
}

export const reach = [
  valueFamily({
    name: "bmc_up",
    type: "gauge",
    help: "1 if the last poll reached the BMC, 0 if not, or if it is too long ago; present for every host of the inventory.",
    source: "every poll",
    value: ({ snapshot }) => flag(snapshot?.up ?? false),
  }),
  family({
    name: "bmc_failure",
    type: "gauge",
    help: "1 while bmc_up is 0: the step that failed and why; not_polled before the first poll ended.",
    labels: ["stage", "reason"],
    source: "every poll that failed",
    *samples(record) {
      if (record.snapshot?.up) return;
      const failure = failureOf(record);
      if (failure !== undefined) yield { labels: [failure.stage, failure.reason], value: 1 };
    },
  }),
  family({
    name: "bmc_poll_failures_total",
    type: "counter",
    help: "Polls that did not reach the BMC since the exporter started, every reason from 0.",
    labels: ["reason"],
    source: "every poll that failed",
    *samples(record) {
      for (const reason of FAILURE_REASONS) yield { labels: [reason], value: record.failures[reason] };
    },
    madeOf: ({ failures }) => [failures],
  }),
  valueFamily({
    name: "bmc_poll_duration_seconds",
    type: "gauge",
    help: "Time the last poll took.",
    unit: "seconds",
    source: "every poll",
    value: ({ snapshot }) => seconds(snapshot?.durationMs),
  }),
  valueFamily({
    name: "bmc_last_success_timestamp_seconds",
    type: "gauge",
    help: "End of the last poll that reached the BMC, seconds since 1970; stays when the BMC falls silent.",
    unit: "seconds",
    source: "every poll",
    value: ({ lastSuccessAt }) => seconds(lastSuccessAt),
  }),
  family({
    name: "bmc_part_up",
    type: "gauge",
    help: "1 if this part of the poll was read when it was last asked, 0 if it failed.",
    labels: ["part"],
    source: "every poll",
    *samples({ snapshot }) {
      for (const { part, ok } of snapshot?.parts ?? []) yield { labels: [part], value: flag(ok) };
    },
    madeOf: ({ snapshot }) => (snapshot?.parts ?? []).flatMap(({ part, ok }) => [part, ok]),
  }),
  family({
    name: "bmc_part_duration_seconds",
    type: "gauge",
    help: "Time this part of the poll took when it was last asked.",
    labels: ["part"],
    unit: "seconds",
    source: "every poll",
    *samples({ snapshot }) {
      for (const { part, durationMs } of snapshot?.parts ?? []) yield { labels: [part], value: durationMs / 1000 };
    },
  }),
];
