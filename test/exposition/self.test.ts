import { afterEach, describe, expect, it } from "vitest";
import { DELAY_WINDOW_MS } from "../../src/exposition/event-loop-delay.ts";
import { SelfMetrics } from "../../src/exposition/index.ts";
import type { Clock } from "../../src/lib/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { checkMetrics, promtoolMissing } from "./promtool.ts";

const made: SelfMetrics[] = [];
const self = (processMetrics = false, clock?: Clock): SelfMetrics => {
  const metrics = new SelfMetrics({ version: "1.2.3", processMetrics, clock });
  made.push(metrics);
  return metrics;
};

afterEach(() => {
  for (const metrics of made.splice(0)) metrics.close();
});

describe("the exporter's own metrics", () => {
  it("count what packages report", async () => {
    const s = self();
    s.commandSent("Get Sensor Reading");
    s.commandSent("Get Sensor Reading");
    s.response("Get Sensor Reading", 0x00);
    s.response("Get Sensor Reading", 0xcb);
    s.retry();
    s.roundTrip(0.003);
    s.packetSent();
    s.packetDropped("wrong_sequence");
    s.sessionOpened("rmcp_plus");
    s.sessionOpened("rmcp_plus");
    s.sessionClosed();
    s.pollEnded("ok");
    s.pollEnded("timeout");
    s.pollSkipped();
    s.pollLate();
    s.queueDepth(7);
    s.queueWait(0.2);
    s.sdrCacheHit();
    s.configReload(false);
    const text = await s.text();
    for (const line of [
      `lightsout_build_info{version="1.2.3",node="${process.version}"} 1`,
      'lightsout_commands_total{command="Get Sensor Reading"} 2',
      'lightsout_responses_total{command="Get Sensor Reading",completion_code="00"} 1',
      'lightsout_responses_total{command="Get Sensor Reading",completion_code="cb"} 1',
      "lightsout_retries_total 1",
      'lightsout_round_trip_seconds_bucket{le="0.005"} 1',
      'lightsout_packets_total{direction="sent"} 1',
      'lightsout_packets_dropped_total{reason="wrong_sequence"} 1',
      'lightsout_sessions_opened_total{kind="rmcp_plus"} 2',
      "lightsout_sessions_open 1",
      'lightsout_polls_total{outcome="timeout"} 1',
      "lightsout_polls_skipped_total 1",
      "lightsout_polls_late_total 1",
      "lightsout_queue_depth 7",
      "lightsout_queue_wait_seconds_count 1",
      'lightsout_sdr_cache_requests_total{result="hit"} 1',
      'lightsout_sdr_cache_requests_total{result="miss"} 0',
      'lightsout_config_reloads_total{result="failed"} 1',
      "lightsout_config_last_reload_successful 0",
    ])
      expect(text.split("\n")).toContain(line);
  });

  it("do not change when they are read", async () => {
    const s = self();
    s.commandSent("Get Device ID");
    await s.text();
    expect(await s.text()).toContain('lightsout_commands_total{command="Get Device ID"} 1\n');
  });

  it("are not shared by two exporters in one process", async () => {
    self().retry();
    expect(await self().text()).toContain("lightsout_retries_total 0");
  });

  describe("about the delay of the event loop", () => {
    const delay = async (s: SelfMetrics, statistic: string): Promise<number> =>
      Number(new RegExp(`event_loop_delay_seconds\\{statistic="${statistic}"\\} (.*)`).exec(await s.text())?.[1]);
    const ticks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
    const stall = async (ms: number): Promise<void> => {
      await ticks();
      const end = performance.now() + ms;
      while (performance.now() < end);
      await ticks();
    };

    it("report a stall to every reader, for one to two minutes", async () => {
      const clock = new FakeClock();
      const s = self(false, clock);
      await clock.advance(30_000);
      await stall(700);
      for (const reader of ["one", "another"]) expect(await delay(s, "max"), reader).toBeGreaterThan(0.6);
      await clock.advance(DELAY_WINDOW_MS);
      expect(await delay(s, "max")).toBeGreaterThan(0.6);
      await clock.advance(DELAY_WINDOW_MS);
      await ticks();
      expect(await delay(s, "max")).toBeLessThan(0.6);
    });

    it("report mean and 99th percentile", async () => {
      const s = self();
      await ticks();
      expect(await delay(s, "mean")).toBeGreaterThan(0);
      expect(await delay(s, "p99")).toBeGreaterThanOrEqual(await delay(s, "mean"));
    });

    it("have no family that forgets on each reading", async () => {
      expect(await self(true).text()).not.toContain("nodejs_eventloop_lag");
    });
  });

  it.skipIf(promtoolMissing)(
    `are clean for promtool (skipped where ${promtoolMissing ?? "it is missing"})`,
    async () => {
      const s = self(true);
      s.response("Get Device ID", 0);
      s.packetDropped("not_rmcp");
      const text = await s.text();
      expect(checkMetrics(text)).toEqual([]);
      expect(text).toContain("nodejs_heap_size_used_bytes");
    },
  );
});
