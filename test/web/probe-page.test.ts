import { afterEach, describe, expect, it } from "vitest";
import { failureText } from "../../src/model/index.ts";
import type { WebParts } from "../../src/web/index.ts";
import { record, snapshot } from "../exposition/records.ts";
import { partsOf, Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => rig?.stop());
const BROWSER = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const failure = { stage: "rakp", reason: "no_answer", message: "n1: RAKP message 1: no answer" } as const;

const start = async (more: Partial<WebParts> = {}): Promise<void> => {
  const down = record(snapshot("n1", { up: false, failure }));
  rig = await Rig.start(
    partsOf([down], {
      probe: async ({ trace }) => {
        trace?.("sent", "Open Session Request");
        trace?.("received", "Open Session Response <b>");
        trace?.("sent", "RAKP Message 1");
        trace?.("note", "no answer");
        return { record: down };
      },
      ...more,
    }),
  );
};

describe("/probe in a browser", () => {
  it("is a page: the sentence of the failure, the steps folded, the failed one open, and a way back", async () => {
    await start();
    const { status, headers, text } = await rig.ask("/probe?target=n1", { headers: BROWSER });
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toContain(failureText("no_answer").replaceAll("'", "&#39;"));
    expect(text).toContain('href="/hosts/n1"');
    const steps = text.split("<h2>Steps</h2>")[1] ?? "";
    expect([...steps.matchAll(/<details( open)?>/g)].slice(0, 2).map(([, open]) => open)).toEqual([undefined, " open"]);
    expect(steps).toContain("Open Session Response &lt;b&gt;");
    expect(steps).toContain("bmc_up 0");
  });

  it("stays text for Prometheus and for programs", async () => {
    await start();
    for (const Accept of [
      "*/*",
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "application/openmetrics-text;version=1.0.0",
    ]) {
      const { headers, text } = await rig.ask("/probe?target=n1", { headers: { Accept } });
      expect(headers["content-type"], Accept).toMatch(/^text\/plain/);
      expect(text, Accept).toContain("bmc_up 0\n");
      expect(text, Accept).not.toContain("Open Session");
    }
  });
});

describe("/config in a browser", () => {
  it("is a page that says what it is, and text for programs", async () => {
    await start({ configText: () => "modules: {} # <x>\n" });
    const page = await rig.ask("/config", { headers: BROWSER });
    expect(page.text).toContain("<h1>Configuration</h1>");
    expect(page.text).toContain("modules: {} # &lt;x&gt;");
    expect((await rig.ask("/config")).text).toBe("modules: {} # <x>\n");
  });
});

describe("the links of a host", () => {
  it("lead to its BMC, to Grafana and to the configured runbooks", async () => {
    await start({
      links: ({ name }) => ({
        dashboard: `https://grafana.example/d/bmc-host?var-host=${name}`,
        bmc: "https://10.0.0.1/",
      }),
    });
    const { text } = await rig.ask("/hosts/n1", { headers: BROWSER });
    expect(text).toContain('href="https://grafana.example/d/bmc-host?var-host=n1"');
    expect(text).toContain('<a href="https://10.0.0.1/" rel="noreferrer">');
    await rig.stop();
    await start({ runbook: (alert) => `https://wiki.example/${alert}` });
    expect((await rig.ask("/", { headers: BROWSER })).text).toContain('href="https://wiki.example/BmcUnreachable"');
  });
});
