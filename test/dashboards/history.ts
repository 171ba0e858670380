import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { renderHost, renderRackBudgets, SelfMetrics } from "../../src/exposition/index.ts";
import { HOSTS, nameOf, PER_RACK, placeOf, recordOf, WITH } from "./fleet.ts";

/** The two hours, in seconds since 1970. Blocks of Prometheus have two hours, too. */
export const START = Date.UTC(2024, 4, 1, 10) / 1000;
export const MINUTES = 119;
export const END = START + MINUTES * 60;
/** Scrapes every two minutes keep the test quick. */
const STEP_MINUTES = 2;

/** Adds the labels and the time of the scrape, and removes comments. */
function scraped(text: string, labels: string, time: number): string {
  return text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/^(\w+)\{/gm, `$1{${labels},`)
    .replaceAll(/^(\w+) /gm, `$1{${labels}} `)
    .replaceAll(/\n+/g, ` ${time}\n`);
}

/** Alerts as Prometheus writes them. `from` is the minute in which they start to fire. */
function* firing(minute: number): Generator<string> {
  const on = (index: number): string => {
    const labels = Object.entries({ host: nameOf(index), ...placeOf(index) });
    return labels.map(([name, value]) => `${name}="${value}"`).join(",");
  };
  const happening = [
    [40, "FanFailed", "critical", "fan", `${on(WITH.deadFan)},sensor="Fan 2",id="20/0/12"`],
    [50, "PsuInputLost", "warning", "power", on(WITH.pulledCord)],
    [80, "BmcUnreachable", "warning", "reach", on(WITH.silent)],
    [10, "BmcAuthenticationFailed", "warning", "reach", on(WITH.locked)],
    [60, "EccCorrectableHigh", "info", "memory", on(WITH.badDimm)],
    [95, "RackCoolingFailure", "critical", "thermal", 'site="vil1",room="1.08",row="b",rack="r5"'],
    [0, "BmcMonitoringWatchdog", "none", "exporter", 'job="lightsout"'],
  ] as const;
  for (const [from, name, severity, component, labels] of happening)
    if (minute >= from)
      yield `ALERTS{alertname="${name}",alertstate="firing",severity="${severity}",component="${component}",${labels}} 1`;
}

/** Activity of an exporter since the last scrape. */
function work(metrics: SelfMetrics): void {
  for (let poll = 0; poll < HOSTS; poll++) {
    for (let count = 0; count < 5; count++) {
      metrics.commandSent("Get Sensor Reading");
      metrics.response("Get Sensor Reading", count === 0 ? 0xcb : 0);
      metrics.roundTrip(0.004 * (1 + (poll % 5)));
      metrics.packetSent();
      metrics.packetReceived();
    }
    metrics.queueWait(0.01 * (poll % 4));
    metrics.pollEnded(poll === WITH.silent ? "no_answer" : "ok");
  }
  metrics.retry();
  metrics.packetDropped("duplicate");
  metrics.pollLate();
  metrics.pollSkipped();
  metrics.sessionOpened("rmcp_plus");
  metrics.sdrCacheHit();
  metrics.queueDepth(3);
  const server = { hosts: HOSTS / 2, isDrained: false, differs: false, movedAt: START * 1000 };
  metrics.cluster.set({
    servers: ["a", "b"].map((name) => ({ ...server, name })),
    isMember: true,
    leaseSeconds: 8,
    problem: undefined,
    unowned: 0,
    waitingStates: 0,
    writtenStates: HOSTS,
  });
}

/** Writes two hours of scrapes of the fleet as OpenMetrics text. */
export async function writeHistory(path: string): Promise<void> {
  const exporters = ["lightsout-0:9623", "lightsout-1:9623"].map((instance) => ({
    labels: `job="lightsout",instance="${instance}"`,
    metrics: new SelfMetrics({ version: "0.1.0" }),
  }));
  for (const { metrics } of exporters) metrics.configReload(true);
  await sleep(30); // until the event loop delay was measured once
  const file = openSync(path, "w");
  const racks = Array.from({ length: HOSTS / PER_RACK }, (_, index) => placeOf(index * PER_RACK));
  const budgets = renderRackBudgets(racks.map(({ position: _, ...place }) => ({ place, watts: 4500 }))).toString();
  try {
    for (let minute = 0; minute <= MINUTES; minute += STEP_MINUTES) {
      const time = START + minute * 60;
      for (const [index, { labels, metrics }] of exporters.entries()) {
        work(metrics);
        let text = `${await metrics.text()}\n${index === 0 ? budgets : ""}`;
        text += "up 1\nscrape_samples_scraped 3600\nscrape_duration_seconds 0.02\n";
        for (let host = index; host < HOSTS; host += exporters.length)
          text += renderHost(recordOf(host, minute, START * 1000), { placed: true }).bytes.toString();
        writeSync(file, scraped(text, labels, time));
      }
      for (const line of firing(minute)) writeSync(file, `${line} ${time}\n`);
    }
    writeSync(file, "# EOF\n");
  } finally {
    closeSync(file);
    for (const { metrics } of exporters) metrics.close();
  }
}
