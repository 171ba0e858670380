import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RedfishBmc } from "../../../src/bmc/over-redfish/redfish-bmc.ts";
import { savedRedfish } from "../../../src/bmc/over-redfish/saved-state.ts";
import { SnapshotTaker } from "../../../src/bmc/snapshot.ts";
import { Secret, systemClock } from "../../../src/lib/index.ts";
import type { Host } from "../../../src/model/index.ts";
import { temporaryFolder } from "../../rig/child.ts";
import { TreeServer } from "../../rig/redfish-tree.ts";
import { withPeers } from "../../rig/requirements.ts";
import { loopbackCertificates } from "../../rig/scripted-https.ts";
import { SMALL_TREE, writeSmallTree } from "../../support/redfish-tree.ts";

const host: Host = {
  name: "node017",
  address: "127.0.0.1",
  port: 443,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};
const link = (uri: string) => ({ "@odata.id": `/redfish/v1${uri}` });
const LOG = "/Systems/1/LogServices/SEL";
const entry = (id: number) => ({
  ...link(`${LOG}/Entries/${id}`),
  Id: `${id}`,
  Created: `2026-01-01T00:00:${String(id).padStart(2, "0")}Z`,
  Severity: "Critical",
  Message: `event ${id}`,
});
const withLog = (entries: number, changes: typeof SMALL_TREE = {}): typeof SMALL_TREE => ({
  "/Systems/1": { ...SMALL_TREE["/Systems/1"], LogServices: link("/Systems/1/LogServices") },
  "/Systems/1/LogServices": { Members: [link(LOG)] },
  [LOG]: { Id: "SEL", OverWritePolicy: "WrapsWhenFull", MaxNumberOfRecords: 100, Entries: link(`${LOG}/Entries`) },
  [`${LOG}/Entries`]: {
    Members: Array.from({ length: entries }, (_, i) => entry(i + 1)),
    "Members@odata.count": entries,
  },
  ...changes,
});

withPeers(["openssl"], "the event log of a machine over Redfish", () => {
  const folder = temporaryFolder("redfish-log");
  afterAll(() => folder.remove());

  function opened(port: number, saved?: unknown) {
    const bmc = new RedfishBmc({
      address: "127.0.0.1",
      port: port,
      login: { user: "monitor", password: new Secret("secret"), auth: "session" },
      tls: { verify: "pin" },
      clock: systemClock,
    });
    const taker = new SnapshotTaker(host, bmc);
    const poll = async () => {
      if (saved !== undefined) await bmc.restore(saved);
      saved = undefined;
      const signal = AbortSignal.timeout(10_000);
      const parts = ["power", "sel"] as const;
      const snapshot = await taker.take({ parts, slowIntervalMs: 3600_000, signal, clock: systemClock });
      return { ...snapshot, texts: snapshot.eventLog?.fresh.map(({ text }) => text) };
    };
    return { bmc, poll };
  }

  async function machine(name: string) {
    const tree = join(folder.path, name);
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    writeSmallTree(tree);
    const server = await TreeServer.start({ folder: tree, ...tls });
    const open = (saved?: unknown) => opened(server.port, saved);
    return { tree, server, open };
  }

  it("goes on after a restart with the saved state, and is not searched again", async () => {
    const { tree, server, open } = await machine("restart");
    writeSmallTree(tree, withLog(2));
    const before = open();
    try {
      expect(await before.poll()).toMatchObject({
        texts: ["event 1", "event 2"],
        eventLog: { historical: 2, entries: 2 },
      });
      const saved = JSON.parse(JSON.stringify(before.bmc.save()));
      await before.bmc.close();
      server.seen.length = 0;
      writeSmallTree(tree, withLog(3));
      const after = open(saved);
      const { texts, eventLog } = await after.poll();
      expect([texts, eventLog?.historical, eventLog?.counters?.bySeverity.critical]).toEqual([["event 3"], 0, 3]);
      expect(server.seen.filter(({ path }) => path.endsWith("/LogServices"))).toEqual([]);
      await after.bmc.close();
    } finally {
      await server.stop();
    }
  });

  it("is no part of a machine without a log", async () => {
    const { server, open } = await machine("none");
    const { bmc, poll } = open();
    try {
      const { parts, up } = await poll();
      expect([up, parts.map(({ part }) => part)]).toEqual([true, ["power"]]);
    } finally {
      await bmc.close();
      await server.stop();
    }
  });

  it("fails as a part if the account may not read it, and is not requested in each poll", async () => {
    const tree = join(folder.path, "forbidden");
    writeSmallTree(tree, withLog(2));
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    const server = await TreeServer.start({ folder: tree, ...tls, forbidden: /LogServices/ });
    const { bmc, poll } = opened(server.port);
    try {
      const { parts, up } = await poll();
      expect(up).toBe(true);
      expect(parts.find(({ part }) => part === "sel")?.failure).toMatchObject({ reason: "privilege_refused" });
      await poll();
      expect(server.seen.filter(({ path }) => path.includes("LogServices"))).toHaveLength(1);
    } finally {
      await bmc.close();
      await server.stop();
    }
  });

  it("of another board is history", async () => {
    const { tree, server, open } = await machine("board");
    writeSmallTree(tree, withLog(2));
    const { bmc, poll } = open();
    try {
      await poll();
      const other = { ...withLog(2)["/Systems/1"], SerialNumber: "S2", UUID: "11020304-0506-0708-090a-0b0c0d0e0f10" };
      const entries = { Members: [{ ...entry(1), Message: "of the other board" }], "Members@odata.count": 1 };
      writeSmallTree(tree, withLog(2, { "/Systems/1": other, [`${LOG}/Entries`]: entries }));
      const { texts, eventLog } = await poll();
      expect([texts, eventLog?.historical, eventLog?.counters?.bySeverity.critical]).toEqual([
        ["of the other board"],
        1,
        2,
      ]);
    } finally {
      await bmc.close();
      await server.stop();
    }
  });
});

it.each<readonly [string, object]>([
  ["a position that is no list", { remembered: "x" }],
  ["a count that is no number", { counts: { bySeverity: { ok: "1" }, memoryErrors: {}, records: [], dimmErrors: [] } }],
  ["another order", { order: "random" }],
  ["a URI of another server", { uri: "https://192.0.2.1/" }],
])("a saved log with %s is ignored, and the rest is used", (_, change) => {
  const counts = { bySeverity: {}, memoryErrors: {}, records: [], dimmErrors: [] };
  const eventLog = { uri: "/x", remembered: ["a b"], counts };
  const file = { session: {}, log: { entries: "/x" }, eventLog };
  expect(savedRedfish(file)?.eventLog).toEqual(eventLog);
  const read = savedRedfish({ ...file, eventLog: { ...eventLog, ...change } });
  expect([read?.eventLog, read?.log]).toEqual([undefined, { entries: "/x" }]);
});
