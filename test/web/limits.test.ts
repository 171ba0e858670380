import { afterEach, describe, expect, it } from "vitest";
import type { WebLimits, WebParts } from "../../src/web/index.ts";
import { fleet } from "./fleet.ts";
import { partsOf, Rig, until } from "./rig.ts";
import { RawClient, Reports } from "./rig-tls.ts";

let rig: Rig;
let reports: Reports;
const start = async (limits: Partial<WebLimits> = {}, more: Partial<WebParts> = {}): Promise<void> => {
  reports = new Reports();
  rig = await Rig.start(partsOf(fleet(3), { report: reports, limits, ...more }));
};
afterEach(() => rig.stop());

const GET = (path: string, head = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n`;
const statuses = (text: string): number[] => [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => Number(match[1]));

describe("a client that is slow", () => {
  it("to send the head of its request gets 408 and is cut off", async () => {
    await start({ headersMs: 200 });
    const client = new RawClient(rig.port).listen().say("GET / HTTP/1.1\r\n");
    await client.closed;
    expect(statuses(client.heard)).toEqual([408]);
  });

  it("and sends a head byte by byte gets no more time than one that sends nothing", async () => {
    await start({ headersMs: 300 });
    const client = new RawClient(rig.port).listen().say("GET / HTTP/1.1\r\nX-A: ");
    const drip = setInterval(() => client.say("b"), 20);
    await client.closed;
    clearInterval(drip);
    expect(statuses(client.heard)).toEqual([408]);
  });

  it("to send the body it announced is cut off", async () => {
    await start({ headersMs: 200, requestMs: 300 });
    const client = new RawClient(rig.port)
      .say("POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
      .listen();
    await client.closed;
    expect(statuses(client.heard)[0]).toBe(200);
  });

  it("to read a large response is cut off when it stops reading, and the response is not made any further", async () => {
    const big = "x 1\n".repeat(4_000_000);
    await start({ stalledMs: 200 }, { selfMetrics: async () => big });
    const client = new RawClient(rig.port).say(GET("/metrics/self"));
    await until(() => reports.cut.includes("stalled"));
    client.listen();
    await client.closed;
    expect(client.heard.length).toBeLessThan(big.length);
  });

  it("but reads on has the full time of a response, and no more", async () => {
    const big = "x 1\n".repeat(4_000_000);
    await start({ scrapeMs: 300, stalledMs: 10_000 }, { selfMetrics: async () => big });
    const client = new RawClient(rig.port).say(GET("/metrics/self"));
    await until(() => reports.cut.includes("slow"));
    client.listen();
    await client.closed;
  });

  it("is not confused with one that waits for a response", async () => {
    await start(
      { stalledMs: 100 },
      { selfMetrics: () => new Promise((resolve) => setTimeout(() => resolve("x 1\n"), 500)) },
    );
    expect((await rig.ask("/metrics/self")).text).toBe("x 1\n");
    expect(reports.cut).toEqual([]);
  });
});

describe("a request", () => {
  it("with an address of 10,000 characters is refused with 414, with a head of 20,000 with 431", async () => {
    await start();
    const long = await rig.ask(`/metrics?host=${"a".repeat(10_000)}`);
    expect([long.status, long.text]).toEqual([414, "the URL has 10014 characters, the limit is 8192\n"]);
    expect((await rig.ask("/", { headers: { "X-A": "a".repeat(20_000) } })).status).toBe(431);
  });

  it.each([
    ["a body of a megabyte", "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", 413],
    ["a body without a length", "POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411],
    ["two lengths", "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
    ["a method that is none", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", undefined],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["bytes that are no HTTP", "\x16\x03\x01\x00\x05hello", 400],
  ])("with %s is refused and its connection does not stay", async (_what, text, status) => {
    await start({ keepAliveMs: 100, stalledMs: 300 });
    const client = new RawClient(rig.port).listen().say(Buffer.from(text, "latin1"));
    await client.closed;
    expect(statuses(client.heard)[0]).toBe(status);
  });

  it("may be pipelined, but not by the hundred", async () => {
    await start({ perConnection: 4 });
    const few = new RawClient(rig.port).listen().say(GET("/-/healthy") + GET("/-/ready", "Connection: close\r\n"));
    await few.closed;
    expect(few.heard.indexOf("healthy")).toBeLessThan(few.heard.indexOf("ready\n"));
    const many = new RawClient(rig.port).listen().say(GET("/metrics").repeat(300));
    await many.closed;
    expect(statuses(many.heard).filter((status) => status === 200).length).toBeLessThanOrEqual(5);
    expect(statuses(many.heard)).toContain(429);
  });
});

describe("connections", () => {
  it("are closed at once if there are too many, and counted", async () => {
    await start({ connections: 2 });
    const held = [new RawClient(rig.port), new RawClient(rig.port)];
    await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    await new RawClient(rig.port).listen().closed;
    expect(reports.refused).toEqual(["too_many"]);
    for (const { socket } of held) socket.destroy();
    await until(async () => (await rig.ask("/-/healthy").catch(() => undefined))?.status === 200);
  });

  it("are closed if they are idle for a while", async () => {
    await start({ keepAliveMs: 100 });
    const client = new RawClient(rig.port).listen().say(GET("/-/healthy"));
    await client.closed;
    expect(statuses(client.heard)).toEqual([200]);
  });
});

it("a page that is not read loses its slot to another, and /-/healthy needs no slot", async () => {
  await start({ pages: 1 }, { configText: () => "x: y\n".repeat(2_000_000) });
  const slow = await rig.open("/config");
  expect((await rig.ask("/-/healthy")).status).toBe(200);
  expect((await rig.ask("/sd")).status).toBe(200);
  expect(reports.cut).toEqual(["displaced"]);
  slow.destroy();
});

it("every response forbids type sniffing, framing and caching", async () => {
  await start();
  for (const path of ["/", "/metrics", "/config", "/nothing", "/-/healthy"]) {
    const { headers } = await rig.ask(path);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "deny",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
  }
});
