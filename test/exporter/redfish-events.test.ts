import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";
import { type KeyPair, loopbackCertificates } from "../rig/scripted-https.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";
import { SMALL_TREE, writeSmallTree } from "../support/redfish-tree.ts";

const link = (uri: string) => ({ "@odata.id": `/redfish/v1${uri}` });
const LOG = "/Systems/1/LogServices/IML";

/** The log of an iLO with these messages, oldest first; ids begin at `firstId`. */
function logOf(messages: readonly string[], firstId = 1): typeof SMALL_TREE {
  const members = messages.map((Message, i) => ({
    ...link(`${LOG}/Entries/${firstId + i}`),
    Id: `${firstId + i}`,
    Created: new Date(Date.now() - 60_000).toISOString(),
    Severity: "Critical",
    MessageId: "10.644",
    Message,
  }));
  return {
    "/Systems/1": { ...SMALL_TREE["/Systems/1"], LogServices: link("/Systems/1/LogServices") },
    "/Systems/1/LogServices": { Members: [link(LOG)] },
    [LOG]: { Id: "IML", OverWritePolicy: "WrapsWhenFull", Entries: link(`${LOG}/Entries`) },
    [`${LOG}/Entries`]: { Members: members, "Members@odata.count": members.length },
  };
}

withPeers(["openssl"], "events of a log over Redfish", () => {
  const folder = temporaryFolder("redfish-events");
  const tree = join(folder.path, "tree");
  const path = join(folder.path, "events.jsonl");
  let tls: KeyPair;
  let server: TreeServer;
  let exporter: InProcess | undefined;

  beforeAll(async () => {
    ({ bmc: tls } = await loopbackCertificates(folder.path, "bmc"));
  });
  afterEach(async () => {
    await exporter?.stop();
    await server.stop();
  });
  afterAll(() => folder.remove());

  const start = async (): Promise<InProcess> =>
    startExporter({
      modules: {
        default: { protocol: "redfish", interval: "20s", timeout: "10s", redfish: { port: server.port } },
      },
      auths: { default: { username: "monitor", password: "secret" } },
      targets: [{ hosts: "n1", address: "127.0.0.1" }],
      state_dir: join(folder.path, "state"),
      events: { log: { path } },
    });
  const events = (): Record<string, unknown>[] =>
    (existsSync(path) ? readFileSync(path, "utf8") : "")
      .split("\n")
      .filter((line) => line.includes('"type":"sel"'))
      .map((line) => JSON.parse(line));
  const texts = () => events().map(({ text }) => text);
  const probe = async (): Promise<string> => (await (exporter as InProcess).get("/probe?target=n1")).text;

  it("are sent once, over a clear and a restart, and counted in all", async () => {
    const dimm = "DIMM Failure - Uncorrectable Memory Error (Processor 2, DIMM 4)";
    const history = logOf(["history 1", "history 2"]);
    writeSmallTree(tree, history);
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await start();
    expect(await probe()).toMatch(/^bmc_sel_events_total\{severity="critical"\} 2$/m);
    // An entry keeps its time from poll to poll.
    const known = history[`${LOG}/Entries`]?.Members as object[];
    const more = logOf([dimm], 3)[`${LOG}/Entries`]?.Members as object[];
    writeSmallTree(tree, { ...history, [`${LOG}/Entries`]: { Members: [...known, ...more] } });
    expect(await probe()).toMatch(/^bmc_dimm_errors_total\{dimm="PROC 2 DIMM 4",kind="uncorrectable"\} 1$/m);
    await vi.waitFor(() => expect(texts()).toEqual([dimm]), 5000);
    expect(events()[0]).toMatchObject({
      host: "n1",
      severity: "critical",
      time_status: "wall_clock",
      kind: "memory",
      event: "uncorrectable_ecc",
      dimm: "PROC 2 DIMM 4",
      entry_id: "3",
    });
    await exporter.stop();
    exporter = await start();
    expect(await probe()).toMatch(/^bmc_sel_events_total\{severity="critical"\} 3$/m);
    // The log was cleared: ids begin again.
    writeSmallTree(tree, logOf(["after the clear"]));
    const text = await probe();
    expect(text).toMatch(/^bmc_sel_events_total\{severity="critical"\} 4$/m);
    expect(text).toMatch(/^bmc_memory_errors_total\{kind="uncorrectable"\} 1$/m);
    expect(text).not.toContain("bmc_sel_capacity_entries");
    await vi.waitFor(() => expect(texts()).toEqual([dimm, "after the clear"]), 5000);
    expect(new Set(events().map(({ id }) => id)).size).toBe(2);
  });
});
