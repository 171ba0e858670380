import { describe, expect, it } from "vitest";
import { getDeviceId } from "../../../src/ipmi/commands/index.ts";
import { cipherSuite } from "../../../src/ipmi/crypto/cipher-suite.ts";
import { rakp4CheckValueByIntegrity } from "../../../src/ipmi/crypto/key-exchange.ts";
import { silentObserver } from "../../../src/ipmi/observer.ts";
import type { QuirkName } from "../../../src/ipmi/quirks.ts";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { credentials } from "../../../src/ipmi/session/credentials.ts";
import { login } from "../../../src/ipmi/session/login.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { ScriptedBmc, type ScriptedBmcOptions } from "./scripted-bmc.ts";

interface Rig extends ScriptedBmcOptions {
  readonly suite?: number;
  readonly ourPassword?: string;
  readonly ourKg?: Uint8Array;
}

/** Logs in and runs a command, which only works when both sides derived the same keys. */
async function logIn(rig: Rig) {
  const suite = rig.suite ?? 17;
  const bmc = new ScriptedBmc({ suites: [suite], ...rig });
  const clock = new FakeClock();
  const memory = new BmcMemory();
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer: silentObserver });
  const ended: Promise<Outcome<number>> = outcomeOf(
    login(new Requester(conversation), memory, {
      credentials: credentials("admin", rig.ourPassword ?? rig.password ?? "secret", rig.ourKg),
      privilege: 2,
      cipherSuites: [suite],
    }).then(async (session) => (await session.run(getDeviceId, undefined)).manufacturerId),
  );
  await clock.advance(60_000);
  return { bmc, memory, outcome: await ended };
}

const padded = (name: Uint8Array): Buffer => Buffer.concat([name, Buffer.alloc(16)]).subarray(0, 16);

const VARIANTS: readonly (readonly [string, Rig, readonly QuirkName[]])[] = [
  ["hashes as the specification says", {}, []],
  [
    "leaves the lookup bit out of the role",
    { hashes: (x) => ({ ...x, role: x.role & 0x0f }) },
    ["rakp_role_without_lookup_bit"],
  ],
  ["hashes a role of zero", { hashes: (x) => ({ ...x, role: 0 }) }, ["rakp_zero_role"]],
  [
    "pads the user name to 16 bytes",
    { hashes: (x, privilege) => ({ ...x, role: privilege, userName: padded(x.userName) }) },
    ["rakp_padded_user_name"],
  ],
  ["keeps 16 bytes of a longer password", { password: "a password of 20 by.", keepsPassword: 16 }, ["password_16"]],
  [
    "sends a byte more of RAKP 2",
    { rakp2Code: (c) => Buffer.concat([c, Buffer.of(0)]), suite: 3 },
    ["rakp2_code_length"],
  ],
  ["sends 16 of the 20 bytes of RAKP 2", { rakp2Code: (c) => c.subarray(0, 16), suite: 3 }, ["rakp2_code_length"]],
  [
    "truncates RAKP 4 as the integrity algorithm says",
    { rakp4Value: (_, keys, x) => Buffer.from(rakp4CheckValueByIntegrity(suiteOne(), keys, x)), suite: 1 },
    ["rakp4_by_integrity"],
  ],
];

function suiteOne() {
  const suite = cipherSuite(1);
  if (!suite) throw new RangeError("suite 1 is spoken");
  return suite;
}

describe("a BMC that", () => {
  it.each(VARIANTS)("%s completes the login with one handshake, and is remembered", async (_, rig, quirks) => {
    const { bmc, memory, outcome } = await logIn(rig);
    expect(outcome).toEqual({ value: 343 });
    expect(bmc.count("RAKP 1")).toBe(1);
    expect([...memory.quirks]).toEqual(quirks);
  });

  it.each(VARIANTS)("%s still refuses another password", async (_, rig) => {
    const { memory, outcome, bmc } = await logIn({ ...rig, ourPassword: "a password of 20 but" });
    // Kept to 16 bytes, these two are the same password.
    if (rig.keepsPassword) return expect(outcome).toEqual({ value: 343 });
    expect(outcome).toMatchObject({ error: { reason: "wrong_password", stage: "rakp" } });
    expect(memory.quirks.size).toBe(0);
    expect(bmc.slots).toBe(0);
  });

  it.each([15, 21])("sends %i bytes of a code of 20 is not believed unless they are about the same", async (length) => {
    const rakp2Code = (code: Buffer): Buffer =>
      Buffer.concat([code, Buffer.alloc(4)]).subarray(0, length === 21 ? 22 : 15);
    const { outcome } = await logIn({ suite: 3, rakp2Code });
    expect(outcome).toMatchObject({ error: { reason: "wrong_password" } });
  });

  it("is refused if RAKP 4 shows that it is another one, and its slot is freed", async () => {
    const { bmc, outcome } = await logIn({ rakp4Value: (value) => Buffer.alloc(value.length, 1) });
    expect(outcome).toMatchObject({ error: { reason: "wrong_password", stage: "rakp" } });
    expect(bmc.log.slice(-1)).toEqual(["RAKP 3 status 15"]);
    expect(bmc.slots).toBe(0);
  });
});

describe("the BMC key", () => {
  const kg = Buffer.from("a key of twenty byte");

  it("opens a session when both have it", async () => {
    expect((await logIn({ kg, ourKg: kg })).outcome).toEqual({ value: 343 });
  });

  it("is named if the BMC reports that one is set and none is configured", async () => {
    const { outcome } = await logIn({ kg, capabilities: { status: 0x24 } });
    expect(outcome).toMatchObject({
      error: {
        reason: "wrong_password",
        message: "RAKP 4: a BMC key (Kg) is set on this BMC and none is configured",
      },
    });
  });

  it("is suspected when the BMC derived other keys", async () => {
    const { outcome } = await logIn({ kg, ourKg: Buffer.from("another key, 20 byte") });
    expect(outcome).toMatchObject({
      error: {
        reason: "wrong_password",
        message: "RAKP 4: the BMC derived other session keys: wrong or missing BMC key (Kg)",
      },
    });
  });
});
