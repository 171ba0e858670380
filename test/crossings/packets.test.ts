import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { fullBoard } from "../rig/boards/full-board.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { type ProxyPacket, startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type OurClient, ourClientOf, SESSION_KINDS, type SessionKind } from "./our-client.ts";

/** What a poll costs, counted on the wire. Time is simulated, packets are real. */

const readable = fullBoard.sensors
  .filter((s) => s.availability !== "event-only")
  .reduce((n, s) => n + s.states.length, 0);

interface Bench {
  readonly sim: IpmiSim;
  readonly proxy: UdpProxy;
  readonly client: OurClient;
  readonly clock: FakeClock;
  /** A poll of everything, and what was sent for it. */
  poll(): Promise<{
    readonly sent: readonly ProxyPacket[];
    readonly received: number;
    readonly commands: readonly string[];
  }>;
  close(): Promise<void>;
}

async function bench(ours: SessionKind["ours"], settings: { readonly intervalMs?: number } = {}): Promise<Bench> {
  const sim = await startIpmiSim();
  const proxy = await startUdpProxy(sim);
  const clock = new FakeClock({ wallMs: Date.now() });
  const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
    login: ours,
    clock,
    settings,
  });
  return {
    sim,
    proxy,
    client,
    clock,
    async poll() {
      proxy.reset();
      client.reports.commands.length = 0;
      const snapshot = await client.poll();
      expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
      const sent = proxy.packets.filter((p) => p.direction === "to_bmc");
      return { sent, received: proxy.count("to_console"), commands: [...client.reports.commands] };
    },
    async close() {
      await client.close();
      await proxy.close();
      await sim.stop();
    },
  };
}

const SETUP: readonly ProxyPacket["kind"][] = ["sessionless", "open_session_request", "rakp_1", "rakp_3"];

withPeers(["ipmi_sim"], "the packets of a poll", () => {
  describe.each(SESSION_KINDS)("over $title", ({ ours }) => {
    it("are one request per readable sensor plus at most six, from the second poll on, in one session", async () => {
      const { client, clock, poll, close } = await bench(ours);
      const first = await poll();
      expect(first.sent.length).toBeGreaterThan(readable + 100);
      for (let round = 2; round <= 4; round++) {
        // The BMC's session lives on real time, ours on simulated time: keep-alives are another test's matter.
        await clock.advance(20_000);
        const { sent, received, commands } = await poll();
        expect(commands.filter((name) => name === "Get Sensor Reading")).toHaveLength(readable);
        expect(
          sent.length - readable,
          `poll ${round}: ${commands.filter((c) => c !== "Get Sensor Reading")}`,
        ).toBeLessThanOrEqual(6);
        // One packet there and one back for each command: nothing was sent twice.
        expect([sent.length, received]).toEqual([commands.length, commands.length]);
        expect(sent.filter((p) => SETUP.includes(p.kind)).map((p) => p.kind)).toEqual([]);
      }
      expect([client.reports.opened.length, client.reports.retransmitted]).toEqual([1, 0]);
      await close();
    });
  });

  it("are four more after the session was closed: the login, and whether it is still the same BMC", async () => {
    const { client, clock, poll, close } = await bench({ cipherSuites: [3] }, { intervalMs: 10 * 60_000 });
    await poll();
    // Such an interval is longer than a session lasts: it was closed.
    expect(client.reports.closed).toBe(1);
    await clock.advance(10 * 60_000);
    const { sent, commands } = await poll();
    expect(sent.filter((p) => SETUP.includes(p.kind)).map((p) => p.kind)).toEqual([
      "open_session_request",
      "rakp_1",
      "rakp_3",
    ]);
    expect(commands).not.toContain("Get Channel Authentication Capabilities");
    expect(commands.filter((name) => name === "Get Device ID")).toHaveLength(1);
    expect(sent.length - readable).toBeLessThanOrEqual(6 + 4 + 1);
    await close();
  });

  it("include a keep-alive every 25 seconds until the second poll after, and none later", async () => {
    const { client, proxy, clock, poll, close } = await bench({ cipherSuites: [3] }, { intervalMs: 60_000 });
    await poll();
    proxy.reset();
    const beats: number[] = [];
    for (let seconds = 0; seconds < 300; seconds += 25) {
      await clock.advance(25_000);
      await sleep(30);
      beats.push(proxy.count("to_bmc"));
    }
    // Two intervals are 120 s: at 25, 50, 75 and 100 s.
    expect(beats.slice(0, 6)).toEqual([1, 2, 3, 4, 4, 4]);
    expect(beats.at(-1)).toBe(4);
    expect(client.reports.lost).toBe(0);
    const { sent } = await poll();
    expect(sent.filter((p) => p.kind === "open_session_request")).toHaveLength(1);
    await close();
  });

  it("need no new session after a usual interval", async () => {
    const { client, clock, poll, close } = await bench({ cipherSuites: [3] }, { intervalMs: 60_000 });
    await poll();
    // Steps end when the keep-alive goes out, so that its answer has real time to come.
    for (const seconds of [25, 25, 10]) {
      await clock.advance(seconds * 1000);
      await sleep(30);
    }
    const { sent } = await poll();
    expect(sent.filter((p) => SETUP.includes(p.kind)).map((p) => p.kind)).toEqual([]);
    expect(client.reports.opened).toEqual(["2.0"]);
    await close();
  });

  it("are one packet to check whether a silent BMC is back", async () => {
    const { client, proxy, close } = await bench({ cipherSuites: [3] });
    expect((await client.ping()).up).toBe(true);
    expect(proxy.packets.map((p) => [p.direction, p.command])).toEqual([
      ["to_bmc", "06/38"],
      ["to_console", "07/38"],
    ]);
    await close();
  });
});
