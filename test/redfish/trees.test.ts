import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret, systemClock } from "../../src/lib/index.ts";
import {
  decodePower,
  decodeServiceRoot,
  decodeThermal,
  type Get,
  optional,
  RedfishSession,
  readTopology,
} from "../../src/redfish/index.ts";
import { makeAuthority } from "../rig/certificates.ts";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";

const ROOT = resolve(import.meta.dirname, "../../../shared/fixtures/redfish");
const trees = existsSync(ROOT) ? readdirSync(ROOT).filter((name) => !name.includes(".json")) : [];
/** The others are a few resources, without the collections that a walk begins at. */
const whole = trees.filter((name) => existsSync(join(ROOT, name, "redfish/v1/Chassis/index.json")));

interface Expected {
  readonly counts: Readonly<Record<string, number>>;
}

/** Three temperatures of the R750 are in a resource of its graphics card that is no Thermal resource. */
const ELSEWHERE: Readonly<Record<string, object>> = {
  "dell-poweredge-r750-idrac9-6.00.30.00": { temperatures: 5, numbers: 5 },
};

withPeers(["openssl"], "the recorded trees", () => {
  const folder = temporaryFolder("redfish-trees");
  let tls = { key: "", cert: "" };
  beforeAll(async () => {
    const { cert, key } = await (await makeAuthority(folder.path, "ca")).issue("bmc", "IP:127.0.0.1");
    tls = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  });
  afterAll(() => folder.remove());

  describe.skipIf(whole.length === 0)("walked over TLS with a session", () => {
    const expected: Readonly<Record<string, Expected>> =
      whole.length === 0 ? {} : JSON.parse(readFileSync(join(ROOT, "expected.json"), "utf8"));

    it.each(whole)("%s has the counts of its files", async (name) => {
      const server = await TreeServer.start({ folder: join(ROOT, name), ...tls });
      const session = new RedfishSession({
        host: "127.0.0.1",
        port: server.port,
        tls: { verify: "pin" },
        login: { user: "monitor", password: new Secret("secret"), auth: "session" },
        clock: systemClock,
      });
      const signal = AbortSignal.timeout(20_000);
      const get: Get = (uri, s) => session.get(uri, s);
      const counts = { temperatures: 0, numbers: 0, fans: 0, voltages: 0, supplies: 0 };
      try {
        const root = decodeServiceRoot(await session.root(signal));
        const topology = await readTopology(get, root, signal);
        for (const { thermal, power } of topology.chassis) {
          const heat = thermal && (await optional(() => get(thermal, signal)));
          if (heat) {
            const { temperatures, fans } = decodeThermal(heat);
            counts.temperatures += temperatures.length;
            counts.numbers += temperatures.filter((t) => t.reading !== undefined).length;
            counts.fans += fans.length;
          }
          const watts = power && (await optional(() => get(power, signal)));
          if (watts) {
            const { voltages, supplies } = decodePower(watts);
            counts.voltages += voltages.length;
            counts.supplies += supplies.length;
          }
        }
        const inFiles = expected[name]?.counts ?? {};
        expect(counts).toEqual({
          temperatures: inFiles.temperatures ?? 0,
          numbers: inFiles["temperatures with a number"] ?? 0,
          fans: inFiles.fans ?? 0,
          voltages: inFiles.voltages ?? 0,
          supplies: inFiles["power supplies"] ?? 0,
          ...ELSEWHERE[name],
        });
      } finally {
        await session.close();
        expect(server.sessions.size).toBe(0);
        await server.stop();
      }
    });
  });
});
