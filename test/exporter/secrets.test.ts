import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Logger } from "../../src/lib/index.ts";
import { compileBoard, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { reservePort } from "../rig/ports.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";

/** Every secret of these tests contains it. */
const MARK = "Zq5";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Log lines with all their fields, as JSON. */
function recordingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (fields: object, message: string): void => void lines.push(JSON.stringify({ ...fields, message }));
  return { log: { debug: write, info: write, warn: write, error: write }, lines };
}

const auths = { default: { username: "monitor", password: "sesame" } };

async function start(config: object): Promise<InProcess & { readonly lines: string[] }> {
  const { log, lines } = recordingLog();
  const running = await startExporter({ auths, ...config }, { log });
  closers.push(() => running.stop());
  return { ...running, lines };
}

/** Everything that somebody can read without an account. */
async function expectNoLeak(running: InProcess & { readonly lines: string[] }): Promise<void> {
  for (const path of ["/config", "/metrics", "/metrics/self", "/", "/sd"]) {
    const { status, text } = await running.get(path);
    expect([path, status, linesWith(text)]).toEqual([path, 200, []]);
  }
  expect(running.lines.filter((line) => line.includes(MARK))).toEqual([]);
}

const linesWith = (text: string): string[] => text.split("\n").filter((line) => line.includes(MARK));

describe("a secret in the URL of http_sd", () => {
  it.each([
    ["nothing listens", undefined, /connection refused/],
    ["the server refuses", ((_, response) => response.writeHead(403).end(MARK)) as RequestListener, /status 403/],
    ["the response is not JSON", ((_, response) => response.end(MARK)) as RequestListener, /is not JSON/],
    [
      "it redirects in a loop",
      ((r, response) => response.writeHead(302, { location: r.url }).end()) as RequestListener,
      /redirect/,
    ],
  ])("is shown nowhere while %s", async (_, answer, problem) => {
    const closed = await reservePort();
    closers.push(() => closed.release());
    const origin = answer ? await serve(answer) : `http://127.0.0.1:${closed.port}`;
    const url = `${origin}/${MARK}-path/sd?token=${MARK}-query#${MARK}-fragment`;
    const running = await start({ http_sd: [{ url }] });
    const line = running.lines.find((text) => problem.test(text));
    expect(line).toContain(`http_sd[0] (${origin}/<secret>): `);
    await expectNoLeak(running);
    expect((await running.get("/config")).text).toContain(`url: ${origin}/<secret>`);
    const reload = await running.exporter.reload();
    expect(linesWith(JSON.stringify(reload))).toEqual([]);
    await expectNoLeak(running);
  });

  it("is shown nowhere if its entries are rejected, and neither are secrets in the entries", async () => {
    const targets = [`https://user:${MARK}@bmc1/`, `monitor:${MARK}@10.0.0.1`, `bmc2/?token=${MARK}`, `bmc3#${MARK}`];
    const groups = [{ targets }, { targets: ["10.0.0.7"], labels: { host: `https://x/${MARK}` } }];
    const origin = await serve((_, response) => response.end(JSON.stringify(groups)));
    const running = await start({ http_sd: [{ url: `${origin}/${MARK}` }] });
    const { text } = await running.get("/metrics/self");
    expect(text).toContain(`{source="http_sd[0] (${origin}/<secret>)",reason="invalid_address"} 4`);
    expect(text).toContain(`{source="http_sd[0] (${origin}/<secret>)",reason="invalid_name"} 1`);
    await expectNoLeak(running);
    expect(linesWith(JSON.stringify(await running.exporter.reload()))).toEqual([]);
  });
});

describe("a secret in the URL of the Alertmanager", () => {
  it.each([
    ["refuses", ((_, response) => response.writeHead(400).end(MARK)) as RequestListener, "events are refused"],
    [
      "redirects",
      ((r, response) => response.writeHead(302, { location: r.url }).end()) as RequestListener,
      "events cannot be sent",
    ],
  ])("is shown nowhere while the server %s", async (_, answer, problem) => {
    const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
    closers.push(() => simulation.stop());
    const [bmc] = simulation.bmcs;
    const origin = await serve(answer);
    const running = await start({
      modules: { default: { interval: "1h", timeout: "10s" } },
      targets: [{ hosts: "n1", address: `${bmc?.address}:${bmc?.port}` }],
      events: { alertmanager: { url: `${origin}/hooks/${MARK}?key=${MARK}`, min_severity: "warning" } },
    });
    await running.get("/probe?target=n1");
    // A processor that overheats: IERR of sensor type "processor".
    bmc?.bmc.state.addEvent({ sensor: 0x30, sensorType: 0x07, eventType: 0x6f, offset: 0 });
    await running.get("/probe?target=n1");
    await vi.waitFor(() => expect(running.lines.join("\n")).toContain(problem), 10_000);
    expect(running.lines.find((line) => line.includes(problem))).toContain(`"target":"${origin}/<secret>"`);
    await expectNoLeak(running);
    expect((await running.get("/config")).text).toContain(`url: ${origin}/<secret>`);
    expect(linesWith(JSON.stringify(await running.exporter.reload()))).toEqual([]);
  });
});

describe("a value with a secret that is itself wrong", () => {
  const secretUrl = `https://user:${MARK}@netbox.example.org/${MARK}?token=${MARK}`;
  const values = [
    secretUrl,
    `netbox.example.org/${MARK}?token=${MARK}`,
    `ftp://netbox.example.org/${MARK}`,
    ` https://netbox.example.org/${MARK}`,
    `https://user:${MARK}/${MARK}@netbox.example.org`,
    `user:${MARK}@netbox.example.org`,
    `https:/\\user:${MARK}@netbox.example.org/`,
  ];
  /** Places where somebody may write a URL or an address. */
  const places: readonly (readonly [string, (value: string) => object])[] = [
    ["http_sd[].url", (url) => ({ http_sd: [{ url }] })],
    ["http_sd", (url) => ({ http_sd: url })],
    ["http_sd[]", (url) => ({ http_sd: [url] })],
    ["http_sd[].basic_auth", (value) => ({ http_sd: [{ url: "http://a", basic_auth: value }] })],
    ["http_sd[].authorization", (value) => ({ http_sd: [{ url: "http://a", authorization: value }] })],
    ["http_sd[].timeout", (timeout) => ({ http_sd: [{ url: "http://a", timeout }] })],
    ["http_sd[] as a key", (value) => ({ http_sd: [{ [value]: null }] })],
    ["events.alertmanager", (url) => ({ events: { alertmanager: url } })],
    ["events.alertmanager.url", (url) => ({ events: { alertmanager: { url } } })],
    ["events.alertmanager.url[]", (url) => ({ events: { alertmanager: { url: [url] } } })],
    ["events.syslog.address", (address) => ({ events: { syslog: { address } } })],
    ["targets[].hosts", (hosts) => ({ targets: [{ hosts }] })],
    ["targets[].hosts, a list in brackets", (hosts) => ({ targets: [{ hosts: `[${hosts}` }] })],
    ["targets[].address", (address) => ({ targets: [{ hosts: "n1", address }] })],
    ["targets[].address, a pattern", (address) => ({ targets: [{ hosts: "n1", address: `${address}{x}` }] })],
    ["targets[].address, a range", (address) => ({ targets: [{ hosts: "n[1-9]", address: `${address}{1-2}` }] })],
    ["targets[].address, a brace", (address) => ({ targets: [{ hosts: "n1", address: `${address}{` }] })],
    ["file_sd[].files", (file) => ({ file_sd: [{ files: [`${file}.txt`] }] })],
    ["targets[].rack, a pattern", (rack) => ({ targets: [{ hosts: "n1", address: "127.0.0.1", rack: `{${rack}}` }] })],
    ["probe.allow", (network) => ({ probe: { allow: [network] } })],
    ["modules.default.interval", (interval) => ({ modules: { default: { interval } } })],
    ["modules.default.protocol", (protocol) => ({ modules: { default: { protocol } } })],
  ];
  // The whole value is a path or a name here, and not a URL: only URLs are hidden.
  const paths = new Set([
    "file_sd[].files",
    "modules.default.interval",
    "modules.default.protocol",
    "http_sd[].timeout",
  ]);

  it("is quoted by no error, no log line and no answer to a reload", async () => {
    const running = await start({ targets: [{ hosts: "n1", address: "127.0.0.1:9" }] });
    const accepted: string[] = [];
    for (const [place, config] of places) {
      for (const value of values) {
        if (paths.has(place) && !/:\/\/|@/.test(value)) continue;
        running.write({ auths, ...config(value) });
        const { ok, problems } = await running.exporter.reload();
        if (ok) accepted.push(`${place}: ${value}`);
        expect([place, value, linesWith(problems.join("\n"))]).toEqual([place, value, []]);
      }
    }
    // The URL of a server is refused only where it is none, or where it has credentials.
    expect(accepted).toEqual([]);
    expect(running.lines.length).toBeGreaterThan(places.length);
    await expectNoLeak(running);
    for (const value of values) {
      const { status, text } = await running.get(`/probe?target=${encodeURIComponent(value)}`);
      expect([value, status >= 400, linesWith(text)]).toEqual([value, true, []]);
    }
  });
});
