import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { History } from "../../src/store/history.ts";
import { measuresOf, type WebParts } from "../../src/web/index.ts";
import { dead, full } from "../exposition/records.ts";
import { Chromium, SHIFT, type Tab } from "../rig/chromium.ts";
import { withPeers } from "../rig/requirements.ts";
import { fleet, hostile } from "./fleet.ts";
import { partsOf, Rig } from "./rig.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOUR = 3_600_000;

/** What axe-core finds on the page, one line each. */
async function findings(tab: Tab): Promise<readonly string[]> {
  await tab.evaluate(`${AXE}; true`);
  return tab.evaluate<string[]>(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html.slice(0, 160) + " - " + node.failureSummary)))`);
}

/** A history with the readings of the last day, of every host. */
const history = (() => {
  const one = new History();
  const { snapshot } = full;
  const measures = snapshot ? Object.entries(measuresOf(snapshot)) : [];
  for (let minute = 24 * 60; minute >= 0; minute -= 2) {
    const factor = 1 + 0.2 * Math.sin(minute / 60);
    const scaled = (value: number | undefined): number | undefined => value && value * factor;
    one.add(Date.now() - minute * 60_000, [
      ...measures.map(([name, value]) => ({ id: `#${name}`, value: scaled(value) })),
      ...(snapshot?.sensors ?? []).map(({ id, value }) => ({ id, value: scaled(value) })),
    ]);
  }
  return one;
})();

const server = { version: "1.2.3", startedAt: Date.now() - HOUR, hosts: 50, inventoryHosts: 100 };
const parts = (records: Parameters<typeof partsOf>[0], more: Partial<WebParts> = {}): WebParts =>
  partsOf(records, {
    history: () => history,
    links: () => ({ bmc: "https://10.0.0.1/", dashboard: "https://grafana.example.org/d/bmc-host" }),
    probe: async () => ({ record: full }),
    cluster: () => ({
      servers: [
        { ...server, name: "a", url: "http://a:9623", isThis: true, isDrained: false, differs: false },
        { ...server, name: "b", movedAt: Date.now() - HOUR, isThis: false, isDrained: true, differs: true },
      ],
      isMember: true,
      problem: "etcd1:2379: ECONNREFUSED",
      unowned: 3,
      foldedHosts: new Map([
        ["a", "n[001-050]"],
        ["b", ""],
      ]),
    }),
    recentEvents: () =>
      (full.snapshot?.eventLog?.fresh ?? []).map((event) => ({ ...event, host: full.host.name, readAt: Date.now() })),
    trail: () => ({ polls: [{ startedAt: Date.now(), durationMs: 900, failedParts: [] }], events: [] }),
    refreshSeconds: () => 1,
    ...more,
  });

withPeers(["chromium"], "pages in a browser", () => {
  let chromium: Chromium;
  let tab: Tab;
  let small: Rig;
  let large: Rig;
  const address = (rig: Rig, path: string): string => `http://127.0.0.1:${rig.port}${path}`;
  beforeAll(async () => {
    chromium = await Chromium.start();
    tab = await chromium.tab();
    const everything = [full, dead, hostile(), ...fleet(60)];
    small = await Rig.start(parts(everything));
    large = await Rig.start(parts(fleet(1440)));
  }, 60_000);
  afterAll(async () => {
    await chromium?.close();
    await small?.stop();
    await large?.stop();
  });

  const PAGES = [
    "/",
    "/?by=inlet&history=6h",
    "/?by=power&q=node0",
    "/?rack=r01&by=limit",
    `/hosts/${encodeURIComponent(full.host.name)}?history=24h`,
    `/hosts/${encodeURIComponent(full.host.name)}?find=temp`,
    `/hosts/${encodeURIComponent(dead.host.name)}`,
    "/faults",
    "/events",
    `/probe?target=${encodeURIComponent(full.host.name)}`,
    "/config",
    "/servers",
    "/runbooks",
    "/runbooks/FanFailed",
    "/nothing-here",
  ];

  describe.each([
    ["wide and light", { width: 1400 }],
    ["wide and dark", { width: 1400, dark: true }],
    ["narrow and light", { width: 400 }],
    ["narrow and dark", { width: 400, dark: true }],
  ] as const)("%s", (_name, look) => {
    it.each([...PAGES.map((path) => [path, "small"] as const), ["/", "large"] as const])(
      "%s of a %s fleet has no finding of axe-core and fits the width",
      async (path, size) => {
        await tab.look(look);
        await tab.open(address(size === "small" ? small : large, path));
        expect(await findings(tab)).toEqual([]);
        expect(await tab.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(look.width);
      },
      60_000,
    );
  });

  it("complain about nothing in the console, although the Content-Security-Policy is strict", async () => {
    const own = await chromium.tab();
    await own.look({ width: 1400 });
    for (const path of PAGES.filter((one) => one !== "/nothing-here")) {
      await own.open(address(small, path));
      expect(own.complaints, path).toEqual([]);
    }
    await own.evaluate(`document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='document.title=1'>"); true`);
    await own.until("performance.now() > 0");
    const policy = (await small.ask("/")).headers["content-security-policy"];
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/unsafe-inline.*script|script-src [^;]*unsafe/);
    expect(await own.evaluate("document.title")).not.toBe("1");
  }, 60_000);

  const focused = (): Promise<string> =>
    tab.evaluate(`(() => {
      const one = document.activeElement;
      return one === document.body ? "body" : (one.id || one.className || one.tagName) + "|" + one.textContent.trim().slice(0, 40);
    })()`);
  /** The element with the focus has an outline or another visible mark, and is on the screen. */
  const isVisiblyFocused = (): Promise<boolean> =>
    tab.evaluate(`(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const isSeen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
      return isSeen && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none");
    })()`);

  it.each([
    ["/", "small"],
    ["/", "large"],
    [`/hosts/${encodeURIComponent(full.host.name)}`, "small"],
    ["/faults", "small"],
    ["/events", "small"],
    ["/servers", "small"],
  ] as const)(
    "can be walked by keyboard: %s of a %s fleet",
    async (path, size) => {
      await tab.look({ width: 1400 });
      await tab.open(address(size === "small" ? small : large, path));
      await tab.press("Tab");
      expect(await focused()).toBe("skip|Skip to the content");
      expect(await isVisiblyFocused()).toBe(true);
      const seen: string[] = [];
      for (let step = 0; step < 30; step++) {
        await tab.press("Tab");
        const at = await focused();
        if (at === "body") break;
        expect(await isVisiblyFocused(), `focus of ${at} is visible`).toBe(true);
        seen.push(at);
      }
      expect(seen.length).toBeGreaterThan(5);
      // The focus moves on: nothing holds it.
      expect(new Set(seen).size).toBeGreaterThan(seen.length / 2);
      const before = await focused();
      await tab.press("Tab", SHIFT);
      expect(await focused()).not.toBe(before);
    },
    60_000,
  );

  it("skip the navigation, and focus the filter on /", async () => {
    await tab.look({ width: 1400 });
    await tab.open(address(small, "/"));
    await tab.press("Tab");
    await tab.press("Enter");
    await tab.until("document.activeElement.id === 'content'");
    await tab.press("/");
    await tab.until("document.activeElement.id === 'filter'");
    // In a field, / is a character.
    await tab.press("/");
    expect(await tab.evaluate("document.activeElement.value")).toBe("/");
  }, 30_000);

  it("refresh what changed, and keep scroll position, focus, selection and what is open", async () => {
    let count = 1;
    const changing = await Rig.start(
      parts([], {
        records: () => [...partsOf([full, ...fleet(40 + count)]).records()],
        record: (name) => partsOf([full, ...fleet(40 + count)]).record(name),
      }),
    );
    try {
      await tab.look({ width: 1400, height: 500 });
      await tab.open(address(changing, "/"));
      const hosts = "document.querySelector('#counts b').textContent";
      expect(await tab.evaluate(hosts)).toBe("42");
      await tab.evaluate("scrollTo(0, 300); document.getElementById('filter').focus(); true");
      await tab.evaluate("document.getElementById('filter').value = 'typed'; true");
      const scrolled = await tab.evaluate<number>("scrollY");
      count = 5;
      await tab.until(`${hosts} === "46"`);
      expect(await tab.evaluate("scrollY")).toBe(scrolled);
      expect(await tab.evaluate("document.activeElement.id + document.activeElement.value")).toBe("filtertyped");
      expect(await tab.evaluate("document.title")).toMatch(/\d+ (critical|warning|down).* - lightsout/);
      // A part with a selection waits.
      await tab.evaluate("getSelection().selectAllChildren(document.querySelector('#counts b')); true");
      count = 9;
      await tab.until("document.querySelector('#list, #hosts, main').textContent.includes('node049')");
      expect(await tab.evaluate("getSelection().toString()")).toBe("46");
      await tab.evaluate("getSelection().removeAllRanges(); true");
      await tab.until(`${hosts} === "50"`);
      // Paused, nothing changes.
      await tab.evaluate("document.getElementById('pause').click(); true");
      count = 20;
      await tab.evaluate("new Promise((resolve) => setTimeout(resolve, 2500))");
      expect(await tab.evaluate(hosts)).toBe("50");
      await tab.evaluate("document.getElementById('pause').click(); true");
      await tab.until(`${hosts} === "61"`);
    } finally {
      await changing.stop();
    }
  }, 60_000);

  it("work without script: everything is there, and the page loads itself again", async () => {
    const own = await chromium.tab();
    await own.disableScripts(true);
    await own.look({ width: 1400 });
    await own.open(address(small, "/"));
    expect(await own.evaluate("document.querySelector('noscript meta[http-equiv=refresh]').content")).toBe("60");
    expect(await own.evaluate("document.getElementById('pause').hidden")).toBe(true);
    const stop = await own.evaluate<string>("document.querySelector('noscript a').getAttribute('href')");
    await own.open(address(small, stop));
    expect(await own.evaluate("document.querySelector('noscript meta[http-equiv=refresh]')")).toBeNull();
    await own.open(address(small, `/hosts/${encodeURIComponent(full.host.name)}`));
    expect(await own.evaluate("document.querySelectorAll('svg.spark path').length")).toBeGreaterThan(3);
  }, 30_000);
});
