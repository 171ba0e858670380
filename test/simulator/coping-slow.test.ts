import { describe, expect, it } from "vitest";
import { getDeviceId, IpmiError } from "../../src/ipmi/index.ts";
import { completionCodes, latency, loss, type Scenario } from "../../src/simulator/index.ts";
import { Bench } from "./bench-network.ts";

const OLD = { channel: { ipmi20: false } } as const;

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => "none",
    (e: unknown) => e,
  );
  return error instanceof IpmiError ? error.reason : String(error);
}

describe("an IPMI 1.5 BMC that is slow", () => {
  it.each([900, 1100, 1600, 2500, 3000])("by %i ms accepts the login, with one session", async (meanMs) => {
    const bench = new Bench({ description: OLD, scenarios: [latency({ meanMs })] });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(1);
  });

  it.each([100, 1100, 2400])("by %i ms still reports a wrong password", async (meanMs) => {
    const bench = new Bench({ description: OLD, scenarios: [latency({ meanMs })], password: "wrong" });
    expect(await reasonOf(bench.within(bench.connection.open()))).toBe("wrong_password");
  });

  it("to answer Activate Session only: the response to an earlier one is accepted", async () => {
    let activations = 0;
    const slowActivation: Scenario = () => ({
      name: "slow activation",
      // An answer that carries a session id, and is not in the session yet: sealed for the temporary one.
      deliver: (packet, next) => next(packet, packet[4] === 2 && activations++ < 1 ? 2600 : 0),
    });
    const bench = new Bench({ description: OLD, scenarios: [slowActivation] });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(activations).toBeGreaterThan(1);
  });

  it("and loses packets is not reported as a wrong password", async () => {
    let packets = 0;
    const lossy: Scenario = () => ({
      name: "every second challenge, and each activation, lost",
      swallow: (packet) => packet[4] === 2,
      deliver(packet, next) {
        const isChallenge = packet.length > 35 && packet[19] === 0x39;
        if (isChallenge && packets++ % 2 === 0) return;
        next(packet);
      },
    });
    const bench = new Bench({ description: OLD, scenarios: [lossy] });
    expect(await reasonOf(bench.within(bench.connection.open()))).toBe("timeout");
  });
});

describe("an IPMI 2.0 BMC that is slow", () => {
  it.each([1300, 2100, 2500, 3000, 3500, 3900])("by %i ms accepts the login and has slots left", async (meanMs) => {
    const bench = new Bench({ scenarios: [latency({ meanMs })] });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.sessions.all(bench.clock.monotonicMs()).length).toBe(1);
    // The answer is known: no request is sent twice.
    const before = bench.bmc.stats.packetsIn;
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.packetsIn).toBe(before + 1);
  });

  it.each([1300, 2500, 3000])("by %i ms accepts the login with its remembered quirks, timing aside", async (meanMs) => {
    const bench = new Bench({ scenarios: [latency({ meanMs })] });
    bench.connection.memory.login = { protocol: "2.0", suiteId: 17 };
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(1);
    expect(bench.bmc.sessions.all(bench.clock.monotonicMs()).length).toBeLessThanOrEqual(3);
  });

  it("only in the handshake is waited for longer at each new try", async () => {
    const slowRakp: Scenario = () => ({
      name: "slow RAKP 2",
      deliver: (packet, next) => next(packet, packet[4] === 6 && packet[5] === 0x13 ? 3000 : 0),
    });
    const bench = new Bench({ scenarios: [slowRakp] });
    await bench.within(bench.connection.open());
  });
});

describe("a lost list of cipher suites", () => {
  const only1 = { channel: { cipherSuites: [1] } } as const;
  const GET_CHANNEL_CIPHER_SUITES = 0x54;

  const listLost = (times: number): Scenario => {
    return () => {
      let left = times;
      return {
        name: "cipher suites lost",
        answer: (request) => (request.command === GET_CHANNEL_CIPHER_SUITES && left-- > 0 ? "silence" : undefined),
      };
    };
  };

  it("is requested again when the usual suites are refused", async () => {
    const bench = new Bench({ description: only1, scenarios: [listLost(2)] });
    await bench.within(bench.connection.open());
    expect(bench.connection.session?.info.cipherSuite).toBe(1);
  });

  it("that never arrives leaves it open whether a common suite exists", async () => {
    const bench = new Bench({ description: only1, scenarios: [listLost(99)] });
    expect(await reasonOf(bench.within(bench.connection.open()))).toBe("timeout");
  });

  it("is not requested again when the BMC refused it", async () => {
    const filter = { netFn: 6, command: GET_CHANNEL_CIPHER_SUITES };
    const bench = new Bench({ description: only1, scenarios: [completionCodes({ filter, code: 0xc1 })] });
    expect(await reasonOf(bench.within(bench.connection.open()))).toBe("no_cipher_suite");
  });

  it.each(Array.from({ length: 24 }, (_, seed) => seed + 1))(
    "with every fifth packet never ends in no_cipher_suite (seed %i)",
    async (seed) => {
      const scenarios = [loss({ probability: 0.2 })];
      const bench = new Bench({ description: only1, scenarios, bmc: { seed } });
      const reason = await reasonOf(bench.within(bench.connection.open()));
      expect(["none", "timeout", "no_answer", "no_free_session"]).toContain(reason);
    },
  );
});
