import { describe, expect, it } from "vitest";
import type { HostSnapshot, PartName } from "../../src/model/index.ts";
import { type PolledOptions, pollerOf } from "./polled-bmc.ts";

const PARTS: readonly PartName[] = ["inventory", "security"];

/** One poll of a virtual BMC, as the exporter does it. */
async function polled({ settings, ...options }: PolledOptions = {}): Promise<HostSnapshot> {
  const poller = pollerOf({ ...options, settings: { parts: PARTS, ...settings } });
  poller.bmc.state.setPower(344);
  const snapshot = await poller.poll();
  await poller.close();
  return snapshot;
}

const findingsOf = ({ findings = [] }: HostSnapshot) => findings.filter((f) => f.present).map((f) => f.finding);

describe("a virtual BMC reports", () => {
  it("the settings of its LAN channel to an administrator", async () => {
    const identity = { ipAddress: "10.1.2.3", addressSource: "DHCP", vlan: { id: 310, priority: 5 } } as const;
    const snapshot = await polled({ user: "admin", identity });
    expect(snapshot.controller?.lan).toEqual({
      channel: 1,
      addressSource: "dhcp",
      mac: "02:00:0a:01:02:03",
      vlan: 310,
      vlanPriority: 5,
    });
    expect(findingsOf(snapshot)).toContain("no_lockout");
    expect(snapshot.findings?.map((f) => f.finding)).toContain("cipher_suite_0_enabled");
  });

  it("no such settings to a user, and no part fails", async () => {
    const snapshot = await polled();
    expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
    expect(snapshot.controller?.lan).toBeUndefined();
    expect(snapshot.findings?.map((f) => f.finding)).not.toContain("no_lockout");
  });

  it.each([
    ["dcmi", {}, false],
    ["node_manager", { dcmi: undefined }, true],
    ["sensor", { dcmi: undefined }, false],
  ] as const)("its power by way of %s", async (source, board, bridge) => {
    const parts = ["power", "dcmi", "sensors"] as const;
    const { consumption } = await polled({ board, settings: { parts, bridge } });
    expect(consumption).toMatchObject({ source });
    expect(consumption?.currentWatts).toBeGreaterThan(0);
  });

  it.each([
    ["lets anybody in with cipher suite 0", [17, 0], true, true],
    ["refuses cipher suite 0", [17, 3], true, false],
    ["is not to be tried", [17, 0], false, undefined],
  ])("whether it %s", async (_, cipherSuites, probeCipherZero, present) => {
    const snapshot = await polled({ board: { channel: { cipherSuites } }, settings: { probeCipherZero } });
    expect(snapshot.findings?.find((f) => f.finding === "cipher_zero")?.present).toBe(present);
    expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
  });

  it("nothing about cipher suite 0 while all sessions are in use", async () => {
    const board = { channel: { cipherSuites: [17, 0] }, sessions: { limit: 1 } };
    const snapshot = await polled({ board, settings: { probeCipherZero: true } });
    expect(snapshot.findings?.map((f) => f.finding)).not.toContain("cipher_zero");
    expect(snapshot.up).toBe(true);
  });

  it("the result of its self test", async () => {
    const snapshot = await polled({ board: { firmware: { selfTest: [0x57, 0x80] } } });
    expect(snapshot.controller?.selfTest).toEqual({ results: ["sel_corrupted"], health: 1 });
  });
});
