import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { failureText } from "../../src/model/index.ts";
import type { WebParts } from "../../src/web/index.ts";
import { html } from "../../src/web/pages/html.ts";
import { plain, span, took } from "../../src/web/pages/words.ts";
import { dead, full, record, sensor, snapshot, stale, unheard } from "../exposition/records.ts";
import { fleet, hostile } from "./fleet.ts";
import { partsOf, Rig, unpolled } from "./rig.ts";

const NOW = Date.UTC(2024, 4, 1, 12, 1, 0);
const clock: WebParts["clock"] = {
  wallMs: () => NOW,
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

let rig: Rig;
const start = async (records: Parameters<typeof partsOf>[0], more: Partial<WebParts> = {}): Promise<void> => {
  rig = await Rig.start(partsOf(records, { clock, ...more }));
};
/** What a person reads. */
const read = (page: string): string =>
  page
    .replaceAll(/<(style|title)>[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
const rows = (page: string): number => [...(page.split('id="list"')[1] ?? "").matchAll(/<th scope="row">/g)].length;
afterEach(() => rig?.stop());

describe("the landing page", () => {
  it("shows the condition of each host, worst first", async () => {
    await start([full, stale, unheard, dead], {
      state: (host) =>
        host === dead.host.name
          ? { activity: "idle", backOffLevel: 2, nextDueAt: NOW + 240_000 }
          : { activity: "running", backOffLevel: 0 },
    });
    const { status, headers, text } = await rig.ask("/");
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const words = read(text);
    expect(words).toMatch(/4 all 2 down 1 critical 1 waiting 0 ok/);
    expect(words).toMatch(new RegExp(`${dead.host.name} .*down \\w[\\w ]+ at \\w[\\w ]+ .*in 4 min, backing off`));
    expect(words).toMatch(
      new RegExp(`${full.host.name} .*up critical Temp 97 °C: critical 1 min 59 s ago polling now`),
    );
    const list = words.slice(words.indexOf("Next poll"));
    expect(list.indexOf(dead.host.name)).toBeLessThan(list.indexOf(full.host.name));
    expect(words).toContain("not polled yet");
    expect(words).toContain("stale");
  });

  it("filters by words, place and condition, and keeps to 200 rows a page", async () => {
    await start(fleet(1000, NOW));
    expect(rows((await rig.ask("/")).text)).toBe(200);
    expect(rows((await rig.ask("/?page=5")).text)).toBe(200);
    expect((await rig.ask("/?page=2")).text).toContain("201 to 400 of 1,000, worst first.");
    expect(rows((await rig.ask("/?rack=r02")).text)).toBe(40);
    expect(rows((await rig.ask("/?q=NODE0099+r25")).text)).toBe(10);
    const down = await rig.ask("/?state=down&rack=r01");
    expect(rows(down.text)).toBe(2);
    expect(read(down.text)).toContain("Only rack r01, down.");
    expect(read((await rig.ask("/?q=nothing")).text)).toContain("No host matches.");
    expect((await rig.ask("/?page=999")).status).toBe(200);
  });

  it.each([
    ["?page=0", "page must be a number from 1"],
    ["?state=sad", "state must be one of down, critical, warning, waiting, unknown, ok"],
    ["?qq=a", "did you mean q?"],
  ])("answers 400 to %s", async (query, message) => {
    await start([]);
    const { status, text } = await rig.ask(`/${query}`);
    expect(status).toBe(400);
    expect(text).toContain(message);
  });

  it("says why the exporter is not ready while there is no inventory", async () => {
    await start([], { ready: () => ({ ready: false, why: "waiting for http_sd" }) });
    expect(read((await rig.ask("/")).text)).toContain("Not ready waiting for http_sd");
  });

  it("has a form for a probe with all hosts, modules and auths", async () => {
    await start([unpolled("a1", { module: "big", auth: "ops" }), unpolled("a2")]);
    const { text } = await rig.ask("/");
    expect(text).toContain('<form action="/probe" method="get">');
    for (const name of ["a1", "a2", "big", "ops", "default"]) expect(text).toContain(`<option value="${name}">`);
  });
});

describe("the page of a host", () => {
  it("shows sensors against their limits, the log, the parts and the quirks", async () => {
    await start([full]);
    const words = read((await rig.ask(`/hosts/${full.host.name}`)).text);
    expect(words).toMatch(
      /Inlet Temp temperature, inlet -12\.5 °C lower critical -20, upper warning 38, upper critical 42 ok/,
    );
    expect(words).toMatch(/Fan 1 fan 0 rpm lower critical 600 critical/);
    expect(words).toMatch(/Fan 2 fan 35\.2 %/);
    expect(words).toMatch(/DIMM A1 temperature scanning disabled upper critical 85/);
    expect(words).toMatch(/PSU1 Status power supply, psu critical presence detected, input lost 20\/0\/30/);
    expect(words).toMatch(/dcmi unsupported 0\.003 s 1 min ago refused/);
    expect(words).toContain("Quirks no front panel byte");
    expect(words).toContain("512 records of 1024");
  });

  it("shows at most 1000 sensors, the worst first, and which limits the host exceeds", async () => {
    const many = Array.from({ length: 1200 }, (_, n) => sensor(`20/0/${n}`, { health: n < 1100 ? 0 : 2 }));
    await start([record(snapshot("large", { sensors: many, omitted: { sensors: 64_334 } }))]);
    const words = read((await rig.ask("/hosts/large")).text);
    expect(words).toContain("Limits exceeded: sensors (64334 left out)");
    expect(words).toContain("Sensors (1200)");
    expect(words).toContain("The first 1000 of 1200");
    expect(words).toContain("S 20/0/1199 ");
    expect(words).toContain("S 20/0/899 ");
    expect(words).not.toContain("S 20/0/900 ");
  });

  it("says in words why a host is down and why its login was refused", async () => {
    const stopped = { stage: "rakp", reason: "wrong_password", message: "RAKP message 2: HMAC mismatch" } as const;
    const well = record(snapshot("well"));
    await start([dead, well, stale, unheard], { state: () => ({ activity: "idle", backOffLevel: 0, stopped }) });
    const of = async (name: string): Promise<string> => read((await rig.ask(`/hosts/${name}`)).text);
    const reason = dead.snapshot?.failure?.reason ?? "no_answer";
    expect(await of(dead.host.name)).toContain(read(html`${failureText(reason)}`.text));
    expect(await of("well")).toMatch(/Login refused: wrong password at rakp .*RAKP message 2: HMAC mismatch/);
    expect(await of("well")).not.toContain("Chassis faults");
  });

  it("shows the results of its last polls, and the records that earlier polls read", async () => {
    const event = { time: NOW - 60_000, relativeTime: false, direction: "asserted", severity: "critical" } as const;
    await start([full], {
      trail: () => ({
        polls: [
          { startedAt: NOW - 5000, durationMs: 400, failedParts: [] },
          { startedAt: NOW - 65_000, durationMs: 800, failedParts: ["sel", "dcmi"] },
          { startedAt: NOW - 125_000, durationMs: 4000, failure: "no_answer", failedParts: [] },
        ],
        events: [1, 2, 3, 4].map((n) => ({ ...event, sensor: "Fan 7", text: `Fan 7 stopped <${n}>` })),
      }),
    });
    const { text } = await rig.ask(`/hosts/${full.host.name}`);
    const words = read(text);
    expect(words).toMatch(
      /Last polls 3 polls, 1 did not reach the BMC\. .*12:00:55 UTC 0\.4 s ok 2024-05-01 11:59:55 UTC 0\.8 s without sel, dcmi 2024-05-01 11:58:55 UTC 4 s no answer/,
    );
    expect([...text.matchAll(/<rect class="bar-(\w+)" y="3" width="([\d.]+)"/g)].map(([, ...bar]) => bar)).toEqual([
      ["ok", "10"],
      ["warning", "20"],
      ["down", "100"],
    ]);
    expect(words).toContain("critical Fan 7 Fan 7 stopped &lt;1&gt;");
    expect(words).toContain("The newest 4 that were read; the log of the BMC has all.");
  });

  it("is 404 for an unknown host", async () => {
    await start([]);
    const { status, text } = await rig.ask("/hosts/node999");
    expect(status).toBe(404);
    expect(text).toContain('no host "node999" in the inventory');
  });
});

describe("hostile names", () => {
  it("never become markup", async () => {
    const evil = hostile();
    const down = {
      ...evil,
      snapshot: snapshot(evil.host.name, {
        up: false,
        failure: { stage: "rakp", reason: "no_answer", message: evil.host.name },
      }),
    };
    const path = `/hosts/${encodeURIComponent(evil.host.name)}`;
    for (const each of [evil, down]) {
      await start([each], { ready: () => ({ ready: false, why: evil.host.name }), version: evil.host.name });
      for (const page of [
        "/",
        `/?q=${encodeURIComponent('"><script>')}`,
        path,
        `/hosts/${encodeURIComponent("<script>")}`,
      ]) {
        const { text } = await rig.ask(page, { headers: { Accept: "text/html" } });
        expect(text, page).not.toMatch(/<script(?! src="\/page\.js" defer>)/i);
        expect(text, page).not.toMatch(/\u202e|\0/);
        expect(text, page).toContain("&lt;script&gt;");
      }
      await rig.stop();
    }
  });

  it("meet a policy that allows only the own script, on pages that load nothing else", async () => {
    await start([full]);
    for (const path of ["/", `/hosts/${full.host.name}`]) {
      const { headers, text } = await rig.ask(path);
      const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
      const hash = createHash("sha256").update(style).digest("base64");
      const policy = headers["content-security-policy"] ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`style-src 'sha256-${hash}'`);
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain("unsafe");
      expect(text).not.toMatch(/ on\w+=|<script(?! src="\/page\.js" defer>)| style=|(?:src|href)="(?:https?:)?\/\//);
    }
  });
});

describe("html", () => {
  it("escapes inserted values once, and omits absent ones", () => {
    const inner = html`<b>${"<&\"'>"}</b>`;
    expect(html`<p title="${'"'}">${inner}${[1, "<", undefined, false]}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;&amp;&quot;&#39;&gt;</b>1&lt;</p>',
    );
  });
});

describe("words", () => {
  it.each([
    [400, "under 1 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [7_300_000, "2 h"],
    [200_000_000, "2 d"],
  ])("call %d ms %s", (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it("show very short durations as such", () => {
    expect([took(0.09), took(0.5), took(812.5), took(0)]).toEqual(["under 0.001 s", "0.001 s", "0.813 s", "0 s"]);
  });

  it("show small numbers with enough digits", () => {
    expect([plain(12.0964), plain(0.0000001254), plain(0), plain(-3)]).toEqual(["12.096", "1.25e-7", "0", "-3"]);
  });
});
