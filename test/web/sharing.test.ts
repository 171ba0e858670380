import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { afterEach, describe, expect, it } from "vitest";
import type { WebLimits, WebParts } from "../../src/web/index.ts";
import { full, hundredSensors, record, snapshot } from "../exposition/records.ts";
import { partsOf, Rig, until } from "./rig.ts";
import { RawClient, Reports } from "./rig-tls.ts";

const FLEET = Array.from({ length: 600 }, (_, n) => hundredSensors(`node${String(n).padStart(3, "0")}`));
const SLOW = "127.0.0.2";
const OTHER = "127.0.0.3";

let rig: Rig;
let reports: Reports;
const clients: { destroy(): void }[] = [];
const start = async (
  limits: Partial<WebLimits> = {},
  more: Partial<WebParts> = {},
  records = [full],
): Promise<void> => {
  reports = new Reports();
  rig = await Rig.start(partsOf(records, { report: reports, limits, ...more }));
};
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await rig.stop();
});

/** Asks again and again and reads a little of each response, until its client is destroyed. */
function slowReader(path: string, { bytes = 4096, everyMs = 250, from = SLOW } = {}): { destroy(): void } {
  let message: IncomingMessage | undefined;
  let isOver = false;
  void (async () => {
    while (!isOver) {
      try {
        message = await rig.open(path, { from });
        message.on("error", () => {});
        while (!isOver && !message.destroyed) {
          message.read(bytes) ?? message.read();
          await sleep(everyMs);
        }
      } catch {
        await sleep(everyMs);
      }
    }
  })();
  const client = {
    destroy: () => {
      isOver = true;
      message?.destroy();
    },
  };
  clients.push(client);
  return client;
}

/** Statuses of a client that asks for a while. */
async function statusesOf(path: string, { times = 12, everyMs = 200, from = OTHER } = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) {
    statuses.push(
      await rig.ask(path, { from }).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    await sleep(everyMs);
  }
  return statuses;
}

const served = (times = 12): number[] => Array.from({ length: times }, () => 200);

describe("another client is served", () => {
  it.each([OTHER, SLOW])(
    "by /metrics while eight read 4 KiB now and then and come back (from %s)",
    async (from) => {
      await start({}, {}, FLEET);
      for (let i = 0; i < 8; i++) slowReader("/metrics");
      await sleep(500);
      expect(await statusesOf("/metrics?host=node000", { from })).toEqual(served());
      expect(new Set(reports.cut)).toEqual(new Set(["displaced"]));
    },
    60_000,
  );

  it("by /metrics while thirty from one address ask for it and read as fast as they can", async () => {
    await start({}, {}, FLEET);
    for (let i = 0; i < 30; i++) slowReader("/metrics", { bytes: 1 << 20, everyMs: 1 });
    await sleep(500);
    expect(await statusesOf("/metrics?host=node000", { times: 6 })).toEqual(served(6));
  }, 60_000);

  it("by a page while forty read pages slowly", async () => {
    await start({}, { configText: () => "x: y\n".repeat(2_000_000) });
    for (let i = 0; i < 40; i++) slowReader("/config");
    await sleep(500);
    expect(await statusesOf("/", { times: 6 })).toEqual(served(6));
    expect(await statusesOf("/metrics/self", { times: 2 })).toEqual(served(2));
  }, 60_000);

  it("by a probe while one address probes silent BMCs with every slot", async () => {
    await start(
      {},
      {
        probeConcurrency: () => 6,
        probe: async ({ target, signal }) => {
          if (target === "well") return { record: record(snapshot("well")) };
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      },
    );
    for (let i = 0; i < 20; i++) slowReader(`/probe?target=silent${i}`);
    await sleep(500);
    expect(await statusesOf("/probe?target=well", { times: 6 })).toEqual(served(6));
  }, 60_000);

  it("by a probe while others do not read what theirs returned", async () => {
    await start(
      {},
      {
        probeConcurrency: () => 3,
        probe: async ({ trace }) => {
          for (let i = 0; i < 20_000; i++) trace?.("note", "x".repeat(400));
          return { record: record(snapshot("well")) };
        },
      },
    );
    for (let i = 0; i < 3; i++) slowReader("/probe?target=a&debug=true");
    await sleep(500);
    expect(await statusesOf("/probe?target=well", { times: 6, from: SLOW })).toEqual(served(6));
  }, 60_000);

  it("while one address opens connections beyond the limit, idle, or with half a request", async () => {
    await start({ connections: 60 });
    const flood = setInterval(() => {
      for (let i = 0; i < 10; i++) {
        const { socket } = new RawClient(rig.port, undefined, SLOW).say(i % 2 === 0 ? "" : "GET / HTTP/1.1\r\nHost:");
        clients.push(socket);
      }
    }, 20);
    try {
      await until(() => reports.refused.length > 10);
      expect(await statusesOf("/-/healthy", { times: 10, everyMs: 50 })).toEqual(served(10));
    } finally {
      clearInterval(flood);
    }
    expect(new Set(reports.refused)).toEqual(new Set(["too_many"]));
  });

  it("while many connections are open already, of which the oldest idle one is closed", async () => {
    await start({ connections: 10 });
    const idle = Array.from({ length: 10 }, () => new RawClient(rig.port, undefined, SLOW));
    await Promise.all(idle.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    await sleep(50);
    expect((await rig.ask("/-/healthy", { from: OTHER })).status).toBe(200);
    await idle[0]?.closed;
    expect(idle.slice(1).some(({ socket }) => socket.destroyed)).toBe(false);
    for (const { socket } of idle) socket.destroy();
  });

  it("while one address has wrong passwords compared", async () => {
    const users = new Map([["prometheus", hashSync("right", 8)]]);
    await start({}, { security: () => ({ headers: {}, users }) });
    const basic = (password: string) => `Basic ${Buffer.from(`prometheus:${password}`).toString("base64")}`;
    let isOver = false;
    const guesses = Array.from({ length: 30 }, async (_, n) => {
      for (let i = 0; !isOver; i++) {
        const headers = { Authorization: basic(`guess ${n} ${i}`) };
        await rig.ask("/-/healthy", { headers, from: SLOW }).catch(() => {});
      }
    });
    await sleep(300);
    const headers = { Authorization: basic("right") };
    expect((await rig.ask("/-/healthy", { headers, from: OTHER })).status).toBe(200);
    isOver = true;
    await Promise.all(guesses);
  }, 60_000);
});

describe("memory", () => {
  it("for responses that nobody reads is bounded over all clients: the one unread for longest is cut off", async () => {
    const text = "x: y\n".repeat(2_000_000);
    await start({ unreadBytes: 2.5 * text.length }, { configText: () => text });
    const unread: IncomingMessage[] = [];
    for (let i = 0; i < 4; i++) {
      unread.push(await rig.open("/config", { from: `127.0.1.${i + 1}` }));
      await sleep(50);
    }
    clients.push(...unread);
    await until(() => reports.cut.length >= 2);
    expect(reports.cut).toEqual(["displaced", "displaced"]);
    expect((await rig.ask("/config", { from: OTHER })).text.length).toBe(text.length);
    expect(await endOf(unread[0])).toBe("cut off");
    expect(await endOf(unread[3])).toBe("whole");
  });

  it("for outdated texts is bounded: a scrape cuts off the one that began first", async () => {
    let outdated = 0;
    await start({ outdatedBytes: 1000 }, { outdatedBytes: () => outdated }, FLEET);
    const first = await rig.open("/metrics", { from: SLOW });
    const second = await rig.open("/metrics", { from: SLOW });
    clients.push(first, second);
    expect((await rig.ask("/metrics?host=node000")).status).toBe(200);
    expect(reports.cut).toEqual([]);
    outdated = 1001;
    expect((await rig.ask("/metrics?host=node000")).status).toBe(200);
    expect(reports.cut).toEqual(["displaced"]);
    expect(await endOf(first)).toBe("cut off");
    expect(await endOf(second)).toBe("whole");
  });
});

describe("a connection that is lost with requests in its pipeline", () => {
  it("frees the slots and the texts of all of them", async () => {
    let held = 0;
    const holdTexts = (texts: Iterable<unknown>): (() => void) => {
      const count = [...texts].length;
      held += count;
      return () => {
        held -= count;
      };
    };
    await start({ scrapes: 4, patienceMs: 60_000 }, { holdTexts }, FLEET);
    for (let n = 0; n < 3; n++) {
      const client = new RawClient(rig.port, undefined, SLOW).say("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4));
      client.socket.pause();
      await until(() => held >= 4 * FLEET.length);
      client.socket.destroy();
      await until(() => held === 0);
    }
    expect((await rig.ask("/metrics", { from: OTHER })).status).toBe(200);
  });
});

async function endOf(message: IncomingMessage | undefined): Promise<"whole" | "cut off"> {
  try {
    if (message) for await (const _ of message);
    return "whole";
  } catch {
    return "cut off";
  }
}
