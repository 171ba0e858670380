import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDuration } from "../../../src/lib/index.ts";
import type { Notification } from "../../alerts/alertmanager.ts";
import type { Labels } from "../../alerts/case.ts";
import { alerts } from "../../alerts/rules.ts";
import { withPeers } from "../../rig/requirements.ts";
import { eventually } from "../lightsout.ts";
import { type Chain, type Pace, startChain } from "./chain.ts";
import { BOARDS, RACKS, type Scenario, scenarios, UNITS } from "./scenarios.ts";

/**
 * All durations of rules and routes are divided by 30: one minute takes two seconds here. The simulated machines run at
 * normal speed. Polls, scrapes and evaluations run every 45, 30 and 15 s of shortened time, instead of every 60, 60 and
 * 15 s. So hosts of a rack report a lost feed up to 75 s apart, and RackFeedLost has two minutes to inhibit their alerts.
 * The rest, two seconds of real time, is reserve for a busy machine. With LONG=1 durations are unchanged, and polls,
 * scrapes and evaluations run every 15 s.
 */
const LONG = process.env.LONG === "1";
const PACE: Pace = LONG
  ? { factor: 1, poll: "15s", timeout: "10s", scrape: "15s", evaluate: "15s" }
  : { factor: 30, poll: "1500ms", timeout: "1400ms", scrape: "1s", evaluate: "500ms" };
const SCENARIOS = scenarios(PACE.factor);
const PATIENCE_MS = LONG ? 45 * 60_000 : 90_000;

const has = (labels: Labels, who: Labels): boolean =>
  Object.entries(who).every(([key, value]) => labels[key] === value);
const name = (labels: Labels): string => labels.host ?? labels.rack ?? labels.instance ?? "everything";

withPeers(["prometheus", "prometheus-alertmanager"], "a hardware fault", () => {
  let chain: Chain;
  const injectedAt = new Map<Scenario, number>();
  const lines: string[] = [];

  beforeAll(async () => {
    chain = await startChain(
      {
        racks: RACKS,
        perRack: UNITS.length,
        boards: BOARDS,
        config: {
          racks: [
            { racks: "r[1-5]", power_budget_watts: 20_000 },
            { racks: "r6", power_budget_watts: 1500 },
          ],
        },
      },
      PACE,
    );
    for (const scenario of SCENARIOS)
      for (const fault of scenario.faults) injectedAt.set(scenario, await chain.inject(fault));
  }, 240_000);
  afterAll(async () => {
    if (lines.length > 0) console.log(table(lines));
    await chain?.stop();
  }, 60_000);

  /** The first notification of an alert at a receiver. */
  const first = (receiver: string, alertname: string, who: Labels) =>
    eventually(
      () => {
        for (const notification of chain.alertmanager.notifications) {
          if (notification.receiver !== receiver) continue;
          const alert = notification.alerts.find(
            ({ status, labels }) => status === "firing" && labels.alertname === alertname && has(labels, who),
          );
          if (alert) return { at: notification.at, alert };
        }
        return undefined;
      },
      (found) => found !== undefined,
      PATIENCE_MS,
    );

  it.concurrent.each(SCENARIOS)(
    "$title",
    async (scenario) => {
      const begin = injectedAt.get(scenario) ?? Number.NaN;
      for (const { alertname, receivers, who, text } of scenario.notified) {
        for (const receiver of receivers) {
          const found = await first(receiver, alertname, who);
          expect(found?.alert.annotations.dashboard).toMatch(/^\/d\/bmc-/);
          expect(found?.alert.annotations.description).toMatch(text);
          expect(found?.alert.annotations.summary).toContain(who.host ?? who.rack);
          lines.push(row(scenario, alertname, receiver, (found?.at ?? Number.NaN) - begin));
        }
      }
      for (const [alertname, who] of scenario.inhibited)
        await eventually(
          () => chain.alertmanager.alerts("suppressed"),
          (all) => all.some((labels) => labels.alertname === alertname && has(labels, who)),
          PATIENCE_MS,
        );
    },
    PATIENCE_MS + 10_000,
  );

  it(
    "sends no inhibited and no unexpected alerts",
    async () => {
      // If Alertmanager was not discovered in time, Prometheus sends the alert again after a minute.
      await first("deadman", "BmcMonitoringWatchdog", {});
      const notified = new Set(chain.alertmanager.notifications.flatMap(namesOf));
      const expected = SCENARIOS.flatMap(({ notified: all }) =>
        all.flatMap(({ receivers, alertname, who }) =>
          receivers.map((receiver) => `${receiver} ${alertname} ${name(who)}`),
        ),
      );
      expect([...notified].sort()).toEqual([...expected, "deadman BmcMonitoringWatchdog everything"].sort());
    },
    PATIENCE_MS + 10_000,
  );
});

/** `oncall FanFailed r1u04` for each alert of a notification. */
function namesOf({ receiver, alerts: all }: Notification): readonly string[] {
  return all.map(({ labels }) => `${receiver} ${labels.alertname} ${name(labels)}`);
}

function row(scenario: Scenario, alertname: string, receiver: string, tookMs: number): string {
  const waits = alerts.find(({ alert }) => alert === alertname)?.for ?? "0s";
  const waitMs = (parseDuration(waits) ?? 0) / PACE.factor;
  const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(7);
  return `${seconds(tookMs)} ${seconds(waitMs)} ${seconds(tookMs - waitMs)}  ${waits.padEnd(4)} ${alertname} (${receiver}): ${scenario.title}`;
}

function table(rows: readonly string[]): string {
  const { factor, poll, scrape, evaluate } = PACE;
  const pace = `polled every ${poll}, scraped every ${scrape}, evaluated every ${evaluate}; durations of rules and routes 1/${factor}`;
  return [`From fault to page, seconds; ${pace}`, "   page     for    rest", ...[...rows].sort()].join("\n");
}
