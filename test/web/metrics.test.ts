import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type HostText, renderFleet } from "../../src/exposition/index.ts";
import type { WebParts } from "../../src/web/index.ts";
import { inSlice } from "../../src/web/index.ts";
import { checkMetrics, promtoolMissing } from "../exposition/promtool.ts";
import { awkward, dead, full, hundredSensors, stale, unheard } from "../exposition/records.ts";
import { listed, partsOf, Rig, SELF, unpolled, until } from "./rig.ts";
import { Reports } from "./rig-tls.ts";

let rig: Rig;
const start = async (...args: Parameters<typeof partsOf>): Promise<void> => {
  rig = await Rig.start(partsOf(...args));
};
const hostsIn = (text: string): string[] =>
  [...text.matchAll(/^bmc_up\{host="([^"]*)"/gm)].map(([, name = ""]) => name).sort();

describe("/metrics", () => {
  afterEach(() => rig.stop());

  it("exports all hosts, then the exporter itself, in the text format", async () => {
    await start([full, awkward, dead, stale, unheard]);
    const { status, headers, text } = await rig.ask("/metrics");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(headers["x-powered-by"]).toBeUndefined();
    const all = Buffer.concat([...renderFleet([full, awkward, dead, stale, unheard].map((r) => listed(r).prepared))]);
    expect(text).toBe(all.toString() + SELF);
  });

  it.skipIf(promtoolMissing)(
    `is clean for promtool (skipped where ${promtoolMissing ?? "it is missing"})`,
    async () => {
      await start([full, awkward, dead, stale, unheard]);
      expect(checkMetrics((await rig.ask("/metrics")).body)).toEqual([]);
      expect(checkMetrics((await rig.ask("/metrics?slice=0/2")).body)).toEqual([]);
    },
  );

  it("exports the exporter alone at /metrics/self, and never with a selection", async () => {
    await start([full, dead]);
    expect((await rig.ask("/metrics/self")).text).toBe(SELF);
    expect((await rig.ask(`/metrics?host=${full.host.name}`)).text).not.toContain("lightsout_");
  });

  it("ends with the budgets of the selected racks", async () => {
    const rackBudgets: WebParts["rackBudgets"] = () => [
      { place: { rack: "r1" }, watts: 9000 },
      { place: { rack: "r2" }, watts: 8000 },
    ];
    await start([unpolled("a", { place: { rack: "r1" } }), unpolled("b", { place: { rack: "r2" } })], { rackBudgets });
    const budgets = async (path: string): Promise<number> =>
      [...(await rig.ask(path)).text.matchAll(/^bmc_rack_power_budget_watts\{/gm)].length;
    expect(await budgets("/metrics")).toBe(2);
    expect(await budgets("/metrics?rack=r1")).toBe(1);
    expect(await budgets("/metrics?host=a")).toBe(0);
    expect((await budgets("/metrics?slice=0/2")) + (await budgets("/metrics?slice=1/2"))).toBe(2);
  });

  it("is compressed only if the client accepts that", async () => {
    await start([full]);
    const plain = await rig.ask("/metrics");
    const packed = await rig.ask("/metrics", { headers: { "Accept-Encoding": "deflate, gzip;q=0.5" } });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.headers.vary).toBe("Accept-Encoding");
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    const refused = await rig.ask("/metrics", { headers: { "Accept-Encoding": "gzip;q=0, *" } });
    expect(refused.headers["content-encoding"]).toBeUndefined();
  });

  it("answers HEAD without a body", async () => {
    await start([full]);
    const { status, body } = await rig.ask("/metrics", { method: "HEAD" });
    expect([status, body.length]).toEqual([200, 0]);
  });

  it("answers 500 without details when its own metrics fail", async () => {
    await start([full], { selfMetrics: () => Promise.reject(new Error("hunter2 at /etc/secret.ts:1")) });
    const { status, text } = await rig.ask("/metrics");
    expect(status).toBe(500);
    expect(text).toBe("internal error; see the log of the exporter\n");
  });
});

describe("the selection of /metrics", () => {
  const at = (name: string, place: Record<string, string>) => unpolled(name, { place });
  beforeAll(() =>
    start([
      at("a1", { room: "x", rack: "r1" }),
      at("a2", { room: "x", rack: "r2" }),
      at("b1", { room: "y", rack: "r1" }),
      at("c", { rack: "r1" }),
      at("d", {}),
    ]),
  );
  afterAll(() => rig.stop());

  it.each([
    ["host=a1", ["a1"]],
    ["host=a1&host=d&host=a1", ["a1", "d"]],
    ["host=a1&host=gone", ["a1"]],
    ["rack=r1", ["a1", "b1", "c"]],
    ["rack=r1&rack=r2", ["a1", "a2", "b1", "c"]],
    ["rack=r1&room=x", ["a1"]],
    ["rack=r1&without=room", ["c"]],
    ["without=rack,room", ["d"]],
    ["slice=0/1", ["a1", "a2", "b1", "c", "d"]],
  ])("?%s", async (query, names) => {
    const { status, text } = await rig.ask(`/metrics?${query}`);
    expect(status).toBe(200);
    expect(hostsIn(text)).toEqual(names);
  });

  it.each([
    [
      400,
      "racks=r1",
      'unknown parameter "racks"; did you mean rack? (/metrics has host, site, room, row, rack, without, slice)',
    ],
    [400, "rack=", "rack is empty; use without=rack for hosts without a rack"],
    [400, "slice=3/3", 'slice must have the form i/n, e.g. 0/4 to 3/4 for four slices, not "3/3"'],
    [400, "slice=1", 'slice must have the form i/n, e.g. 0/4 to 3/4 for four slices, not "1"'],
    [400, "slice=0/1&slice=0/2", "the parameter slice is given 2 times, but allowed once"],
    [400, "without=shelf", 'without: "shelf" is not one of site, room, row, rack'],
    [400, "host[a]=b", 'unknown parameter "host[a]"'],
    [404, "rack=r3", 'no host of the inventory matches rack="r3"; did you mean rack=r1?'],
    [404, "host=a3", 'no host of the inventory matches host="a3"; did you mean host=a1?'],
  ])("answers %d to ?%s", async (status, query, message) => {
    const answer = await rig.ask(`/metrics?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(message);
  });

  it("divides the fleet into equal slices that never change", async () => {
    const names = Array.from({ length: 4000 }, (_, n) => `node${String(n).padStart(4, "0")}`);
    const sizes = [0, 1, 2, 3].map((index) => names.filter((name) => inSlice(name, { index, count: 4 })).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(4000);
    expect(Math.min(...sizes)).toBeGreaterThan(900);
    expect(
      ["node0001", "node0002", "node0003"].map((name) =>
        [0, 1, 2, 3].find((index) => inSlice(name, { index, count: 4 })),
      ),
    ).toEqual([2, 0, 3]);
  });
});

describe("a large fleet", () => {
  const records = Array.from({ length: 2000 }, (_, n) => hundredSensors(`node${String(n).padStart(5, "0")}`));
  const hash = createHash("sha256");
  let bytes = 0;
  let parts: WebParts;

  beforeAll(() => {
    parts = partsOf(records, { limits: { scrapes: 2 } });
    for (const piece of renderFleet([...parts.records()].map(({ prepared }) => prepared))) {
      hash.update(piece);
      bytes += piece.length;
    }
    hash.update(SELF);
    bytes += SELF.length;
  });
  afterEach(() => rig.stop());

  it("is sent completely while other work goes on", async () => {
    rig = await Rig.start(parts);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const seen = createHash("sha256");
    let read = 0;
    for await (const piece of await rig.open("/metrics")) {
      seen.update(piece as Buffer);
      read += (piece as Buffer).length;
    }
    clearInterval(ticking);
    expect(read).toBe(bytes);
    expect(seen.digest("hex")).toBe(hash.copy().digest("hex"));
    expect(turns).toBeGreaterThan(10);
  });

  it("takes the slot of the response that has been unread for longest", async () => {
    const reports = new Reports();
    rig = await Rig.start({ ...parts, report: reports, limits: { scrapes: 2, patienceMs: 100 } });
    const slow = [await rig.open("/metrics"), await rig.open("/metrics", { headers: { "Accept-Encoding": "gzip" } })];
    // Until the buffers of the kernel are full.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ended = slow.map(async (message) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      try {
        for await (const _ of message);
        return "whole";
      } catch {
        return "cut off";
      }
    });
    expect((await rig.ask("/metrics?host=node00000")).status).toBe(200);
    expect(await Promise.all(ended)).toEqual(["cut off", "whole"]);
    expect(reports.cut).toEqual(["displaced"]);
  });

  it("is made only as far as a slow client reads, and not after it is gone", async () => {
    let made = 0;
    const all = [...parts.records()];
    const counting: WebParts = {
      ...parts,
      records: () =>
        all.map(({ record, prepared }) => {
          const bytes = Buffer.from(prepared.bytes);
          bytes.copy = (...to) => {
            made++;
            return prepared.bytes.copy(...to);
          };
          return { record, prepared: { ...prepared, bytes } };
        }),
    };
    rig = await Rig.start(counting);
    const slow = await rig.open("/metrics");
    const blocksOf = ({ bounds }: HostText) => bounds.filter((bound, i) => bound > (bounds[i - 1] ?? bound)).length;
    const whole = all.reduce((sum, { prepared }) => sum + blocksOf(prepared), 0);
    const settled = async (): Promise<number> => {
      let before = -1;
      await until(async () => {
        if (made > 0 && made === before) return true;
        before = made;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return false;
      });
      return made;
    };
    expect(await settled()).toBeLessThan(whole);
    slow.destroy();
    expect(await settled()).toBeLessThan(whole);
    expect((await rig.ask("/metrics?host=node00000")).status).toBe(200);
  });

  it("keeps its texts until the response is read or the client is gone", async () => {
    const all = [...parts.records()];
    let held = 0;
    const holding: WebParts = {
      ...parts,
      holdTexts: (texts) => {
        const many = [...texts].length;
        held += many;
        return () => {
          held -= many;
        };
      },
    };
    rig = await Rig.start(holding);
    const gone = await rig.open("/metrics");
    expect(held).toBe(all.length);
    expect((await rig.ask("/metrics?host=node00000")).status).toBe(200);
    await until(async () => held === all.length);
    expect((await rig.ask("/metrics?host=nobody")).status).toBe(404);
    expect(held).toBe(all.length);
    gone.destroy();
    await until(async () => held === 0);
  });

  it("is cut off when the client reads too slowly", async () => {
    const reports = new Reports();
    rig = await Rig.start({ ...parts, report: reports, limits: { scrapes: 1, scrapeMs: 80 } });
    const slow = await rig.open("/metrics");
    await until(async () => (await rig.ask("/metrics?host=node00000")).status === 200);
    await expect(
      (async () => {
        for await (const _ of slow);
      })(),
    ).rejects.toThrow(/aborted/);
    expect(reports.cut).toEqual(["slow"]);
  });

  it("is cut off after the grace time when the exporter stops", async () => {
    rig = await Rig.start({ ...parts, limits: { graceMs: 100 } });
    const slow = await rig.open("/metrics");
    const began = performance.now();
    await rig.stop();
    expect(performance.now() - began).toBeLessThan(2000);
    await expect(
      (async () => {
        for await (const _ of slow);
      })(),
    ).rejects.toThrow(/aborted/);
    await expect(rig.ask("/metrics")).rejects.toThrow(/ECONNREFUSED/);
  });
});
