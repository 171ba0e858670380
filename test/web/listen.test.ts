import { Agent, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listenError, parseListenAddress } from "../../src/web/address.ts";
import { createWeb, ListenError, type Web } from "../../src/web/index.ts";
import { partsOf, Rig } from "./rig.ts";

describe("a listen address", () => {
  it.each([
    [":9623", { port: 9623 }],
    ["127.0.0.1:9623", { host: "127.0.0.1", port: 9623 }],
    ["[::1]:9623", { host: "::1", port: 9623 }],
    ["[fe80::1%eth0]:0", { host: "fe80::1%eth0", port: 0 }],
    ["localhost:80", { host: "localhost", port: 80 }],
  ])("%s", (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each(["9623", "::1:9623", "host", "host:", "host:port", ""])("is not %j", (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      `"${text}" is not a listen address; use the form :9623, 127.0.0.1:9623, [::1]:9623 or name:9623`,
    );
  });

  it.each([":65536", ":99999", "127.0.0.1:123456"])("is not %s, whose port is too large", (text) => {
    const port = text.split(":")[1];
    expect(() => parseListenAddress(text)).toThrow(
      `"${text}" is not a listen address: port ${port} is greater than 65535`,
    );
  });

  it.each([
    [
      "EACCES",
      "cannot listen on :80: not permitted; choose a port above 1023, or grant the capability CAP_NET_BIND_SERVICE",
    ],
    [
      "EADDRNOTAVAIL",
      "cannot listen on :80: this machine does not have this address; :PORT listens on all its addresses",
    ],
    [
      "ENOTFOUND",
      "cannot listen on :80: the name does not resolve; use an IP address, or :PORT for all addresses of this machine",
    ],
    ["EWHATEVER", "cannot listen on :80: EWHATEVER"],
  ])("that fails with %s says what would do", (code, message) => {
    expect(listenError(":80", Object.assign(new Error("no"), { code })).message).toBe(message);
  });
});

describe("listen", () => {
  let web: Web | undefined;
  afterEach(() => web?.close());

  it("reports an address that is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    web = createWeb(partsOf([]));
    const refused = web.listen(address);
    await expect(refused).rejects.toBeInstanceOf(ListenError);
    await expect(refused).rejects.toThrow(`cannot listen on ${address}: another process uses this port`);
    other.close();
  });

  it("listens on several addresses and closes them all", async () => {
    web = createWeb(partsOf([]));
    const servers = [await web.listen("127.0.0.1:0"), await web.listen("127.0.0.2:0")];
    await web.close();
    expect(servers.map(({ listening }) => listening)).toEqual([false, false]);
    await expect(web.listen("127.0.0.1:0")).rejects.toThrow("closed");
  });
});

describe("close", () => {
  it("waits for requests in progress, and not for idle connections", async () => {
    let answer = (_: string): void => {};
    const selfMetrics = (): Promise<string> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const rig = await Rig.start(partsOf([], { selfMetrics, limits: { graceMs: 20_000 } }));
    const agent = new Agent({ keepAlive: true });
    const ask = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const asking = request({ port: rig.port, host: "127.0.0.1", path, agent }, async (message) => {
          let text = "";
          for await (const piece of message) text += String(piece);
          resolve(text);
        });
        asking.once("error", reject).end();
      });
    expect(await ask("/-/healthy")).toBe("healthy\n");
    const running = ask("/metrics/self");
    await new Promise((resolve) => setTimeout(resolve, 30));
    const began = performance.now();
    const closed = rig.stop();
    answer("the_end 1\n");
    expect(await running).toBe("the_end 1\n");
    await closed;
    expect(performance.now() - began).toBeLessThan(10_000);
    agent.destroy();
  });
});
