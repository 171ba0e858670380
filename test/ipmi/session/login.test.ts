import { describe, expect, it } from "vitest";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { credentials } from "../../../src/ipmi/session/credentials.ts";
import { type LoginOptions, login } from "../../../src/ipmi/session/login.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import { PrivilegeLevel } from "../../../src/ipmi/tables/privilege-level.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { countingObserver } from "./counting-observer.ts";
import { outcomeOf } from "./outcome.ts";
import { ScriptedBmc, type ScriptedBmcOptions } from "./scripted-bmc.ts";

interface Rig extends ScriptedBmcOptions {
  readonly login?: Partial<LoginOptions>;
  readonly memory?: BmcMemory;
  readonly prepare?: (bmc: ScriptedBmc, clock: FakeClock) => void;
}

/** Logs in on a clock that is moved on until the end. */
async function logIn(rig: Rig = {}) {
  const bmc = new ScriptedBmc(rig);
  const clock = new FakeClock();
  rig.prepare?.(bmc, clock);
  const memory = rig.memory ?? new BmcMemory();
  const { observer, count } = countingObserver();
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer });
  const notes: string[] = [];
  conversation.trace = (direction, text) => direction === "note" && notes.push(text);
  const requester = new Requester(conversation);
  const options = { credentials: credentials("admin", "secret"), privilege: PrivilegeLevel.User, ...rig.login };
  const ended = outcomeOf(login(requester, memory, options));
  await clock.advance(120_000);
  const outcome = await ended;
  return { bmc, clock, memory, outcome, count, conversation, notes };
}

const QUESTIONS = ["Get Channel Authentication Capabilities", "Get Channel Cipher Suites"];
const HANDSHAKE = ["RAKP 1", "RAKP 3"];

describe("logging in", () => {
  it("requests what the BMC offers, chooses the best suite and starts at User privilege", async () => {
    const { bmc, outcome, memory, count } = await logIn({ suites: [3, 17, 12] });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", ...HANDSHAKE]);
    expect(outcome).toMatchObject({ value: { info: { protocol: "2.0", cipherSuite: 17, privilege: 2 } } });
    expect(memory.login).toEqual({ protocol: "2.0", suiteId: 17 });
    expect(count("opened:2.0")).toBe(1);
  });

  it.each([0, 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17])(
    "works with cipher suite %i where it is configured",
    async (id) => {
      const { bmc, outcome } = await logIn({ suites: [id], login: { cipherSuites: [id] } });
      expect(bmc.log).toEqual([QUESTIONS[0], `Open Session ${id}`, ...HANDSHAKE]);
      expect(outcome).toMatchObject({ value: { info: { cipherSuite: id } } });
    },
  );

  it("never chooses suite 0 by itself", async () => {
    const { bmc, outcome } = await logIn({ suites: [0] });
    expect(outcome).toMatchObject({ error: { reason: "no_cipher_suite", stage: "open_session" } });
    expect(bmc.count("Open Session 0")).toBe(0);
  });

  it("tries 17 and 3 if the BMC has no list of suites", async () => {
    const { bmc, outcome } = await logIn({
      suites: [3],
      prepare: (b) => b.commands.set("Get Channel Cipher Suites", () => ({ completionCode: 0xc1 })),
    });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", "Open Session 3", ...HANDSHAKE]);
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 3 } } });
  });

  it("logs in to a known BMC with what worked, without other requests", async () => {
    const memory = new BmcMemory();
    memory.login = { protocol: "2.0", suiteId: 3 };
    const { bmc } = await logIn({ memory });
    expect(bmc.log).toEqual(["Open Session 3", ...HANDSHAKE]);
  });

  it("starts from the beginning if what worked does not work any more", async () => {
    const memory = new BmcMemory();
    memory.login = { protocol: "2.0", suiteId: 3 };
    const { bmc, outcome } = await logIn({ memory, suites: [17] });
    expect(bmc.log).toEqual(["Open Session 3", ...QUESTIONS, "Open Session 17", ...HANDSHAKE]);
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 17 } } });
    expect(memory.login).toEqual({ protocol: "2.0", suiteId: 17 });
  });

  it("does not use a remembered suite that is no longer allowed", async () => {
    const memory = new BmcMemory();
    memory.login = { protocol: "2.0", suiteId: 3 };
    const { bmc } = await logIn({ memory, login: { cipherSuites: [17] } });
    expect(bmc.count("Open Session 3")).toBe(0);
  });

  it("tries a known BMC only once if the password is wrong", async () => {
    const memory = new BmcMemory();
    memory.login = { protocol: "2.0", suiteId: 17 };
    const { bmc, outcome } = await logIn({ memory, password: "changed" });
    expect(bmc.log).toEqual(["Open Session 17", "RAKP 1", "RAKP 3 status 15"]);
    expect(outcome).toMatchObject({ error: { reason: "wrong_password" } });
  });

  it("fails with the refusal if all suites are refused", async () => {
    const { bmc, outcome } = await logIn({ suites: [], prepare: (b) => offer(b, [17, 3, 12]) });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", "Open Session 3", "Open Session 12"]);
    expect(outcome).toMatchObject({
      error: {
        reason: "no_cipher_suite",
        message: "Open Session: refused with status 11h (no cipher suite match with the proposed algorithms)",
      },
    });
  });
});

describe("a BMC that offers less than it once did", () => {
  const suite1 = { suites: [1], prepare: (bmc: ScriptedBmc) => offer(bmc, [1]) };
  /** No IPMI 2.0, MD5 only. */
  const ipmi15 = { suites: [], capabilities: { types: 0x04, versions: 0x01 } };
  const knows = (floor: BmcMemory["floor"], login?: BmcMemory["login"]): BmcMemory =>
    Object.assign(new BmcMemory(), { floor, login });
  const refused = (offered: string) => ({
    error: {
      reason: "no_cipher_suite",
      message: expect.stringContaining(`a downgrade: the BMC offers only ${offered}`),
    },
  });

  it.each([
    [17, "integrity"],
    [3, "integrity"],
    [8, "integrity"],
    [15, "rmcp_plus"],
    [1, "rmcp_plus"],
    [0, undefined],
  ] as const)("remembers of a login with suite %i: %s", async (id, floor) => {
    const { memory } = await logIn({ suites: [id], login: { cipherSuites: [id] } });
    expect(memory.floor).toBe(floor);
  });

  it("remembers the best of all its logins, and nothing of one that failed", async () => {
    const memory = knows("integrity");
    await logIn({ memory, suites: [1], login: { cipherSuites: [1] } });
    expect(memory.floor).toBe("integrity");
    const { memory: other, outcome } = await logIn({ password: "changed" });
    expect(outcome).toMatchObject({ error: { reason: "wrong_password" } });
    expect(other.floor).toBeUndefined();
  });

  it.each(["rmcp_plus", "integrity"] as const)("gets no IPMI 1.5 login after a login with %s", async (floor) => {
    const { bmc, outcome } = await logIn({ memory: knows(floor), ...ipmi15 });
    expect(outcome).toMatchObject(refused("IPMI 1.5"));
    expect(bmc.log).toEqual(["Get Channel Authentication Capabilities"]);
  });

  it("is not, also where the suite that worked is refused first", async () => {
    const memory = knows("integrity", { protocol: "2.0", suiteId: 17 });
    const { bmc, outcome } = await logIn({ memory, ...ipmi15 });
    expect(outcome).toMatchObject(refused("IPMI 1.5"));
    expect(bmc.log).toEqual(["Open Session 17", "Get Channel Authentication Capabilities"]);
    // And again, now that nothing is known to work.
    expect((await logIn({ memory, ...ipmi15 })).outcome).toMatchObject(refused("IPMI 1.5"));
  });

  it("gets no login without integrity where it had integrity", async () => {
    const { bmc, outcome } = await logIn({ memory: knows("integrity"), ...suite1 });
    expect(outcome).toMatchObject(refused("cipher suites without integrity"));
    expect(bmc.log).toEqual(QUESTIONS);
  });

  it("gets none either where it lists better suites and refuses them", async () => {
    const { bmc, outcome } = await logIn({
      memory: knows("integrity"),
      suites: [1],
      prepare: (b) => offer(b, [17, 1]),
    });
    expect(outcome).toMatchObject(refused("cipher suites without integrity"));
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17"]);
  });

  it("gets none either where its list is lost", async () => {
    let asked = 0;
    const { bmc, outcome } = await logIn({
      memory: knows("integrity"),
      suites: [1],
      prepare: (b) => {
        offer(b, [1]);
        const answer = b.commands.get("Get Channel Cipher Suites");
        b.commands.set("Get Channel Cipher Suites", (r, nth) => (++asked > 2 ? answer?.(r, nth) : undefined));
      },
    });
    expect(outcome).toMatchObject(refused("cipher suites without integrity"));
    expect([bmc.count("Open Session 17"), bmc.count("Open Session 1")]).toEqual([1, 0]);
  });

  it("gets none either with a remembered suite that the configuration no longer lists", async () => {
    const memory = knows("integrity", { protocol: "2.0", suiteId: 1 });
    const { bmc, outcome } = await logIn({ memory, suites: [1, 17] });
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 17 } } });
    expect(bmc.count("Open Session 1")).toBe(0);
  });

  it("gets the weaker login that the configuration names", async () => {
    const listed = await logIn({ memory: knows("integrity"), ...suite1, login: { cipherSuites: [17, 1] } });
    expect(listed.outcome).toMatchObject({ value: { info: { cipherSuite: 1 } } });
    const always = await logIn({ memory: knows("integrity"), ...ipmi15, login: { ipmi15: "always" } });
    expect(always.outcome).toMatchObject({ value: { info: { protocol: "1.5" } } });
  });

  it("gets a login without integrity where it never had more", async () => {
    const { outcome } = await logIn({ memory: knows("rmcp_plus"), ...suite1 });
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 1 } } });
  });
});

function offer(bmc: ScriptedBmc, ids: readonly number[]): void {
  bmc.commands.set("Get Channel Cipher Suites", () => ({
    data: Buffer.from([1, ...ids.flatMap((i) => [0xc0, i, 1])]),
  }));
}

describe("a BMC without resources (01h)", () => {
  it("gets one other suite proposed, not all", async () => {
    const { bmc, outcome } = await logIn({ suites: [17, 3, 12, 8], openStatus: () => 0x01 });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", "Open Session 3"]);
    expect(outcome).toMatchObject({ error: { reason: "no_free_session", stage: "open_session" } });
  });

  it("accepts the other suite: Intel M50CYP", async () => {
    const { outcome } = await logIn({ suites: [17, 3], openStatus: (id) => (id === 3 ? 0 : 0x01) });
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 3 } } });
  });

  it("counts as full, not as without a common suite, if it reports both", async () => {
    const { outcome } = await logIn({ suites: [17, 3], openStatus: (id) => (id === 17 ? 0x11 : 0x01) });
    expect(outcome).toMatchObject({ error: { reason: "no_free_session" } });
  });
});

describe("a refusal", () => {
  it.each([
    ["an unknown user", { userName: "root" }, "unknown_user", []],
    ["a wrong password, which we see first", { password: "other" }, "wrong_password", ["RAKP 3 status 15"]],
  ] as const)(
    "of %s ends the login after one handshake and leaves no slot taken",
    async (_, options, reason, after) => {
      const { bmc, outcome, memory } = await logIn({ ...options, capabilities: { types: 0x3f } });
      expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", "RAKP 1", ...after]);
      expect(outcome).toMatchObject({ error: { reason, stage: "rakp" } });
      expect(bmc.slots).toBe(0);
      // IPMI 1.5 is offered too, and not tried.
      expect(bmc.count("Get Session Challenge")).toBe(0);
      expect(memory.login).toBeUndefined();
    },
  );

  it("never shows the password", async () => {
    const password = "correct horse";
    const { outcome } = await logIn({ login: { credentials: credentials("admin", password) } });
    expect(String((outcome.error as Error).stack)).not.toContain(password);
  });

  it.each([
    [0x09, "privilege_refused"],
    [0x0b, "no_free_session"],
    [0x0d, "unknown_user"],
    [0x77, "protocol_error"],
  ])("with status %i in Open Session is final", async (status, reason) => {
    const { bmc, outcome } = await logIn({ openStatus: () => status });
    expect(outcome).toMatchObject({ error: { reason, stage: "open_session" } });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17"]);
  });
});

describe("privilege", () => {
  it("is raised after the login where more than user is wanted", async () => {
    const { bmc, outcome } = await logIn({ login: { privilege: PrivilegeLevel.Administrator } });
    expect(bmc.log.slice(-2)).toEqual(["RAKP 3", "Set Session Privilege Level"]);
    expect(bmc.requests.at(-1)?.data).toEqual(Buffer.of(4));
    expect(outcome).toMatchObject({ value: { info: { privilege: 4 } } });
  });

  it("that is refused ends the login, and the session is closed", async () => {
    const { bmc, outcome, count } = await logIn({
      login: { privilege: PrivilegeLevel.Operator },
      prepare: (b) => b.commands.set("Set Session Privilege Level", () => ({ completionCode: 0x81 })),
    });
    expect(outcome).toMatchObject({ error: { reason: "privilege_refused", stage: "session_privilege" } });
    expect(String(outcome.error)).toContain("requested operator");
    expect(bmc.log.at(-1)).toBe("Close Session");
    expect(bmc.slots).toBe(0);
    expect(count("closed")).toBe(1);
  });
});

describe("lost packets during the handshake", () => {
  it("start it again from Open Session; RAKP 1 is never sent twice in one session", async () => {
    const { bmc, outcome } = await logIn({ prepare: (b) => (b.hears = (what, nth) => what !== "RAKP 1" || nth > 1) });
    const first = ["Open Session 17", "RAKP 1", "RAKP 3 status 1"];
    expect(bmc.log).toEqual([...QUESTIONS, ...first, "Open Session 17", ...HANDSHAKE]);
    expect(outcome).toMatchObject({ value: {} });
    expect(bmc.slots).toBe(1);
  });

  it("three times are enough", async () => {
    const { bmc, outcome } = await logIn({ prepare: (b) => (b.hears = (what) => what !== "RAKP 3") });
    expect(bmc.count("Open Session 17")).toBe(3);
    expect(bmc.count("RAKP 3 status 1")).toBe(3);
    expect(outcome).toMatchObject({ error: { reason: "timeout", stage: "rakp" } });
    expect(bmc.slots).toBe(0);
  });

  it("have Open Session sent again with another tag and session id", async () => {
    const { bmc, outcome } = await logIn({
      prepare: (b) => (b.hears = (what, nth) => what !== "Open Session 17" || nth > 2),
    });
    expect(outcome).toMatchObject({ value: {} });
    const opens = bmc.transport.sent.filter((p) => p[5] === 0x10);
    expect(new Set(opens.map((p) => p[16])).size).toBe(3);
    expect(new Set(opens.map((p) => p.readUInt32LE(20))).size).toBe(3);
  });

  it("are distinguished from slowness: a BMC that takes 900 ms to open a session gets one request", async () => {
    const memory = new BmcMemory();
    for (let i = 0; i < 20; i++) memory.timer.observe(2);
    const { bmc, outcome } = await logIn({
      memory,
      prepare: (b, clock) => (b.delay = (what, answer) => void clock.after(what.startsWith("Open") ? 900 : 1, answer)),
    });
    expect(outcome).toMatchObject({ value: {} });
    expect(bmc.count("Open Session 17")).toBe(1);
  });
});

describe("aborting a login", () => {
  it.each([
    "Get Channel Authentication Capabilities",
    "Get Channel Cipher Suites",
    "Open Session 17",
    "RAKP 1",
    "RAKP 3",
  ])("at %s rejects with the signal's reason and frees the half-open session", async (step) => {
    const controller = new AbortController();
    const reason = new Error("deadline");
    const { bmc, clock, outcome } = await logIn({
      login: { signal: controller.signal },
      prepare: (b) =>
        (b.hears = (what) => {
          if (what !== step) return true;
          queueMicrotask(() => controller.abort(reason));
          return what.startsWith("RAKP 3 status");
        }),
    });
    expect(outcome.error).toBe(reason);
    expect(bmc.slots).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe("an Open Session Response with other algorithms than requested", () => {
  it("is not accepted, and its session is freed", async () => {
    const { bmc, outcome } = await logIn({
      prepare: (b) => {
        offer(b, [17, 3]);
        const send = b.transport.responder;
        b.transport.responder = (packet, reply) =>
          send?.(packet, (answer) => {
            const changed = Buffer.from(answer);
            // Asked for 17, offers integrity none.
            if (changed[5] === 0x11 && changed[16 + 16] === 3) changed[16 + 24] = 0;
            reply(changed);
          });
      },
    });
    expect(bmc.log).toEqual([...QUESTIONS, "Open Session 17", "RAKP 3 status 1", "Open Session 3", ...HANDSHAKE]);
    expect(outcome).toMatchObject({ value: { info: { cipherSuite: 3 } } });
    expect(bmc.slots).toBe(1);
  });
});
