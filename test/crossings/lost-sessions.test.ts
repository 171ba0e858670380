import { describe, expect, it } from "vitest";
import type { HostSnapshot } from "../../src/model/index.ts";
import { fullBoard } from "../rig/boards/full-board.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { type OurClient, ourClientOf, SESSION_KINDS, type SessionKind } from "./our-client.ts";

/** BMCs that stop answering during a poll and come back: reported in time, and read again without help. */

const MODULE_TIMEOUT_MS = 6000;
/** Less patience than usual, to have it quickly; four tries take 4.5 s of silence before a session counts as lost. */
const settings = { tries: 2 };

const readable = fullBoard.sensors
  .filter((s) => s.availability !== "event-only")
  .reduce((n, s) => n + s.states.length, 0);

interface Bench {
  readonly sim: IpmiSim;
  readonly proxy: UdpProxy;
  readonly client: OurClient;
  poll(parts?: HostSnapshot["parts"][number]["part"][]): Promise<HostSnapshot>;
  close(): Promise<void>;
}

async function bench(kind: SessionKind["ours"] = {}): Promise<Bench> {
  const sim = await startIpmiSim();
  const proxy = await startUdpProxy(sim);
  const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", { login: kind, settings });
  return {
    sim,
    proxy,
    client,
    poll: (parts) => client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts }),
    async close() {
      await client.close();
      await proxy.close();
      await sim.stop();
    },
  };
}

/** Does something once, when the n-th packet of a direction comes. */
const atPacket = (proxy: UdpProxy, n: number, act: () => void): void => {
  proxy.reset();
  proxy.rule(({ direction, number }) => {
    if (direction === "to_bmc" && number === n) act();
    return undefined;
  });
};

const failed = (snapshot: HostSnapshot) => snapshot.parts.filter((p) => !p.ok).map((p) => [p.part, p.failure?.reason]);

withPeers(["ipmi_sim"], "a BMC that disappears", () => {
  describe.concurrent("and recovers", () => {
    it("killed during the SDR walk: the poll times out, the next one reads everything", async ({ expect }) => {
      const { sim, proxy, poll, close } = await bench();
      let killed: Promise<void> | undefined;
      atPacket(proxy, 200, () => {
        killed = sim.kill();
      });
      const broken = await poll(["power", "sensors", "sel"]);
      await killed;
      expect(broken.durationMs).toBeLessThan(MODULE_TIMEOUT_MS + 500);
      expect([broken.up, broken.chassis?.powerOn, broken.sensors]).toEqual([true, true, undefined]);
      expect(failed(broken)).toEqual([
        ["sensors", "timeout"],
        ["sel", "timeout"],
      ]);
      proxy.rule(undefined);
      await sim.restart();
      const recovered = await poll(["power", "sensors", "sel"]);
      expect([failed(recovered), recovered.sensors?.length]).toEqual([[], readable]);
      await close();
    });

    it("silent during the SDR walk: the next poll continues where the walk stopped", async ({ expect }) => {
      const { sim, proxy, client, poll, close } = await bench();
      proxy.rule(({ number }) => (number > 200 ? "drop" : undefined));
      const broken = await poll(["sensors"]);
      expect([broken.up, broken.failure?.reason, failed(broken)]).toEqual([false, "timeout", [["sensors", "timeout"]]]);
      const walked = client.reports.commands.filter((name) => name === "Get SDR").length;
      expect(walked).toBeGreaterThan(150);
      proxy.rule(undefined);
      client.reports.commands.length = 0;
      const recovered = await poll(["sensors"]);
      expect([failed(recovered), recovered.sensors?.length]).toEqual([[], readable]);
      const rest = client.reports.commands.filter((name) => name === "Get SDR").length;

      const whole = ourClientOf(sim, "admin");
      await whole.poll({ parts: ["sensors"] });
      const all = whole.reports.commands.filter((name) => name === "Get SDR").length;
      await whole.close();
      // Nothing was read twice but the record in flight.
      expect(rest).toBeLessThan(all - walked + 10);
      await close();
    });

    it.each(SESSION_KINDS)(
      "restarted between two polls over $title: the poll logs in again and reads everything",
      async ({ ours }) => {
        const { sim, client, poll, close } = await bench(ours);
        const first = await poll();
        expect(failed(first)).toEqual([]);
        await sim.restart();
        const second = await poll();
        expect([second.up, failed(second), second.sensors?.length]).toEqual([true, [], readable]);
        expect(second.sensors).toEqual(first.sensors);
        expect([client.reports.opened.length, client.reports.lost]).toEqual([2, 1]);
        const third = await poll();
        expect([failed(third), client.reports.opened.length]).toEqual([[], 2]);
        await close();
      },
    );

    it("restarted during a poll: the poll logs in again and reads everything", async ({ expect }) => {
      const { sim, proxy, client, poll, close } = await bench();
      const first = await poll(["power", "sensors"]);
      let restarted: Promise<void> | undefined;
      atPacket(proxy, 50, () => {
        restarted = sim.restart();
      });
      const second = await poll(["power", "sensors"]);
      await restarted;
      expect([second.up, failed(second), second.sensors?.length]).toEqual([true, [], readable]);
      expect(second.sensors).toEqual(first.sensors);
      expect([client.reports.opened.length, client.reports.lost]).toEqual([2, 1]);
      await close();
    });

    it("stopped between two polls: unreachable, then checked with one packet, then read again", async ({ expect }) => {
      const sim = await startIpmiSim();
      const client = ourClientOf(sim, "admin", { settings });
      const parts = ["power", "sensors"] as const;
      expect((await client.poll({ parts })).up).toBe(true);
      await sim.kill();
      const gone = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts });
      expect([gone.up, gone.sensors]).toEqual([false, undefined]);
      expect(["unreachable", "timeout"]).toContain(gone.failure?.reason);
      expect(gone.durationMs).toBeLessThan(MODULE_TIMEOUT_MS + 500);
      const still = await client.ping();
      expect([still.up, still.failure?.reason]).toEqual([false, "unreachable"]);
      await sim.restart();
      expect((await client.ping()).up).toBe(true);
      const back = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts });
      expect([back.up, back.sensors?.length]).toEqual([true, readable]);
      await client.close();
      await sim.stop();
    });

    it("silent between two polls: down in spite of cached data, then read again", async ({ expect }) => {
      const { proxy, poll, close } = await bench();
      expect((await poll()).up).toBe(true);
      proxy.rule(() => "drop");
      const gone = await poll();
      expect([gone.up, gone.failure?.reason, gone.controller]).toEqual([false, "no_answer", undefined]);
      proxy.rule(undefined);
      const back = await poll();
      expect([back.up, failed(back), back.sensors?.length]).toEqual([true, [], readable]);
      await close();
    });

    it("restarted with another event log: new records are reported once", async ({ expect }) => {
      const { sim, poll, close } = await bench();
      const first = await poll(["sel"]);
      expect(first.eventLog?.fresh).toHaveLength(fullBoard.sel.length);
      await sim.addEvent(0x02, [0, 0, 0, 0, 0x20, 0, 4, 4, 5, 1, 0x52, 8, 10]);
      await sim.restart();
      const second = await poll(["sel"]);
      expect(second.eventLog?.fresh.map((e) => e.event)).toEqual(["lower_critical_going_low"]);
      await close();
    });
  });
});
