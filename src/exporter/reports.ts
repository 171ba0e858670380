import { type EventsReport, OUTCOMES } from "../events/index.ts";
import type { SelfMetrics } from "../exposition/index.ts";
import type { IpmiObserver } from "../ipmi/index.ts";
import type { RedfishObserver } from "../redfish/index.ts";
import type { SchedulerReport } from "../scheduler/index.ts";

/** Counts what the ipmi package reports. */
export function ipmiReports(self: SelfMetrics): IpmiObserver {
  return {
    packetSent: () => self.packetSent(),
    packetReceived: () => self.packetReceived(),
    packetDropped: (reason) => self.packetDropped(reason),
    retransmitted: () => self.retry(),
    roundTrip: (milliseconds) => self.roundTrip(milliseconds / 1000),
    commandSent: (name) => self.commandSent(name),
    commandAnswered: (name, completionCode) => self.response(name, completionCode),
    sessionOpened: (protocol) => self.sessionOpened(protocol === "2.0" ? "rmcp_plus" : "ipmi_1_5"),
    sessionClosed: () => self.sessionClosed(),
    sessionLost: () => {},
  };
}

/** Counts what the redfish package reports. */
export function redfishReports(self: SelfMetrics): RedfishObserver {
  return {
    responseReceived: (resource, status, bytes, milliseconds) => {
      self.redfish.responseReceived(resource, status, bytes);
      self.roundTrip(milliseconds / 1000);
    },
    handshake: (resumed) => self.redfish.handshake(resumed),
    retried: () => self.retry(),
    sessionOpened: () => self.sessionOpened("redfish"),
    sessionClosed: () => self.sessionClosed(),
    sessionLost: () => self.sessionClosed(),
  };
}

/** Counts what the scheduler reports. */
export function schedulerReports(self: SelfMetrics): SchedulerReport {
  return {
    queued: (depth) => self.queueDepth(depth),
    started: (_purpose, waitMs) => self.queueWait(waitMs / 1000),
    ended: (_purpose, outcome) => self.pollEnded(outcome === "success" ? "ok" : outcome),
    skipped: (_cause, rounds) => {
      for (let i = 0; i < rounds; i++) self.pollSkipped();
    },
    late: () => self.pollLate(),
    stuck: () => {},
    coalesced: () => {},
    refused: () => {},
  };
}

/** Counts what the event outputs report. */
export function eventsReports(self: SelfMetrics): EventsReport {
  return {
    outputConfigured: (output) => self.outputConfigured(output, OUTCOMES),
    eventsEnded: (output, outcome, count) => self.eventsEnded(output, outcome, count),
    eventsWaiting: (output, change) => self.eventsWaiting(output, change),
  };
}
