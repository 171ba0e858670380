import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compileBoard, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const HOSTS = 4;
const INTERVAL_MS = 1000;
const EVENTS_PER_SECOND = 8;
const PATIENCE_MS = 60_000;

export interface KillLoopResult {
  readonly kills: number;
  /** Records that the BMCs logged after first contact. */
  readonly added: number;
  readonly file: Received;
  readonly syslog: Received;
  /** Sum of bmc_sel_records_total at the end, less what the logs held at first contact. */
  readonly counted: number;
  readonly brokenLines: number;
}

export interface Received {
  readonly lost: number;
  readonly repeated: number;
  /** Repeated with another id: a receiver could not drop them. */
  readonly repeatedWithOtherId: number;
}

interface Seen {
  /** Host and the bytes of its record that no other record has. */
  readonly record: string;
  readonly id: string;
}

/** Sensor number and event data: the test counts in them. */
const recordOf = (host: string, raw: string): string => `${host} ${raw.slice(22, 24)}${raw.slice(28)}`;

/** A syslog receiver over TCP that keeps every message it got whole. */
class SyslogReceiver {
  readonly seen: Seen[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor() {
    this.#server = createServer((socket) => this.#take(socket));
  }

  async listen(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(this.port, "127.0.0.1", listening));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    let text = "";
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      text += String(chunk);
      for (let space = text.indexOf(" "); space > 0; space = text.indexOf(" ")) {
        const end = space + 1 + Number(text.slice(0, space));
        if (text.length < end) return;
        const message = text.slice(space + 1, end);
        text = text.slice(end);
        const field = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(message)?.[1] ?? "";
        if (field("type") === "sel") this.seen.push({ record: recordOf(field("host"), field("raw")), id: field("id") });
      }
    });
  }
}

function received(expected: readonly string[], seen: readonly Seen[]): Received {
  const ids = new Map<string, string[]>();
  for (const { record, id } of seen) ids.set(record, [...(ids.get(record) ?? []), id]);
  const repeats = [...ids.values()].filter((all) => all.length > 1);
  return {
    lost: expected.filter((record) => !ids.has(record)).length,
    repeated: repeats.reduce((sum, all) => sum + all.length - 1, 0),
    repeatedWithOtherId: repeats.filter((all) => new Set(all).size > 1).length,
  };
}

/**
 * Runs `lightsout serve` on BMCs that log events all the time, kills it at random moments, starts it again, and
 * compares what the BMCs logged with what each output got.
 *
 * @param receiverIsDown the syslog receiver listens only after the last kill
 */
export async function killLoop(options: {
  readonly kills: number;
  readonly signal?: NodeJS.Signals;
  readonly receiverIsDown?: boolean;
  readonly random?: () => number;
}): Promise<KillLoopResult> {
  const { kills, signal = "SIGKILL", receiverIsDown = false, random = Math.random } = options;
  const folder = temporaryFolder("kill-loop");
  const board = compileBoard({ ...sampleBoard(), sel: { capacity: 60_000 } });
  const names = Array.from({ length: HOSTS }, (_, i) => `n${i + 1}`);
  const simulation = await startSimulation({ port: 0, bmcs: names.map((name) => ({ name, board })) });
  const { bmcs } = simulation;
  const syslog = new SyslogReceiver();
  await syslog.listen();
  if (receiverIsDown) await syslog.close();
  const file = join(folder.path, "events.jsonl");
  const config = {
    modules: { default: { interval: `${INTERVAL_MS}ms`, timeout: `${INTERVAL_MS - 50}ms`, parts: ["power", "sel"] } },
    auths: { default: { username: "monitor", password: "sesame" } },
    targets: bmcs.map(({ address, port }, i) => ({ hosts: names[i], address: `${address}:${port}` })),
    state_dir: join(folder.path, "state"),
    events: { log: { path: file }, syslog: { address: `127.0.0.1:${syslog.port}`, transport: "tcp" } },
  };
  const sumOf = async (exporter: Lightsout, family: string): Promise<number> =>
    [...(await exporter.samples("/metrics"))].reduce(
      (sum, [series, value]) => (series.startsWith(`${family}{`) ? sum + value : sum),
      0,
    );
  let exporter = await startLightsout({ config });
  try {
    const atFirstContact = bmcs.reduce((sum, { bmc }) => sum + bmc.state.selEntries, 0);
    await eventually(
      async () =>
        [...(await exporter.samples("/metrics")).keys()].filter((s) => s.startsWith("bmc_sel_events_total{")).length,
      (series) => series === HOSTS * 5,
      PATIENCE_MS,
    );
    const added: string[] = [];
    const add = (): void => {
      const number = Math.floor(added.length / HOSTS);
      const i = added.length % HOSTS;
      const bytes = Buffer.alloc(3);
      bytes.writeUIntBE(number, 0, 3);
      const [sensor = 0, data2, data3] = bytes;
      const event = { sensor, sensorType: 0x0c, eventType: 0x6f, dataUse: 0x0a, offset: 1, data2, data3 };
      if (bmcs[i]?.bmc.state.addEvent(event)) added.push(`${names[i]} ${bytes.toString("hex")}`);
    };
    const adding = setInterval(add, 1000 / (EVENTS_PER_SECOND * HOSTS));
    for (let kill = 0; kill < kills; kill++) {
      await sleep(300 + random() * 2500);
      if (signal === "SIGKILL") exporter.signal(signal);
      await exporter.stop();
      exporter = await startLightsout({ config, readyWithinMs: PATIENCE_MS });
    }
    clearInterval(adding);
    if (receiverIsDown) await syslog.listen();
    const lines = (): readonly Seen[] => seenIn(existsSync(file) ? readFileSync(file, "utf8") : "").seen;
    const all = (seen: readonly Seen[]): boolean => received(added, seen).lost === 0;
    await eventually(lines, all, PATIENCE_MS).catch(() => {});
    await eventually(() => syslog.seen, all, PATIENCE_MS).catch(() => {});
    // What might come twice comes by then.
    await sleep(2 * INTERVAL_MS);
    return {
      kills,
      added: added.length,
      file: received(added, lines()),
      syslog: received(added, syslog.seen),
      counted: (await sumOf(exporter, "bmc_sel_records_total")) - atFirstContact,
      brokenLines: seenIn(readFileSync(file, "utf8")).broken,
    };
  } finally {
    await exporter.stop();
    await syslog.close();
    await simulation.stop();
    folder.remove();
  }
}

function seenIn(text: string): { readonly seen: readonly Seen[]; readonly broken: number } {
  const seen: Seen[] = [];
  let broken = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      const { id, type, host, raw } = JSON.parse(line) as Record<string, string>;
      if (type === "sel") seen.push({ record: recordOf(host ?? "", raw ?? ""), id: id ?? "" });
    } catch {
      broken++;
    }
  }
  return { seen, broken };
}
