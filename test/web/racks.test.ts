import { afterEach, describe, expect, it } from "vitest";
import { Health, type HostRecord, type HostSnapshot, type Place, type Sensor } from "../../src/model/index.ts";
import type { WebParts } from "../../src/web/index.ts";
import { failures, host, record, sensor, snapshot } from "../exposition/records.ts";
import { fleet } from "./fleet.ts";
import { partsOf, Rig, unpolled } from "./rig.ts";

let rig: Rig;
const start = async (records: readonly HostRecord[], more: Partial<WebParts> = {}): Promise<void> => {
  rig = await Rig.start(partsOf(records, more));
};
afterEach(() => rig?.stop());

const inlet = (value: number, more: Partial<Sensor> = {}): Sensor =>
  sensor("20/0/01", { name: "Inlet Temp", role: "inlet", quantity: "temperature", value, health: Health.Ok, ...more });
const fan = (value: number): Sensor =>
  sensor("20/0/02", { name: "Fan 1", kind: "fan", quantity: "fan_speed", value, health: Health.Ok });

const standing = (name: string, place: Place, more: Partial<HostSnapshot> = {}): HostRecord => ({
  ...record(snapshot(name, { sensors: [inlet(22)], ...more })),
  host: host(name, { place }),
});
const drawing = (currentWatts: number): Partial<HostSnapshot> => ({ consumption: { source: "dcmi", currentWatts } });
const silent = (name: string, place: Place): HostRecord => ({
  ...standing(name, place, {
    up: false,
    failure: { stage: "open_session", reason: "no_answer", message: `${name}: silent` },
  }),
  failures: failures({ no_answer: 1 }),
});

interface Cell {
  readonly colour: string;
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

const textOf = (markup: string): string =>
  markup
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The racks of a page, each with its head and its cells from the top; "gap2" for two empty places. */
function racksOf(page: string): { readonly head: string; readonly units: readonly (Cell | string)[] }[] {
  return page
    .split('<li class="rack')
    .slice(1)
    .map((part) => {
      const [head = "", units = ""] = part.split("</section>")[0]?.split('<ul class="units"') ?? [];
      const found = units.matchAll(
        /<li class="gap (gap\d)"|<a class="cell ([^"]*)" href="([^"]*)" title="([^"]*)">(.*?)<\/a>/g,
      );
      return {
        head: textOf(`<${head}`),
        units: [...found].map(([, gap, colour = "", href = "", title = "", text = ""]) =>
          gap === undefined ? { colour, href, title, text: textOf(text) } : gap,
        ),
      };
    });
}
const ask = async (path: string): Promise<ReturnType<typeof racksOf>> => racksOf((await rig.ask(path)).text);
const cells = (units: readonly (Cell | string)[] = []): Cell[] => units.filter((unit) => typeof unit !== "string");
const names = (units: readonly (Cell | string)[] = []): string[] =>
  units.map((unit) => (typeof unit === "string" ? unit : unit.href.replace("/hosts/", "")));

describe("the racks of the landing page", () => {
  it("are in the order of their place, hosts without a rack last", async () => {
    await start([
      standing("loose", { room: "a" }),
      standing("d", { room: "b", rack: "r1" }),
      standing("c", { room: "a", rack: "r10" }),
      standing("b", { room: "a", rack: "r2" }),
      standing("a", { room: "a", rack: "r2" }),
    ]);
    const { text } = await rig.ask("/");
    const racks = racksOf(text);
    expect(racks.map(({ head }) => head.replace(/ \d+ host.*/, ""))).toEqual([
      expect.stringMatching(/r2$/),
      expect.stringMatching(/r10$/),
      expect.stringMatching(/r1$/),
      expect.stringMatching(/no rack$/),
    ]);
    expect(names(racks[0]?.units)).toEqual(["a", "b"]);
    expect([...text.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, where]) => where)).toEqual(["room a", "room b"]);
    expect(text).toContain('href="/?without=rack"');
    expect(names((await ask("/?without=rack"))[0]?.units)).toEqual(["loose"]);
  });

  it("have the lowest unit at the bottom, gaps for empty places, and unknown positions on top", async () => {
    const at = (name: string, position?: string): HostRecord =>
      standing(name, { rack: "r1", ...(position && { position }) });
    await start([
      at("low", "03"),
      at("twin-b", "05"),
      at("twin-a", "05"),
      at("mid", "07"),
      at("high", "40"),
      at("n10"),
      at("n9"),
    ]);
    const [rack] = await ask("/");
    expect(names(rack?.units)).toEqual(["n9", "n10", "gap1", "high", "gap3", "mid", "twin-a", "twin-b", "low", "gap1"]);
    expect(cells(rack?.units)[2]).toMatchObject({ text: "40 high ok", title: "high, position 40: ok" });
  });

  it("show in words what the colours mean, and why", async () => {
    const rack = { rack: "r1" };
    const off = standing("off", rack, { chassis: { powerOn: false, faults: {} } as HostSnapshot["chassis"] });
    const fault = { power: false, drive: true };
    await start([
      standing("well", rack),
      standing("ill", rack, {
        sensors: [
          sensor("20/0/05", { name: "PSU 2", kind: "power_supply", health: Health.Warning }),
          inlet(44, { health: Health.Critical }),
        ],
        chassis: { powerOn: true, faults: fault } as unknown as HostSnapshot["chassis"],
      }),
      silent("silent", rack),
      unpolled("new", { place: rack }),
      { ...standing("stale", rack), snapshot: undefined },
      off,
    ]);
    const [column] = await ask("/");
    expect(column?.head).toMatch(/r1 6 hosts 3 with problems$/);
    expect(Object.fromEntries(cells(column?.units).map(({ href, ...rest }) => [href.slice(7), rest]))).toEqual({
      ill: { colour: "critical", text: "ill critical", title: "ill: critical: Inlet Temp, PSU 2, drive fault" },
      new: { colour: "waiting", text: "new not polled", title: "new: not polled; waiting" },
      off: { colour: "quiet", text: "off off", title: "off: off; ok" },
      silent: { colour: "down", text: "silent down", title: "silent: down: no answer at open session" },
      stale: { colour: "down", text: "stale stale", title: "stale: stale; down" },
      well: { colour: "ok", text: "well ok", title: "well: ok" },
    });
    const hot = cells((await ask("/?by=inlet"))[0]?.units).find(({ href }) => href === "/hosts/ill");
    expect(hot).toMatchObject({ colour: "heat7 mark-critical", text: "ill 44.0 °C , critical" });
  });

  it.each([
    [17.9, "heat0"],
    [18, "heat1"],
    [26.9, "heat3"],
    [27, "heat4"],
    [34.9, "heat6"],
    [35, "heat7"],
    [-3, "heat0"],
  ])("colour an inlet of %d degrees %s", async (value, colour) => {
    await start([
      standing(
        "a",
        { rack: "r1" },
        { sensors: [inlet(value), sensor("20/0/07", { quantity: "temperature", role: "cpu", value: 90 })] },
      ),
    ]);
    expect(cells((await ask("/?by=inlet"))[0]?.units)[0]).toMatchObject({ colour, text: `a ${value.toFixed(1)} °C` });
  });

  it("summarise a rack: mean and maximum, or its power against its budget", async () => {
    const r1 = { room: "a", rack: "r1" };
    await start(
      [
        standing("a", r1, { ...drawing(1300), sensors: [inlet(20), fan(4000), fan(12000), fan(12000)] }),
        standing("b", r1, { ...drawing(700), sensors: [inlet(31), fan(12000), fan(12000)] }),
        standing("c", r1, { sensors: [] }),
        { ...silent("d", r1), snapshot: { ...snapshot("d", drawing(9000)), up: false } },
        standing("e", { room: "b", rack: "r1" }, { ...drawing(500), sensors: [] }),
      ],
      { rackBudgets: () => [{ place: r1, watts: 2400 }] },
    );
    const heads = async (by: string): Promise<string[]> =>
      (await ask(`/?by=${by}&view=columns`)).map(({ head }) => head);
    expect(await heads("inlet")).toEqual([
      expect.stringMatching(/r1 2 of 4 hosts report it mean 25\.5, max 31\.0 °C$/),
      expect.stringMatching(/no values$/),
    ]);
    expect(await heads("fan")).toEqual([
      expect.stringMatching(/2 of 4 hosts report it slowest 33 % of its siblings$/),
      expect.stringMatching(/no values$/),
    ]);
    const { text } = await rig.ask("/?by=power");
    expect(racksOf(text).map(({ head }) => head)).toEqual([
      expect.stringMatching(/2 of 4 hosts report it 2 kW of 2\.4 kW, 83 %$/),
      expect.stringMatching(/500 W$/),
    ]);
    expect(text).toContain('<rect class="bar-warning" width="83.3"');
  });

  it("scale the colours of power to most hosts, so that an outlier does not make the others look alike", async () => {
    const hosts = Array.from({ length: 60 }, (_, n) => standing(`n${n}`, { rack: `r${n % 6}` }, drawing(200 + n * 4)));
    await start([...hosts, standing("giant", { rack: "r1" }, drawing(9000))]);
    const racks = await ask("/?by=power");
    const colours = new Map(racks.flatMap(({ units }) => cells(units)).map(({ href, colour }) => [href, colour]));
    expect(new Set(colours.values()).size).toBeGreaterThanOrEqual(5);
    expect(colours.get("/hosts/giant")).toBe("load5");
    expect(colours.get("/hosts/n0")).toBe("load0");
    const { text } = await rig.ask("/?by=power");
    expect(textOf(text)).toMatch(/under 250 250 to 300 .* 450 W and more down not polled yet no value/);
  });

  it("keep the measure, the filter and the place in every link", async () => {
    await start(fleet(1000));
    const { text } = await rig.ask("/?by=inlet&q=node&room=vil1&state=ok&racks=2");
    for (const href of [
      "/?q=node&amp;state=ok&amp;racks=2&amp;room=vil1",
      "/?q=node&amp;state=ok&amp;by=power&amp;racks=2&amp;room=vil1",
      "/?q=node&amp;state=down&amp;by=inlet&amp;room=vil1",
      "/?q=node&amp;state=ok&amp;by=inlet&amp;racks=1&amp;room=vil1",
      "/?room=vil1&amp;rack=r22&amp;by=inlet",
    ])
      expect(text).toContain(`href="${href}"`);
    expect(text).toContain('<input type="hidden" name="by" value="inlet">');
    expect(text).toContain('aria-current="true">Inlet temperature');
  });

  it("are shown in pages beside an overview of all", async () => {
    await start(fleet(2000));
    const first = await rig.ask("/?view=columns");
    const racks = racksOf(first.text);
    expect(racks).toHaveLength(20);
    expect(racks.flatMap(({ units }) => cells(units))).toHaveLength(800);
    expect(textOf(first.text)).toContain("Racks 1 to 20 of 50. next racks");
    const tiles = first.text.split('class="overview')[1]?.split("</div>")[0] ?? "";
    expect([...tiles.matchAll(/<li>/g)]).toHaveLength(50);
    expect([...tiles.matchAll(/aria-current/g)]).toHaveLength(20);
    const last = await ask("/?racks=999999");
    expect([last.length, last.at(-1)?.head]).toEqual([10, expect.stringContaining("r50")]);
    for (const by of ["inlet", "power", "fan"]) expect((await ask(`/?by=${by}&view=columns`)).length, by).toBe(20);
  });

  it("show the worst hosts if one group has too many", async () => {
    const many = Array.from({ length: 500 }, (_, index) => standing(`n${index}`, {}));
    await start([...many, silent("n900", {})]);
    const { text } = await rig.ask("/");
    const [loose] = racksOf(text);
    expect(cells(loose?.units)).toHaveLength(128);
    expect(names(loose?.units).at(-1)).toBe("n900");
    expect(textOf(text)).toContain("the worst 128; the list has 373 more");
  });

  it.each([
    ["by=heat", "by must be one of health, limit, inlet, power, fan"],
    ["racks=0", "racks must be a number from 1"],
    ["without=hosts", `without: "hosts" is not one of site, room, row, rack`],
  ])("answer 400 to ?%s", async (query, message) => {
    await start([]);
    const { status, text } = await rig.ask(`/?${query}`);
    expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  });

  it("let polls run while the hosts are processed", async () => {
    await start(fleet(2000));
    let turns = 0;
    const tick = (): void => {
      turns++;
      timer = setImmediate(tick);
    };
    let timer = setImmediate(tick);
    await rig.ask("/?by=inlet");
    clearImmediate(timer);
    // Ten batches of hosts and twenty racks; a page made in one piece lets two or three pass.
    expect(turns).toBeGreaterThan(30);
  });
});

describe("the measures", () => {
  const coloured = async (by: string): Promise<Cell[]> => cells((await ask(`/?by=${by}`))[0]?.units);

  it("name the temperature that is nearest to its limit, on any board", async () => {
    const rack = { rack: "r1" };
    const at = (name: string, value: number, limit?: number, more: Partial<Sensor> = {}): Sensor =>
      sensor(name, {
        name,
        quantity: "temperature",
        value,
        ...(limit && { thresholds: { upper_critical: limit } }),
        ...more,
      });
    await start([
      standing("a", rack, { sensors: [at("CPU1", 90, 100), at("Inlet", 20, 45), at("VRM", 50)] }),
      standing("b", rack, { sensors: [at("Margin", -10, 1, { role: "margin" }), at("PCH", 40, 80)] }),
      standing("c", rack, { sensors: [at("T", 40)] }),
    ]);
    expect(await coloured("limit")).toMatchObject([
      { colour: "heat5", text: "a 90 %", title: "a: 90 % (CPU1); unknown" },
      { colour: "heat1", text: "b 50 %" },
      { colour: "quiet", text: "c no value" },
    ]);
  });

  it("use the air or system temperature of boards without an inlet, and say so", async () => {
    const rack = { rack: "r1" };
    const at = (name: string, role?: string): Sensor =>
      sensor(name, { name, quantity: "temperature", value: 25, ...(role && { role }) });
    await start([
      standing("a", rack, { sensors: [at("Inlet Temp", "inlet"), at("System Temp", "board")] }),
      standing("b", rack, { sensors: [at("CPU Temp", "cpu"), at("System Temp", "board")] }),
      standing("c", rack, { sensors: [at("Front Panel"), at("Sys Air", "board")] }),
      standing("d", rack, { sensors: [at("Exhaust", "exhaust")] }),
    ]);
    const titles = (await coloured("inlet")).map(({ title }) => title);
    expect(titles.map((title) => /\((.*)\)/.exec(title)?.[1])).toEqual([
      undefined,
      "System Temp",
      "Front Panel",
      undefined,
    ]);
    expect(titles[3]).toContain("no value");
  });

  it("show a stopped fan as the worst, whatever the unit of the fans is", async () => {
    const rack = { rack: "r1" };
    const fans = (quantity: "fan_speed" | "fan_ratio", ...values: readonly number[]): Sensor[] =>
      values.map((value, i) => sensor(`f${i}`, { name: `Fan ${i}`, kind: "fan", quantity, value }));
    await start([
      standing("a", rack, { sensors: fans("fan_speed", 9000, 0, 9100) }),
      standing("b", rack, { sensors: fans("fan_ratio", 0.5, 0.5, 0.49) }),
      standing("c", rack, { sensors: fans("fan_speed", 14_400) }),
      standing("d", rack, { sensors: fans("fan_speed", 0) }),
      standing("e", rack, { sensors: fans("fan_speed", 0, 0), chassis: { powerOn: false } }),
    ]);
    expect(await coloured("fan")).toMatchObject([
      { colour: "heat7", text: "a 0 %", title: expect.stringContaining("(Fan 1)") },
      { colour: "heat0", text: "b 98 %" },
      { colour: "quiet", text: "c no value" },
      { colour: "heat7", text: "d 0 %" },
      { colour: "quiet", text: "e off" },
    ]);
  });
});
