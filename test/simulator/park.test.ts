import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { BmcPool, SdrCache, Severities } from "../../src/bmc/index.ts";
import { loadSeverityRules } from "../../src/config/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { type Host, type HostSnapshot, PART_NAMES } from "../../src/model/index.ts";
import { BOARD_NAMES, Park, type ParkOptions, parseTimetable, serveControl } from "../../src/simulator/index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: Partial<ParkOptions> = {}): Promise<Park> {
  const park = await Park.open({ racks: 1, hostsPerRack: 2, port: 0, ...options });
  closing.push(() => park.close());
  return park;
}

async function poller(): Promise<(park: Park, name: string) => Promise<HostSnapshot>> {
  const severities = new Severities(await loadSeverityRules());
  const transport = new UdpTransport();
  const login = { credentials: credentials("monitor", "monitor"), privilege: 2 };
  const pool = new BmcPool({
    transport,
    clock: systemClock,
    cache: new SdrCache(),
    severities: () => severities,
    settingsOf: async () => ({
      protocol: "auto",
      login,
      port: 623,
      parts: PART_NAMES,
      intervalMs: 60_000,
      slowIntervalMs: 3_600_000,
      bridge: false,
      quirks: [],
    }),
  });
  closing.push(async () => {
    await pool.close();
    await transport.close();
  });
  return (park, name) => {
    const at = park.hosts.find((h) => h.name === name);
    if (!at) throw new Error(`no ${name}`);
    const { address, port } = at;
    const host: Host = { name, address, port, module: "default", auth: "default", place: {}, labels: {} };
    return pool.poll(host, { purpose: "round", signal: AbortSignal.timeout(10_000) });
  };
}

describe("a park", () => {
  it("has machines of every board, which our client reads completely and finds healthy", async () => {
    const park = await open({ racks: BOARD_NAMES.length, hostsPerRack: 1 });
    const poll = await poller();
    for (const { name, board } of park.hosts) {
      const snapshot = await poll(park, name);
      expect(snapshot.failure, board).toBeUndefined();
      expect(
        snapshot.parts.filter((p) => !p.ok),
        board,
      ).toEqual([]);
      const sick = snapshot.sensors?.filter((s) => (s.health ?? 0) > 0).map((s) => [s.name, s.value, s.states]);
      expect(sick, board).toEqual([]);
      expect(snapshot.sensors?.length, board).toBeGreaterThan(20);
      expect(
        snapshot.sensors?.some((s) => s.quantity === "temperature" && s.value !== undefined),
        board,
      ).toBe(true);
    }
  });

  it("shows a fault in the readings until it is cleared", async () => {
    const park = await open();
    const poll = await poller();
    const inputLost = async (): Promise<boolean> =>
      (await poll(park, "r1u02")).sensors?.some((s) => s.states.includes("input_lost")) ?? false;
    expect(await inputLost()).toBe(false);
    const { id } = park.inject("r1u02", "psu_input_lost");
    expect(await inputLost()).toBe(true);
    expect(park.end(id)).toBe(true);
    expect(park.end(id)).toBe(false);
    expect(await inputLost()).toBe(false);
  });

  it("names unknown targets, faults and values", async () => {
    const park = await open();
    expect(() => park.inject("r7", "fan_stopped")).toThrow("unknown host or rack r7; hosts have names like r1u02");
    expect(() => park.inject("r1u02", "fan_stoped")).toThrow("fan_stoped");
    expect(() => park.inject("r1", "fan_stopped")).toThrow("fan_stopped is a fault of a host, not of r1");
    expect(() => park.inject("r1u02", "fan_stopped", { fan: 99 })).toThrow("fan must be a number from 1 to");
  });
});

describe("the control of a park", () => {
  it("lists targets for Prometheus, injects faults and clears them", async () => {
    const park = await open();
    const server = await serveControl(park, 0);
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const post = (body: unknown) =>
      fetch(`${base}/faults`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify(body),
      });
    const sd = (await (await fetch(`${base}/sd`)).json()) as { targets: string[]; labels: Record<string, string> }[];
    expect(sd[0]).toEqual({
      targets: [`${park.hosts[0]?.address}:${park.hosts[0]?.port}`],
      labels: { host: "r1u02", rack: "r1", position: "02", model: BOARD_NAMES[0] },
    });
    const begun = await post({ target: "r1u02", fault: "fan_stopped", parameters: { fan: 1 }, for: "1h" });
    expect(begun.status).toBe(201);
    const { id } = (await begun.json()) as { id: number };
    expect(park.faults.map((f) => [f.id, f.active.name])).toEqual([[id, "fan_stopped"]]);
    const refused = await post({ target: "r1u02", fault: "fan_stopped", fan: 1 });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: 'unknown field "fan"; the fields are target, fault, parameters, for' },
    ]);
    const odd = await post({ target: "r1u02", fault: "fan_stopped", parameters: { fan: { toString: 1 } } });
    expect([odd.status, await odd.json()]).toEqual([400, { error: "parameter fan must be a number or a string" }]);
    expect((await fetch(`${base}/faults/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${base}/faults/${id}`, { method: "DELETE" })).status).toBe(400);
    server.closeAllConnections();
  });
});

describe("a timetable", () => {
  it("is read with its defaults", () => {
    expect(parseTimetable("- { at: 30s, target: r1u02, fault: fan_stopped, for: 5m }")).toEqual([
      { at: 30_000, target: "r1u02", fault: "fan_stopped", parameters: {}, for: 300_000 },
    ]);
    expect(parseTimetable("")).toEqual([]);
  });

  it.each([
    ["- { at: soon, target: a, fault: b }", 'entry 0.at: "soon" is not a duration; write e.g. 30s or 5m'],
    ["- { at: 1s, target: a, fault: b, fro: 5m }", "fro"],
    ["- { at: 1s", "not valid YAML"],
  ])("refuses %s with a message that names the mistake", (text, message) => {
    expect(() => parseTimetable(text)).toThrow(message);
  });
});
