import { createSocket, type Socket as Datagrams } from "node:dgram";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { eventsOf } from "../../src/events/from-news.ts";
import { Events, type EventsOptions } from "../../src/events/index.ts";
import { syslogMessage } from "../../src/events/syslog/message.ts";
import { type LogFields, silentLogger, systemClock } from "../../src/lib/index.ts";
import { eventually } from "../e2e/lightsout.ts";
import { parseSyslog, type SyslogMessage } from "./rfc5424.ts";
import { entry, HOST, news } from "./samples.ts";

const OPTIONS = { facility: 3, appName: "lightsout", hostname: "poller1", pid: 42, maxBytes: 2048 };

const message = (
  record: Parameters<typeof entry>[0] = {},
  options: Partial<typeof OPTIONS> = {},
  host: typeof HOST = HOST,
): Buffer => {
  const [event] = eventsOf(host, news([entry(record)]));
  if (!event) throw new Error("no event");
  return syslogMessage(event, { ...OPTIONS, ...options });
};

describe("a syslog message", () => {
  it("conforms to RFC 5424 and has the fields of the JSON line", () => {
    expect(parseSyslog(message())).toEqual({
      facility: 3,
      severity: 2,
      timestamp: "2026-01-01T12:00:00.000Z",
      hostname: "poller1",
      appName: "lightsout",
      procId: "42",
      msgId: "sel",
      data: {
        "event@32473": {
          id: expect.stringMatching(/^[\w-]{22}$/),
          seen: "2026-01-01T12:00:00.000Z",
          type: "sel",
          host: "node017",
          severity: "critical",
          time: "2026-01-01T11:59:55.000Z",
          time_status: "wall_clock",
          clock_offset_seconds: "0",
          kind: "temperature",
          event: "upper_critical_going_high",
          direction: "asserted",
          sensor: "CPU1 Temp",
          sensor_number: "1",
          record_id: "7",
          raw: entry().raw,
        },
        "place@32473": { site: "s1", room: "hall", rack: "r1", position: "07" },
      },
      text: `node017: ${entry().text}`,
    });
  });

  it.each([
    ["ok", 6],
    ["warning", 4],
    ["critical", 2],
    ["non_recoverable", 1],
    ["unknown", 5],
  ] as const)("of %s has severity %i", (severity, expected) => {
    expect(parseSyslog(message({ severity })).severity).toBe(expected);
  });

  it("escapes characters that end a value", () => {
    const sensor = 'a"b]c\\d[e=';
    expect(parseSyslog(message({ sensor })).data["event@32473"]?.sensor).toBe(sensor);
  });

  it("is one line with valid header fields", () => {
    const bytes = message({ text: "one\ntwo\u0000three" }, { hostname: "höst name", appName: "x".repeat(60) });
    const { text, hostname, appName } = parseSyslog(bytes);
    expect([text, hostname, appName.length]).toEqual(["node017: one two three", "h_st_name", 48]);
    expect(parseSyslog(message({}, { hostname: "" })).hostname).toBe("-");
  });

  it("that is too long is cut off between two characters", () => {
    for (let maxBytes = 900; maxBytes < 908; maxBytes++) {
      const bytes = message({ text: "Lüfter ☃ ".repeat(400) }, { maxBytes });
      expect(bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(parseSyslog(bytes).data["place@32473"]?.rack).toBe("r1");
    }
  });

  it("without a place has no element for it", () => {
    expect(Object.keys(parseSyslog(message({}, {}, { ...HOST, place: {} } as typeof HOST)).data)).toEqual([
      "event@32473",
    ]);
  });
});

/** Messages of a stream, by octet counting - RFC 6587 section 3.4.1; throws on anything else. */
function counted(stream: Buffer): SyslogMessage[] {
  const found: SyslogMessage[] = [];
  for (let rest = stream; rest.length > 0; ) {
    const count = /^([1-9]\d*) /.exec(rest.subarray(0, 12).toString("latin1"));
    if (!count) throw new Error(`no length: ${rest.subarray(0, 20).toString("latin1")}`);
    const start = count[0].length;
    const length = Number(count[1]);
    if (rest.length < start + length) break;
    found.push(parseSyslog(rest.subarray(start, start + length)));
    rest = rest.subarray(start + length);
  }
  return found;
}

const ids = (messages: readonly SyslogMessage[]): number[] =>
  messages.map(({ data }) => Number(data["event@32473"]?.record_id));

describe("syslog over the network", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function output(transport: "udp" | "tcp", port: number) {
    const counts: Record<string, number> = {};
    const warnings: string[] = [];
    const warn = (fields: LogFields): void => void warnings.push(String(fields.problem));
    const events = new Events({
      clock: systemClock,
      log: { ...silentLogger, warn },
      report: {
        outputConfigured: () => {},
        eventsEnded: (_, outcome, count) => {
          counts[outcome] = (counts[outcome] ?? 0) + count;
        },
        eventsWaiting: () => {},
      },
    });
    const syslog = { host: "127.0.0.1", port, transport, facility: 16, appName: "lightsout", hostname: "poller1" };
    const options: EventsOptions = { historical: false, syslog };
    await events.configure(options, 1000);
    closers.push(() => events.close(500));
    const tell = (...ids: readonly number[]): void =>
      void events.take(HOST, news(ids.map((id) => entry({ id: String(id) }))));
    return { events, counts, warnings, tell };
  }

  async function tcpReceiver(
    port = 0,
  ): Promise<{ port: number; streams: Buffer[]; sockets: Socket[]; server: Server }> {
    const streams: Buffer[] = [];
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      const n = streams.push(Buffer.alloc(0)) - 1;
      sockets.push(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        streams[n] = Buffer.concat([streams[n] ?? Buffer.alloc(0), chunk]);
      });
    });
    await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, streams, sockets, server };
  }

  it("comes in datagrams, one each", async () => {
    const socket: Datagrams = createSocket("udp4");
    const received: Buffer[] = [];
    socket.on("message", (bytes) => received.push(bytes));
    await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
    closers.push(() => socket.close());
    const { tell, counts } = await output("udp", socket.address().port);
    tell(1, 2, 3);
    await eventually(
      () => received.length,
      (n) => n === 3,
    );
    expect(ids(received.map(parseSyslog))).toEqual([1, 2, 3]);
    expect(received.map(parseSyslog)[0]?.facility).toBe(16);
    await eventually(
      () => counts.sent,
      (sent) => sent === 3,
    );
  });

  it("comes in datagrams when the receiver is up again, the first one too", async () => {
    const probe: Datagrams = createSocket("udp4");
    await new Promise<void>((bound) => probe.bind(0, "127.0.0.1", bound));
    const { port } = probe.address();
    await new Promise<void>((closed) => probe.close(closed));
    const { tell, counts, warnings } = await output("udp", port);
    tell(1);
    await eventually(
      () => warnings.length,
      (n) => n > 0,
    );
    expect(counts).toEqual({});
    const socket: Datagrams = createSocket("udp4");
    const received: Buffer[] = [];
    socket.on("message", (bytes) => received.push(bytes));
    await new Promise<void>((bound) => socket.bind(port, "127.0.0.1", bound));
    closers.push(() => socket.close());
    await eventually(
      () => counts.sent,
      (sent) => sent === 1,
    );
    expect(ids(received.map(parseSyslog))).toContain(1);
  });

  it("comes over one TCP connection, each behind its length", async () => {
    const { port, streams } = await tcpReceiver();
    const { tell } = await output("tcp", port);
    tell(1, 2);
    tell(3);
    const messages = () => counted(streams[0] ?? Buffer.alloc(0));
    await eventually(messages, (all) => all.length === 3);
    expect(ids(messages())).toEqual([1, 2, 3]);
    expect(streams).toHaveLength(1);
  });

  it("uses a new connection after the receiver was restarted", async () => {
    const first = await tcpReceiver();
    const { tell, warnings } = await output("tcp", first.port);
    tell(1);
    await eventually(
      () => counted(first.streams[0] ?? Buffer.alloc(0)),
      (all) => all.length === 1,
    );
    for (const socket of first.sockets) socket.end();
    await new Promise((closed) => first.server.close(closed));
    await sleep(50);
    tell(2, 3);
    await eventually(
      () => warnings.length,
      (n) => n > 0,
    );
    expect(warnings).toEqual([expect.stringContaining("ECONNREFUSED")]);
    const second = await tcpReceiver(first.port);
    const messages = () => counted(second.streams[0] ?? Buffer.alloc(0));
    await eventually(messages, (all) => all.length === 2);
    expect(ids(messages())).toEqual([2, 3]);
  });

  it("does not delay the end of the process if the receiver reads nothing", async () => {
    const { port, sockets } = await tcpReceiver();
    const { events, tell, counts } = await output("tcp", port);
    tell(1);
    await eventually(
      () => counts.sent,
      (n) => n === 1,
    );
    for (const socket of sockets) socket.pause();
    for (let i = 0; i < 400; i++) tell(...Array.from({ length: 20 }, (_, n) => n));
    await events.close(300);
    expect((counts.sent ?? 0) + (counts.undelivered ?? 0) + (counts.queue_full ?? 0)).toBe(8001);
  });
});
