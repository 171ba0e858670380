import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FailureReason, FailureStage, HostSnapshot } from "../../src/model/index.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { type Rule, startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { type OurOptions, ourClient, SESSION_KINDS } from "./our-client.ts";

/** A refused login is reported with reason and step, within the time-out of the module, and without many attempts. */

const GET_SESSION_CHALLENGE = "06/39";
const MODULE_TIMEOUT_MS = 8000;

interface Seen {
  readonly snapshot: HostSnapshot;
  readonly trace: readonly string[];
  readonly proxy: UdpProxy;
}

/** One poll through a proxy that counts packets and applies a rule. */
async function pollOnce(sim: IpmiSim, options: OurOptions, rule?: Rule): Promise<Seen> {
  const proxy = await startUdpProxy(sim);
  proxy.rule(rule);
  const client = ourClient(proxy, options);
  const snapshot = await client.poll({ timeoutMs: MODULE_TIMEOUT_MS, parts: ["power"] });
  const trace = [...client.trace];
  // what was sent last is still on its way
  await sleep(20);
  await client.close();
  await proxy.close();
  return { snapshot, trace, proxy };
}

function expectFailure(
  { snapshot, trace }: Seen,
  reason: FailureReason,
  stage: FailureStage,
  secret: string | undefined,
): void {
  expect(snapshot.up).toBe(false);
  expect([snapshot.failure?.reason, snapshot.failure?.stage], snapshot.failure?.message).toEqual([reason, stage]);
  expect(snapshot.durationMs).toBeLessThan(MODULE_TIMEOUT_MS);
  expect(snapshot.parts).toEqual([]);
  if (secret) expect(`${snapshot.failure?.message}\n${trace.join("\n")}`).not.toContain(secret);
}

const [suite3, suite2, suite1, ipmi15] = SESSION_KINDS.map((kind) => kind.ours);

withPeers(["ipmi_sim"], "a failing login", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  describe.each([
    ["cipher suite 3", suite3],
    ["cipher suite 2", suite2],
    ["cipher suite 1", suite1],
    ["what the BMC offers", {}],
  ])("over %s", (_title, login) => {
    it("reports wrong_password after one RAKP exchange, without trying IPMI 1.5", async () => {
      const seen = await pollOnce(sim, { password: "not-the-password", login });
      expectFailure(seen, "wrong_password", "rakp", "not-the-password");
      const { proxy } = seen;
      expect([proxy.count("to_bmc", "open_session_request"), proxy.count("to_bmc", "rakp_1")]).toEqual([1, 1]);
      expect(proxy.count("to_bmc", "ipmi_1.5")).toBe(0);
      expect(proxy.packets.filter((p) => p.command === GET_SESSION_CHALLENGE)).toEqual([]);
      // The half-open session is freed: RAKP 3 with the status that names the cause.
      expect(proxy.packets.filter((p) => p.kind === "rakp_3").map((p) => p.bytes[17])).toEqual([0x0f]);
    });

    it("reports unknown_user if the BMC has no such user", async () => {
      const seen = await pollOnce(sim, { user: "nobody", login });
      expectFailure(seen, "unknown_user", "rakp", "secret");
      expect([seen.proxy.count("to_bmc", "rakp_1"), seen.proxy.count("to_bmc", "ipmi_1.5")]).toEqual([1, 0]);
    });

    it("reports unknown_user if the account is disabled", async () => {
      const seen = await pollOnce(sim, { user: "former", password: simUser(sim, "former").password, login });
      expectFailure(seen, "unknown_user", "rakp", undefined);
    });
  });

  describe("over IPMI 1.5", () => {
    it("reports wrong_password if the BMC does not answer Activate Session", async () => {
      const seen = await pollOnce(sim, { password: "not-the-password", login: ipmi15 });
      expectFailure(seen, "wrong_password", "activate_session", "not-the-password");
      expect(seen.proxy.count("to_bmc", "open_session_request")).toBe(0);
    });

    it("reports unknown_user at Get Session Challenge", async () => {
      const seen = await pollOnce(sim, { user: "nobody", login: ipmi15 });
      expectFailure(seen, "unknown_user", "session_challenge", "secret");
    });

    it("reports privilege_refused if a USER account requests ADMINISTRATOR", async () => {
      const { password } = simUser(sim, "monitor");
      const seen = await pollOnce(sim, { user: "monitor", password, login: { ...ipmi15, privilege: 4 } });
      expectFailure(seen, "privilege_refused", "activate_session", password);
    });
  });

  describe("because of the password length", () => {
    it.each([
      ["19 bytes", "long", "cipher suite 3", suite3],
      ["19 bytes, of which it uses 16", "long", "IPMI 1.5", ipmi15],
      ["20 bytes", "longest", "cipher suite 3", suite3],
      ["20 bytes, of which it uses 16", "longest", "IPMI 1.5", ipmi15],
      ["16 bytes", "operator", "cipher suite 1", suite1],
    ])("does not happen with %s: %s over %s", async (_length, user, _kind, login) => {
      const { snapshot } = await pollOnce(sim, { user, password: simUser(sim, user).password, login });
      expect(snapshot.failure).toBeUndefined();
    });

    it("reports wrong_password if only the first 16 of 19 bytes are given", async () => {
      const password = simUser(sim, "long").password.slice(0, 16);
      expectFailure(await pollOnce(sim, { user: "long", password, login: suite3 }), "wrong_password", "rakp", password);
    });

    it("does not happen if the BMC truncated the password to 16 bytes, which is recorded as a quirk", async () => {
      const password = `${simUser(sim, "operator").password}-and-more`.slice(0, 20);
      const { snapshot } = await pollOnce(sim, { user: "operator", password, login: suite3 });
      expect([snapshot.up, snapshot.quirks]).toEqual([true, ["password_16"]]);
    });
  });

  it("reports no_cipher_suite if the BMC does not offer the configured one", async () => {
    const seen = await pollOnce(sim, { login: { cipherSuites: [17] } });
    expectFailure(seen, "no_cipher_suite", "open_session", undefined);
    expect([seen.proxy.count("to_bmc", "open_session_request"), seen.proxy.count("to_bmc", "ipmi_1.5")]).toEqual([
      1, 0,
    ]);
  });

  it("tries the next cipher suite if the BMC does not offer one", async () => {
    const { snapshot, proxy } = await pollOnce(sim, { login: { cipherSuites: [17, 3] } });
    expect([snapshot.up, proxy.count("to_bmc", "open_session_request")]).toEqual([true, 2]);
  });
});

withPeers(["ipmi_sim"], "a login to a BMC with a BMC key", () => {
  let sim: IpmiSim;
  const kg = "Kg-key-for-vectors!";
  beforeAll(async () => {
    sim = await startIpmiSim({ kg });
  });
  afterAll(() => sim.stop());

  const withKg = (key: string | undefined): OurOptions => ({
    login: {
      ...suite3,
      credentials: {
        userName: Buffer.from("admin"),
        password: Buffer.from("secret"),
        kg: key === undefined ? undefined : Buffer.concat([Buffer.from(key), Buffer.alloc(20)]).subarray(0, 20),
      },
    },
  });

  it("succeeds with the key", async () => {
    expect((await pollOnce(sim, withKg(kg))).snapshot.up).toBe(true);
  });

  it("reports wrong_password and mentions the key if it is missing or wrong", async () => {
    for (const key of [undefined, "another key"]) {
      const seen = await pollOnce(sim, withKg(key));
      expectFailure(seen, "wrong_password", "rakp", kg);
      expect(seen.snapshot.failure?.message).toContain("BMC key (Kg)");
    }
  });
});

withPeers(["ipmi_sim"], "a BMC that refuses the privilege", () => {
  // Over RMCP+ ipmi_sim makes an administrator of anybody, so its answers are changed on the way.
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  it("is reported as privilege_refused if it refuses in RAKP 2", async () => {
    const unauthorisedRole = 0x0a;
    const seen = await pollOnce(sim, { login: { ...suite3, privilege: 4 } }, ({ kind, bytes }) => {
      if (kind !== "rakp_2") return undefined;
      const refusal = Buffer.from(bytes.subarray(0, 24));
      refusal.writeUInt16LE(8, 14);
      refusal[17] = unauthorisedRole;
      return { replace: refusal };
    });
    expectFailure(seen, "privilege_refused", "rakp", "secret");
    expect(seen.proxy.count("to_bmc", "rakp_1")).toBe(1);
  });

  it("is reported as privilege_refused if it refuses Set Session Privilege Level, and its session is closed", async () => {
    const setSessionPrivilegeLevel = 0x3b;
    const exceedsLimit = 0x81;
    const closeSession = 0x3c;
    // Suite 1 has neither integrity nor confidentiality: the message lies open at byte 16.
    const seen = await pollOnce(sim, { login: { ...suite1, privilege: 4 } }, ({ kind, direction, bytes }) => {
      if (kind !== "ipmi_2.0" || direction !== "to_console" || bytes[21] !== setSessionPrivilegeLevel) return undefined;
      const refusal = Buffer.from(bytes);
      refusal[22] = exceedsLimit;
      const sum = refusal.subarray(19, -1).reduce((total, byte) => total + byte, 0);
      refusal[refusal.length - 1] = -sum & 0xff;
      return { replace: refusal };
    });
    expectFailure(seen, "privilege_refused", "session_privilege", "secret");
    const commands = seen.proxy.packets.filter((p) => p.kind === "ipmi_2.0" && p.direction === "to_bmc");
    expect(commands.map((p) => p.bytes[21])).toEqual([setSessionPrivilegeLevel, closeSession]);
  });
});

withPeers(["ipmi_sim"], "a login to a BMC without authentication types of IPMI 1.5", () => {
  it("reports that the BMC offers no authentication type", async () => {
    const sim = await startIpmiSim({ authTypes: [] });
    const seen = await pollOnce(sim, { login: ipmi15 });
    await sim.stop();
    expectFailure(seen, "no_cipher_suite", "session_challenge", "secret");
  });
});
