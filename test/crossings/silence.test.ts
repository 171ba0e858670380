import { createSocket, type Socket } from "node:dgram";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { HostSnapshot } from "../../src/model/index.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy } from "../rig/udp-proxy.ts";
import { ourClient, ourClientOf } from "./our-client.ts";

/** Hosts that are no BMCs, or not now: the right reason within the module's time-out. */

const MODULE_TIMEOUT_MS = 10_000;

interface Listener {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A host that does something of its own with each packet. */
async function listener(
  react: (packet: Buffer, from: { address: string; port: number }, socket: Socket) => void,
): Promise<Listener> {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  socket.on("message", (packet, from) => react(packet, from, socket));
  return {
    address: "127.0.0.1",
    port: socket.address().port,
    close: () => new Promise<void>((done) => socket.close(() => done())),
  };
}

async function pollOf(at: { address: string; port: number }): Promise<HostSnapshot> {
  const client = ourClient(at);
  const snapshot = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS });
  await client.close();
  return snapshot;
}

describe.concurrent("a host that is no BMC", () => {
  it("is unreachable without delay if its port is closed", async ({ expect }) => {
    const reserved = await reservePort();
    const snapshot = await pollOf({ address: "127.0.0.1", port: reserved.port });
    reserved.release();
    expect(snapshot.failure).toMatchObject({ reason: "unreachable", stage: "channel_auth_capabilities" });
    expect(snapshot.durationMs).toBeLessThan(3000);
  });

  it("is reported as no_answer if it is silent", async ({ expect }) => {
    const silent = await listener(() => {});
    const snapshot = await pollOf(silent);
    await silent.close();
    expect(snapshot.failure).toMatchObject({ reason: "no_answer", stage: "channel_auth_capabilities" });
    expect(snapshot.durationMs).toBeLessThan(MODULE_TIMEOUT_MS);
  });

  it("is reported as no_answer with a timeout shorter than the retransmissions", async ({ expect }) => {
    const silent = await listener(() => {});
    const client = ourClient(silent);
    const snapshot = await client.poll({ timeoutMs: 1500 });
    await client.close();
    await silent.close();
    expect(snapshot.failure?.reason).toMatch(/^(no_answer|timeout)$/);
    expect(snapshot.durationMs).toBeLessThan(2000);
  });

  it("is reported as protocol_error if it answers with garbage", async ({ expect }) => {
    const answers: readonly ((packet: Buffer) => Buffer)[] = [
      () => Buffer.from("220 not a BMC\r\n"),
      (packet) => packet,
      (packet) => packet.subarray(0, 14),
      () => Buffer.alloc(0),
      () => Buffer.alloc(4000, 0x06),
    ];
    const ask = async (answer: (packet: Buffer) => Buffer): Promise<HostSnapshot> => {
      const garbage = await listener((packet, from, socket) => socket.send(answer(packet), from.port, from.address));
      const snapshot = await pollOf(garbage);
      await garbage.close();
      return snapshot;
    };
    for (const { failure, durationMs } of await Promise.all(answers.map(ask))) {
      expect(failure).toMatchObject({ reason: "protocol_error", stage: "channel_auth_capabilities" });
      expect(durationMs).toBeLessThan(MODULE_TIMEOUT_MS);
    }
  });
});

withPeers(["ipmi_sim"], "a BMC behind a bad network", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  describe.concurrent("and what becomes of a poll", () => {
    it("is ignored if it answers from another port", async ({ expect }) => {
      const others: Socket[] = [];
      const host = await listener((packet, from) => {
        const other = createSocket("udp4");
        others.push(other);
        other.on("message", (answer) => other.send(answer, from.port, from.address));
        other.send(packet, sim.port, sim.address);
      });
      const snapshot = await pollOf(host);
      for (const other of others) other.close();
      await host.close();
      expect(snapshot.failure).toMatchObject({ reason: "no_answer", stage: "channel_auth_capabilities" });
    });

    it("is reported as no_free_session while its sessions are in use, and read when one is free", async ({
      expect,
    }) => {
      const full = await startIpmiSim();
      const clients = Array.from({ length: 63 }, () => ourClientOf(full, "admin", { login: { cipherSuites: [3] } }));
      for (const client of clients) expect((await client.poll({ parts: ["power"] })).up).toBe(true);
      const late = ourClientOf(full, "admin", { login: { cipherSuites: [3] } });
      const refused = await late.poll({ parts: ["power"] });
      expect(refused.failure).toMatchObject({ reason: "no_free_session", stage: "open_session" });
      await clients[0]?.close();
      expect((await late.poll({ parts: ["power"] })).failure).toBeUndefined();
      for (const client of [late, ...clients.slice(1)]) await client.close();
      await full.stop();
    });

    it("is read through a network that loses, duplicates and delays packets", async ({ expect }) => {
      const proxy = await startUdpProxy(sim);
      proxy.rule(({ kind, number }) => {
        if (kind !== "ipmi_2.0") return undefined;
        if (number % 23 === 0) return "drop";
        if (number % 7 === 0) return "duplicate";
        return number % 11 === 0 ? { delayMs: 20 } : undefined;
      });
      const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
        login: { cipherSuites: [3] },
      });
      const parts = ["power", "sel", "watchdog"] as const;
      const direct = ourClientOf(sim, "admin");
      const expected = await direct.poll({ parts });
      await direct.close();
      const snapshot = await client.poll({ parts });
      expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
      expect(snapshot.eventLog?.fresh).toEqual(expected.eventLog?.fresh);
      expect(client.reports.retransmitted).toBeGreaterThan(0);
      expect(client.reports.dropped).toContain("late_or_duplicate");
      await client.close();
      await proxy.close();
    });

    it("is read through a network that damages packets, which are discarded", async ({ expect }) => {
      const proxy = await startUdpProxy(sim);
      proxy.rule(({ kind, direction, number, bytes }) => {
        if (kind !== "ipmi_2.0" || direction !== "to_console" || number % 3 !== 0) return undefined;
        const damaged = Buffer.from(bytes);
        const at = 16 + (number % Math.max(1, bytes.length - 16));
        damaged[at] = (damaged[at] ?? 0) ^ 0x10;
        return { replace: damaged };
      });
      const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
        login: { cipherSuites: [3] },
      });
      const snapshot = await client.poll({ parts: ["power", "watchdog"] });
      expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
      expect(client.reports.dropped).toContain("bad_integrity");
      await client.close();
      await proxy.close();
    });

    it("restarts the login from Open Session with a new session id when RAKP 2 is lost; RAKP 1 is never retransmitted", async ({
      expect,
    }) => {
      const proxy = await startUdpProxy(sim);
      proxy.rule(({ kind, ofKind }) => (kind === "rakp_2" && ofKind <= 1 ? "drop" : undefined));
      const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
        login: { cipherSuites: [3] },
      });
      const snapshot = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts: ["power"] });
      expect(snapshot.failure).toBeUndefined();
      const sent = proxy.packets.filter((p) => p.direction === "to_bmc");
      const handshake = sent.filter((p) => !["sessionless", "ipmi_2.0"].includes(p.kind));
      // After the lost answer: the half-open session is given back, then it begins again.
      expect(handshake.map((p) => p.kind)).toEqual([
        "open_session_request",
        "rakp_1",
        "rakp_3",
        "open_session_request",
        "rakp_1",
        "rakp_3",
      ]);
      const idsAsked = handshake.filter((p) => p.kind === "open_session_request").map((p) => p.bytes.readUInt32LE(20));
      const idsUsed = handshake.filter((p) => p.kind === "rakp_1").map((p) => p.bytes.readUInt32LE(20));
      expect(new Set(idsAsked).size).toBe(2);
      expect(new Set(idsUsed).size).toBe(2);
      await client.close();
      await proxy.close();
    });

    it("restarts the login when RAKP 4 is lost", async ({ expect }) => {
      const proxy = await startUdpProxy(sim);
      proxy.rule(({ kind, ofKind }) => (kind === "rakp_4" && ofKind <= 1 ? "drop" : undefined));
      const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
        login: { cipherSuites: [3] },
      });
      const snapshot = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts: ["power"] });
      expect(snapshot.failure).toBeUndefined();
      expect([proxy.count("to_bmc", "open_session_request"), proxy.count("to_bmc", "rakp_1")]).toEqual([2, 2]);
      await client.close();
      await proxy.close();
    });

    it("restarts the login three times at most, then reports the step without an answer", async ({ expect }) => {
      const proxy = await startUdpProxy(sim);
      proxy.rule(({ kind }) => (kind === "rakp_2" ? "drop" : undefined));
      const client = ourClientOf({ ...sim, address: proxy.address, port: proxy.port }, "admin", {
        login: { cipherSuites: [3] },
      });
      // It waits 2, 4 and 5 s: a slow BMC must not be left with a half-open session each time.
      const snapshot = await client.poll({ timeoutMs: 15_000, parts: ["power"] });
      expect(snapshot.failure).toMatchObject({ reason: "timeout", stage: "rakp" });
      expect(proxy.count("to_bmc", "open_session_request")).toBe(3);
      expect(proxy.count("to_bmc", "rakp_1")).toBe(3);
      await client.close();
      await proxy.close();
    });
  });
});
