import { describe, expect, it } from "vitest";
import { BmcPool, type PollSettings, SdrCache, SettingsError } from "../../src/bmc/index.ts";
import { credentials, type DatagramTransport, UdpTransport } from "../../src/ipmi/index.ts";
import type { Host } from "../../src/model/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOST: Host = { name: "node017", address: "127.0.0.1", port: 9, module: "m", auth: "a", place: {}, labels: {} };

const SETTINGS: PollSettings = {
  protocol: "auto",
  login: { credentials: credentials("monitor", "secret"), privilege: 2 },
  parts: ["power"],
  intervalMs: 60_000,
  slowIntervalMs: 3_600_000,
  bridge: false,
  quirks: [],
};

async function pollWith(settingsOf: () => Promise<PollSettings>, signal = new AbortController().signal) {
  const transport = new UdpTransport();
  const pool = new BmcPool({ transport, clock: new FakeClock(), cache: new SdrCache(), settingsOf });
  const snapshot = await pool.poll(HOST, { purpose: "round", signal });
  const size = pool.size;
  await pool.close();
  await transport.close();
  return { snapshot, size };
}

describe("a host whose settings cannot be loaded", () => {
  it("is not_configured and not wrong_password, and leaves no connection open", async () => {
    const { snapshot, size } = await pollWith(async () => {
      throw new SettingsError("auth a: cannot read the password file");
    });
    expect(snapshot).toMatchObject({
      host: "node017",
      up: false,
      parts: [],
      failure: { stage: "configuration", reason: "not_configured", message: "auth a: cannot read the password file" },
    });
    expect(size).toBe(0);
  });

  it("does not end the round after an unexpected error", async () => {
    const { snapshot } = await pollWith(async () => {
      throw new Error("a bug");
    });
    expect(snapshot.failure).toMatchObject({ stage: "connect", reason: "protocol_error", message: "a bug" });
  });
});

describe("a poll whose deadline is over before it begins", () => {
  it("times out and sends nothing", async () => {
    const aborted = new AbortController();
    aborted.abort(new DOMException("aborted", "TimeoutError"));
    const { snapshot, size } = await pollWith(async () => SETTINGS, aborted.signal);
    expect(snapshot.failure).toMatchObject({ stage: "connect", reason: "timeout" });
    expect(size).toBe(1);
  });
});

describe("a BMC outside the inventory that is polled repeatedly", () => {
  // Each reload brings other settings, and the conversation that was remembered kept its place in a socket: a descriptor
  // more for each reload, in the end.
  it("has no endpoint between its polls, and shares one socket however often the settings change", async () => {
    const transport = new UdpTransport();
    const endpoints = { open: 0 };
    const counted: DatagramTransport = {
      open: (remote, handlers) => {
        const endpoint = transport.open(remote, handlers);
        endpoints.open++;
        return {
          ...endpoint,
          close: () => {
            endpoints.open--;
            endpoint.close();
          },
        };
      },
      diagnose: async () => "silent",
      close: () => transport.close(),
    };
    const settingsOf = async () => ({ ...SETTINGS });
    const pool = new BmcPool({ transport: counted, clock: new FakeClock(), cache: new SdrCache(), settingsOf });
    for (let reload = 0; reload < 3; reload++) {
      const asked = pool.poll(HOST, { purpose: "probe", passing: true, signal: AbortSignal.timeout(50) });
      expect((await asked).up).toBe(false);
      expect(endpoints.open).toBe(1);
      await pool.release(HOST);
      expect(endpoints.open).toBe(0);
    }
    expect(transport.socketCount).toBe(1);
    await pool.close();
    await transport.close();
  });
});
