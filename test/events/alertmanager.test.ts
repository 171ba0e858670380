import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AlertmanagerSender, isAlert } from "../../src/events/alertmanager.ts";
import { SendRefused } from "../../src/events/delivery.ts";
import { eventsOf } from "../../src/events/from-news.ts";
import { Events } from "../../src/events/index.ts";
import { type Clock, Secret, silentLogger, systemClock } from "../../src/lib/index.ts";
import type { HostEvent } from "../../src/model/index.ts";
import { type Alertmanager, startAlertmanager } from "../alerts/alertmanager.ts";
import { alerts } from "../alerts/rules.ts";
import { eventually } from "../e2e/lightsout.ts";
import { withPeers } from "../rig/requirements.ts";
import { entry, HOST, news, SEEN } from "./samples.ts";

const rule = alerts.find(({ alert }) => alert === "SelCriticalEvent");
const { signal } = new AbortController();
const clockAt = (wallMs: number): Clock => ({ ...systemClock, wallMs: () => wallMs });

const one = (more: Parameters<typeof entry>[0] = {}, historical = 0): HostEvent => {
  const [event] = eventsOf(HOST, news([entry(more)], { historical }));
  if (!event) throw new Error("no event");
  return event;
};

describe("an event becomes an alert", () => {
  it.each([
    ["a critical event", one(), "critical", true],
    ["one that is worse", one({ severity: "non_recoverable" }), "critical", true],
    ["a warning", one({ severity: "warning" }), "critical", false],
    ["a warning where warnings are wanted", one({ severity: "warning" }), "warning", true],
    ["an event nobody knows", one({ severity: "unknown" }), "warning", false],
    ["the end of something critical", one({ direction: "deasserted" }), "critical", false],
    ["history", one({}, 1), "critical", false],
  ] as const)("%s", (_, event, least, expected) => {
    expect(isAlert(event, least)).toBe(expected);
  });

  it("but not if it is a change of a host", () => {
    const [change] = eventsOf(HOST, news([], { changes: [{ change: "board_replaced", from: "a", to: "b" }] }));
    expect(change && isAlert(change, "warning")).toBe(false);
  });
});

describe("alerts over HTTP", () => {
  let answer = { status: 200 };
  const asked: { readonly request: IncomingMessage; readonly body: unknown }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      asked.push({ request, body: JSON.parse(text) });
      response.writeHead(answer.status, { location: "/elsewhere" }).end("internal details");
    });
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => {
    asked.length = 0;
    answer = { status: 200 };
  });

  const sender = (more: Partial<ConstructorParameters<typeof AlertmanagerSender>[0]> = {}) =>
    new AlertmanagerSender({ url, resolveAfterMs: 1_800_000, clock: clockAt(SEEN), labels: {}, ...more });

  it("have the labels of the rule and of its series, the text and an end", async () => {
    await sender({ url: `${url}/prefix/`, labels: { cluster: "north" } }).send([one()], signal);
    expect(asked[0]?.request.url).toBe("/prefix/api/v2/alerts");
    expect(asked[0]?.body).toEqual([
      {
        labels: {
          ...rule?.labels,
          alertname: "SelCriticalEvent",
          cluster: "north",
          site: "s1",
          room: "hall",
          rack: "r1",
          position: "07",
          host: "node017",
        },
        annotations: {
          summary: "node017: critical event logged",
          description: `node017 (rack r1, position 07) logged: ${entry().text}`,
          event_id: expect.stringMatching(/^[\w-]{22}$/),
          dashboard: rule?.annotations.dashboard?.replace("{{ $labels.host | urlquery }}", "node017"),
        },
        startsAt: "2026-01-01T12:00:00.000Z",
        endsAt: "2026-01-01T12:30:00.000Z",
      },
    ]);
  });

  it("have links to Grafana and to the runbook if their URLs are configured", async () => {
    const links = { grafana: "https://grafana.example.org/", runbooks: "http://lightsout.example.org:9623/runbooks" };
    await sender(links).send([one(), one({ severity: "warning", sensor: "Other" })], signal);
    const alerts = (asked[0]?.body ?? []) as readonly { readonly annotations: object }[];
    const [critical, warning] = alerts;
    const dashboard_url = "https://grafana.example.org/d/bmc-host?var-host=node017";
    expect(critical?.annotations).toMatchObject({ dashboard_url, runbook_url: `${links.runbooks}/SelCriticalEvent` });
    expect(warning?.annotations).toMatchObject({ dashboard_url });
    expect(warning?.annotations).not.toHaveProperty("runbook_url"); // no rule has this alert
    expect(critical?.annotations).not.toHaveProperty("dashboard");
  });

  it("that had to wait for the server are not resolved when they arrive", async () => {
    await sender({ clock: clockAt(SEEN + 7_200_000) }).send([one()], signal);
    expect(asked[0]?.body).toMatchObject([
      { startsAt: "2026-01-01T12:00:00.000Z", endsAt: "2026-01-01T14:30:00.000Z" },
    ]);
  });

  it("are one for several events of a host, with the newest text", async () => {
    await sender().send([one(), one({ text: "Fan 3 failed" })], signal);
    expect(asked[0]?.body).toHaveLength(1);
    expect(JSON.stringify(asked[0]?.body)).toContain("Fan 3 failed");
  });

  it("carry a token, and do not send it to the target of a redirect", async () => {
    const authorization = async () => new Secret("Bearer swordfish");
    await sender({ authorization }).send([one()], signal);
    expect(asked[0]?.request.headers.authorization).toBe("Bearer swordfish");
    answer = { status: 307 };
    await expect(sender({ authorization }).send([one()], signal)).rejects.toThrow();
    expect(asked).toHaveLength(2);
  });

  it.each([
    [400, true],
    [401, false],
    [404, false],
    [429, false],
    [503, false],
  ])("that are answered with %i are refused for good: %s", async (status, isFinal) => {
    answer = { status };
    const error: unknown = await sender()
      .send([one()], signal)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof SendRefused).toBe(isFinal);
    expect(String(error)).toContain(`answered ${status}`);
    expect(String(error)).not.toContain("internal");
  });
});

withPeers(["prometheus-alertmanager"], "a real Alertmanager", () => {
  let alertmanager: Alertmanager;
  let events: Events;
  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    const report = { outputConfigured: () => {}, eventsEnded: () => {}, eventsWaiting: () => {} };
    events = new Events({ clock: systemClock, log: silentLogger, report });
    const settings = { minSeverity: "critical", resolveAfterMs: 1_800_000, timeoutMs: 5000, labels: {} } as const;
    await events.configure({ historical: false, alertmanager: { ...settings, urls: [alertmanager.url] } }, 1000);
  });
  afterAll(async () => {
    await events?.close(500);
    await alertmanager?.stop();
  });

  it("gets a critical event at once, as the same alert that the rule raises, and no other", async () => {
    const seenAt = Date.now();
    events.take(HOST, { ...news([entry({ severity: "warning", text: "only a warning" }), entry()]), seenAt });
    const active = () => alertmanager.alerts("active");
    await eventually(active, (all) => all.length === 1);
    const { host, place } = { host: HOST.name, place: HOST.place };
    const fromRule = { ...rule?.labels, alertname: "SelCriticalEvent", host, ...place };
    expect(await active()).toEqual([fromRule]);
    // What Prometheus sends has these labels, too: there is still one alert, and one group of it.
    await alertmanager.raise([fromRule]);
    expect(await active()).toEqual([fromRule]);
    const sent = () => alertmanager.notifications.flatMap((n) => n.alerts.map(({ labels }) => labels));
    await eventually(sent, (all) => all.length > 0, 20_000);
    expect(alertmanager.notifications[0]?.groupLabels).toMatchObject({ alertname: "SelCriticalEvent", rack: "r1" });
    expect(new Set(sent().map((labels) => JSON.stringify(labels))).size).toBe(1);
    expect(SEEN).toBeLessThan(seenAt);
  });
});
