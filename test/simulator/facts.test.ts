import { describe, expect, it } from "vitest";
import { BmcPool, type PollSettings, SdrCache } from "../../src/bmc/index.ts";
import { credentials } from "../../src/ipmi/index.ts";
import type { Host, HostSnapshot } from "../../src/model/index.ts";
import {
  type BmcIdentity,
  type BoardDescription,
  compileBoard,
  sampleBoard,
  VirtualBmc,
} from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Wire } from "./bench-network.ts";

const HOST: Host = { name: "n", address: "127.0.0.1", module: "m", auth: "a", place: {}, labels: {} };

interface Options {
  readonly board?: Partial<BoardDescription>;
  readonly identity?: BmcIdentity;
  readonly settings?: Partial<PollSettings>;
  readonly user?: "monitor" | "admin";
  readonly password?: string;
}

/** One poll of a virtual BMC, as the exporter does it. */
async function polled(options: Options = {}): Promise<HostSnapshot> {
  const clock = new FakeClock();
  const model = compileBoard({ ...sampleBoard(), ...options.board });
  const bmc = new VirtualBmc({ model, clock, identity: options.identity, seed: 11 });
  bmc.state.setPower(344);
  const isAdmin = options.user === "admin";
  const password = options.password ?? (isAdmin ? "open sesame" : "sesame");
  const pool = new BmcPool({
    transport: new Wire(bmc),
    clock,
    cache: new SdrCache(),
    settingsOf: async () => ({
      protocol: "ipmi",
      login: { credentials: credentials(isAdmin ? "admin" : "monitor", password), privilege: isAdmin ? 4 : 2 },
      port: 623,
      parts: ["inventory", "security"],
      intervalMs: 60_000,
      slowIntervalMs: 3_600_000,
      bridge: false,
      quirks: [],
      ...options.settings,
    }),
  });
  const wait = async <T>(work: Promise<T>): Promise<T> => {
    let result: { readonly value: T } | undefined;
    void work.then((value) => {
      result = { value };
    });
    while (!result) await clock.advance(50);
    return result.value;
  };
  const snapshot = await wait(pool.poll(HOST, { purpose: "round", signal: new AbortController().signal }));
  await wait(pool.close());
  return snapshot;
}

const findingsOf = ({ findings = [] }: HostSnapshot) => findings.filter((f) => f.present).map((f) => f.finding);

describe("a virtual BMC tells", () => {
  it("an administrator how its LAN channel is set", async () => {
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

  it("a user nothing of it, and no part fails over that", async () => {
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

  it("what its self test found", async () => {
    const snapshot = await polled({ board: { firmware: { selfTest: [0x57, 0x80] } } });
    expect(snapshot.controller?.selfTest).toEqual({ results: ["sel_corrupted"], health: 1 });
  });
});
