import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedfishBmc } from "../../../src/bmc/over-redfish/redfish-bmc.ts";
import { SnapshotTaker } from "../../../src/bmc/snapshot.ts";
import { Secret, systemClock } from "../../../src/lib/index.ts";
import type { Host, HostSnapshot } from "../../../src/model/index.ts";
import { checkMetrics, promtoolMissing } from "../../exposition/promtool.ts";
import { makeAuthority } from "../../rig/certificates.ts";
import { temporaryFolder } from "../../rig/child.ts";
import { TreeServer } from "../../rig/redfish-tree.ts";
import { withPeers } from "../../rig/requirements.ts";
import { doubleSeries, expositionOf, steadied } from "../../support/exposition.ts";
import { golden } from "../../support/golden.ts";

/** Requests of a poll that knows the machine, where Thermal and Power of one chassis and one system are not all. */
const REQUESTS: Readonly<Record<string, number>> = {
  // Its log has two pages, and lists the oldest entries first.
  "dmtf-public-rackmount1": 5,
  // A power shelf has no event log.
  "delta-powershelf": 3,
  "hpecray-ex235a-nc": 55,
  "nvidia-gh200-openbmc-24.05-2": 19,
};
/** Trees without collections: nothing to begin at. */
const FRAGMENTS: ReadonlySet<string> = new Set(["dell-poweredge-r640-idrac9-bios2.3.10"]);
/** Families that no two runs agree on. */
const CHANGING = [
  "bmc_last_success_timestamp_seconds",
  "bmc_poll_duration_seconds",
  "bmc_part_duration_seconds",
  "bmc_tls_certificate_expiry_timestamp_seconds",
  "bmc_clock_offset_seconds",
];

const ROOT = resolve(import.meta.dirname, "../../../../shared/fixtures/redfish");
const trees = existsSync(ROOT)
  ? readdirSync(ROOT).filter((name) => !FRAGMENTS.has(name) && existsSync(join(ROOT, name, "redfish/v1/index.json")))
  : [];

const host: Host = {
  name: "node017",
  address: "127.0.0.1",
  port: 443,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};

withPeers(["openssl"], "a poll of a recorded tree", () => {
  const folder = temporaryFolder("redfish-polls");
  let tls = { key: "", cert: "" };
  beforeAll(async () => {
    const { cert, key } = await (await makeAuthority(folder.path, "ca")).issue("bmc", "IP:127.0.0.1");
    tls = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  });
  afterAll(() => folder.remove());

  /** The first poll, and the requests of the second, which knows the machine. */
  async function polled(name: string): Promise<{ snapshot: HostSnapshot; requests: number }> {
    const server = await TreeServer.start({ folder: join(ROOT, name), ...tls, expands: true });
    const bmc = new RedfishBmc({
      address: "127.0.0.1",
      port: server.port,
      login: { user: "monitor", password: new Secret("secret"), auth: "session" },
      tls: { verify: "pin" },
      firmware: true,
      clock: systemClock,
    });
    try {
      const taker = new SnapshotTaker(host, bmc);
      const signal = AbortSignal.timeout(20_000);
      const parts = ["power", "sensors", "sel", "dcmi", "watchdog", "inventory", "security", "components"] as const;
      const snapshot = await taker.take({ parts, slowIntervalMs: 3600_000, signal, clock: systemClock });
      const first = server.seen.length;
      await taker.take({ parts, slowIntervalMs: 3600_000, signal, clock: systemClock });
      return { snapshot, requests: server.seen.length - first };
    } finally {
      await bmc.close();
      expect(server.sessions.size).toBe(0);
      await server.stop();
    }
  }

  describe.skipIf(trees.length === 0)("over TLS with a session", () => {
    it.each(trees)("%s has the expected exposition, which passes promtool", async (name) => {
      const { snapshot, requests } = await polled(name);
      expect(snapshot.failure).toBeUndefined();
      expect(snapshot.sensors?.filter(({ value }) => value !== undefined && !Number.isFinite(value))).toEqual([]);
      const text = steadied(expositionOf(host, snapshot), CHANGING);
      expect(doubleSeries(text)).toEqual([]);
      // Serial numbers of somebody's machine stay out of the project.
      const lines = text.split("\n").filter((line) => !line.startsWith("bmc_fru_info{"));
      expect(lines.join("\n")).toBe(golden(import.meta.dirname, `${name}.txt`, lines.join("\n")));
      if (promtoolMissing === undefined) expect(checkMetrics(text)).toEqual([]);
      expect(requests).toBe(REQUESTS[name] ?? 4);
    });
  });
});
