import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TargetGroup } from "../../src/web/sd.ts";
import { partsOf, Rig, unpolled } from "./rig.ts";

const records = [
  unpolled("a1", { place: { room: "x", rack: "r1", position: "07" }, labels: { "asset-tag": "42" } }),
  unpolled("b1", { place: { room: "y", rack: "r1" } }),
  unpolled("c1", { place: { rack: "r1" } }),
  unpolled("d1"),
];
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start(partsOf(records));
});
afterAll(() => rig.stop());

async function groups(query: string): Promise<TargetGroup[]> {
  const { status, headers, text } = await rig.ask(`/sd${query}`);
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  return JSON.parse(text) as TargetGroup[];
}

/** What Prometheus would scrape: path and parameters of a target. */
function urlOf({ labels }: TargetGroup): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(labels))
    if (name.startsWith("__param_")) parameters.set(name.slice("__param_".length), value);
  return `${labels.__metrics_path__}?${parameters.toString()}`;
}

describe("/sd", () => {
  it.each(["", "?by=host", "?by=rack", "?by=slice&slices=3"])(
    "%s leads to every host once, and to the exporter itself",
    async (query) => {
      const all = await groups(query);
      const hosts: string[] = [];
      for (const group of all) {
        const { status, text } = await rig.ask(urlOf(group).replace(/\?$/, ""));
        expect(status, urlOf(group)).toBe(200);
        hosts.push(...[...text.matchAll(/^bmc_up\{host="(\w+)"/gm)].map(([, name = ""]) => name));
      }
      expect(hosts.sort()).toEqual(["a1", "b1", "c1", "d1"]);
      expect(all.at(-1)?.labels.__metrics_path__).toBe("/metrics/self");
      expect(new Set(all.map(({ labels }) => labels.instance)).size).toBe(all.length);
      expect(new Set(all.flatMap(({ targets }) => targets))).toEqual(new Set([`127.0.0.1:${rig.port}`]));
    },
  );

  it("has only text values, and no empty one, which Prometheus would drop", async () => {
    for (const query of ["?by=host", "?by=rack", "?by=slice", "?by=probe"])
      for (const { labels } of await groups(query))
        for (const [name, value] of Object.entries(labels)) {
          expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
          expect(value).toEqual(expect.stringMatching(/./));
        }
  });

  it("has place and labels of the inventory for relabelling", async () => {
    expect((await groups("?by=host"))[0]?.labels).toEqual({
      __metrics_path__: "/metrics",
      __param_host: "a1",
      instance: "a1",
      __meta_lightsout_module: "default",
      __meta_lightsout_asset_tag: "42",
      __meta_lightsout_room: "x",
      __meta_lightsout_rack: "r1",
      __meta_lightsout_position: "07",
    });
  });

  it("puts host and place on the targets of probes, because their metrics have none", async () => {
    expect((await groups("?by=probe"))[0]?.labels).toMatchObject({
      __metrics_path__: "/probe",
      __param_target: "a1",
      instance: "a1",
      host: "a1",
      room: "x",
      rack: "r1",
      position: "07",
    });
  });

  it("makes ten slices by default", async () => {
    expect((await groups("?by=slice")).map(({ labels }) => labels.__param_slice).slice(0, 10)).toEqual(
      Array.from({ length: 10 }, (_, index) => `${index}/10`),
    );
  });

  it.each([
    ["?by=room", 'by must be one of host, rack, slice, probe, not "room"'],
    ["?by=slice&slices=0", 'slices must be a number from 1 to 10000, not "0"'],
    ["?slices=4", "slices is allowed with by=slice only"],
    ["?rack=r1", 'unknown parameter "rack" (/sd has by, slices)'],
  ])("answers 400 to %s", async (query, message) => {
    const { status, text } = await rig.ask(`/sd${query}`);
    expect(status).toBe(400);
    expect(text).toContain(message);
  });

  it("uses the Host header, unless it is invalid or an address is configured", async () => {
    const asked = await rig.ask("/sd", { headers: { Host: "bmc-exporter.example.org" } });
    expect((JSON.parse(asked.text) as TargetGroup[])[0]?.targets).toEqual(["bmc-exporter.example.org"]);
    expect((await rig.ask("/sd", { headers: { Host: "a<b>" } })).status).toBe(400);
    const other = await Rig.start(partsOf(records, { advertisedAddress: "lightsout:9623" }));
    const { text } = await other.ask("/sd");
    await other.stop();
    expect((JSON.parse(text) as TargetGroup[])[0]?.targets).toEqual(["lightsout:9623"]);
  });
});
