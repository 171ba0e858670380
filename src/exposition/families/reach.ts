import {
  FAILURE_REASONS,
  type FailureReason,
  type FailureStage,
  HOST_LIMIT_NAMES,
  type HostRecord,
  NOT_POLLED,
} from "../../model/index.ts";
import { family, flag, seconds, valueFamily } from "../family.ts";

/**
 * Why `bmc_up` is 0. A host without a snapshot has a reason, too: it waits for its first poll, or no poll ended
 * before its readings became stale.
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
    help: "1 if the last poll reached the BMC, 0 if it failed or is too old. Present for every host of the inventory.",
    source: "every poll",
    value: ({ snapshot }) => flag(snapshot?.up ?? false),
  }),
  family({
    name: "bmc_failure",
    type: "gauge",
    help: "1 while bmc_up is 0, with stage and reason of the failure. The reason is not_polled until the first poll has ended.",
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
    help: "Polls that did not reach the BMC since the exporter started, by reason. Every reason starts at 0.",
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
    help: "Duration of the last poll.",
    unit: "seconds",
    source: "every poll",
    value: ({ snapshot }) => seconds(snapshot?.durationMs),
  }),
  valueFamily({
    name: "bmc_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the last successful poll ended. Kept when later polls fail.",
    unit: "seconds",
    source: "every poll",
    value: ({ lastSuccessAt }) => seconds(lastSuccessAt),
  }),
  family({
    name: "bmc_part_up",
    type: "gauge",
    help: "1 if the last reading of this part of the poll succeeded, 0 if it failed.",
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
    help: "Duration of the last reading of this part of the poll.",
    labels: ["part"],
    unit: "seconds",
    source: "every poll",
    *samples({ snapshot }) {
      for (const { part, durationMs } of snapshot?.parts ?? []) yield { labels: [part], value: durationMs / 1000 };
    },
  }),
  family({
    name: "bmc_part_oldest_state_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the oldest state in this part was read. Only for parts whose states are read in turn.",
    labels: ["part"],
    unit: "seconds",
    source: "every poll over IPMI, if sensors.discrete_interval is above the interval",
    *samples({ snapshot }) {
      const oldestAt = snapshot?.discrete?.oldestAt;
      if (oldestAt !== undefined) yield { labels: ["sensors"], value: oldestAt / 1000 };
    },
    madeOf: ({ snapshot }) => [snapshot?.discrete?.oldestAt],
  }),
  family({
    name: "bmc_discrete_sensor_policy_info",
    type: "info",
    help: "How discrete sensors are read; always 1. Policy by_event: all when something happened, otherwise in turn. Policy every_poll: all in every poll, for this reason.",
    labels: ["policy", "reason"],
    source: "every poll over IPMI; see docs/operations.md",
    *samples({ snapshot }) {
      const discrete = snapshot?.discrete;
      if (discrete) yield { labels: [discrete.policy, discrete.reason ?? ""], value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.discrete?.policy, snapshot?.discrete?.reason],
  }),
  family({
    name: "bmc_omitted_items",
    type: "gauge",
    help: "Sensors, FRUs and event counters that are left out because the host exceeds this limit of its module. Absent if it does not.",
    labels: ["limit"],
    source: "every poll; see limits under modules in docs/configuration.md",
    *samples({ snapshot }) {
      for (const limit of HOST_LIMIT_NAMES) {
        const count = snapshot?.omitted?.[limit];
        if (count !== undefined) yield { labels: [limit], value: count };
      }
    },
    madeOf: ({ snapshot }) => HOST_LIMIT_NAMES.map((limit) => snapshot?.omitted?.[limit]),
  }),
];
