import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  explainHost,
  type PollSettings,
  type RedfishSensorExplanation,
  Roles,
  SdrCache,
} from "../../../src/bmc/index.ts";
import { sensorText } from "../../../src/cli/explain-text.ts";
import { PrivilegeLevel, UdpTransport } from "../../../src/ipmi/index.ts";
import { Secret, systemClock } from "../../../src/lib/index.ts";
import { PART_NAMES } from "../../../src/model/index.ts";
import { valueAt } from "../../../src/redfish/index.ts";
import { temporaryFolder } from "../../rig/child.ts";
import { TreeServer } from "../../rig/redfish-tree.ts";
import { withPeers } from "../../rig/requirements.ts";
import { loopbackCertificates } from "../../rig/scripted-https.ts";
import { writeSmallTree } from "../../support/redfish-tree.ts";

const ROOT = resolve(import.meta.dirname, "../../../../shared/fixtures/redfish");
const trees = (existsSync(ROOT) ? readdirSync(ROOT) : []).filter((name) =>
  existsSync(join(ROOT, name, "redfish/v1/Chassis/index.json")),
);
const origin = { file: "roles.yml", line: 7 };

withPeers(["openssl"], "the explanation of a machine over Redfish", () => {
  const folder = temporaryFolder("redfish-explain");
  const transport = new UdpTransport();
  afterAll(async () => {
    folder.remove();
    await transport.close();
  });

  async function explained(tree: string, about?: string) {
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    const server = await TreeServer.start({ folder: tree, ...tls, expands: true });
    const settings: PollSettings = {
      protocol: "redfish",
      login: { credentials: { userName: Buffer.from(""), password: Buffer.from("") }, privilege: PrivilegeLevel.User },
      parts: [...PART_NAMES],
      intervalMs: 60_000,
      slowIntervalMs: 3600_000,
      bridge: false,
      quirks: [],
      filter: ({ name }) => name !== "Fan 1",
      redfish: {
        login: { user: "monitor", password: new Secret("secret"), auth: "session" },
        tls: { verify: "pin" },
        port: server.port,
        ipmiPort: 623,
      },
    };
    const parts = {
      transport,
      clock: systemClock,
      cache: new SdrCache(),
      roles: () => new Roles([{ role: "inlet", name: "^Inlet", origin }]),
      settingsOf: async () => settings,
    };
    const host = { name: "n1", address: "127.0.0.1", port: server.port, module: "m", auth: "a", place: {}, labels: {} };
    try {
      const options = {
        signal: AbortSignal.timeout(30_000),
        about: about ? ({ name }: { name: string }) => name === about : undefined,
      };
      const explanation = await explainHost(parts, host, options);
      return { explanation, requests: server.seen.map(({ path }) => path), sessions: server.sessions.size };
    } finally {
      await server.stop();
    }
  }

  it("names resource, element, limits with their properties, and the rule of the role", async () => {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree);
    const { explanation, requests, sessions } = await explained(tree, "Inlet Temp");
    expect(explanation).toMatchObject({
      controller: { manufacturer: "Lightsout", firmware: "1.2.3", redfishVersion: "1.8.0" },
      hostOff: false,
    });
    expect([explanation.failure, explanation.sensors.length, sessions]).toEqual([undefined, 1, 0]);
    expect(requests.filter((path) => /Memory|LogServices/.test(path))).toEqual([]);
    const [sensor] = explanation.sensors as readonly RedfishSensorExplanation[];
    expect(sensor).toMatchObject({
      resource: { uri: "/redfish/v1/Chassis/1/Thermal", pointer: "/Temperatures/0", fragment: { ReadingCelsius: 24 } },
      role: "inlet",
      roleRule: origin,
      value: 24,
      limits: [
        { name: "upper_non_critical", value: 42, property: "UpperThresholdNonCritical", received: 42 },
        { name: "upper_critical", value: 47, property: "UpperThresholdCritical", received: 47 },
      ],
      healthWhy: "Status.Health is OK",
    });
    const text = sensor ? sensorText(sensor, { where: ({ file, line }) => `${file}:${line}` }) : "";
    for (const line of [
      "resource          /redfish/v1/Chassis/1/Thermal#/Temperatures/0",
      '                    "ReadingCelsius": 24,',
      "role              inlet (roles.yml:7)",
      "value             24 celsius",
      "limit             upper_critical 47 celsius, from UpperThresholdCritical",
      "health            0 ok: Status.Health is OK",
    ])
      expect(text.split("\n")).toContain(line);
  });

  it("says why a sensor has no value, and what a rule excludes", async () => {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree);
    const { explanation } = await explained(tree);
    const of = (name: string) => explanation.sensors.find((sensor) => sensor.name === name);
    expect(of("Fan 1")).toMatchObject({ excluded: true });
    expect(of("PSU2")).toMatchObject({ states: [{ state: "presence_detected" }, { state: "input_lost" }], health: 2 });
  });

  describe.skipIf(trees.length === 0)("of a recorded tree", () => {
    it.each(trees)("%s finds the element of each sensor, which has its value", async (name) => {
      const { explanation } = await explained(join(ROOT, name));
      const sensors = explanation.sensors as readonly RedfishSensorExplanation[];
      expect(explanation.failure).toBeUndefined();
      const lost = sensors.filter(({ resource }) => resource.fragment === undefined);
      expect(lost.map(({ id }) => id)).toEqual([]);
      const others = sensors.filter(({ value, unit, resource: { fragment } }) => {
        if (value === undefined || unit === "ratio" || unit === "joules" || unit?.startsWith("cubic")) return false;
        return !JSON.stringify(fragment).includes(String(value));
      });
      // Readings of a power supply may be in its metrics.
      expect(
        others
          .filter(({ kind, id }) => !/PowerSupplies|PowerSupply/i.test(id) && kind !== "memory")
          .map(({ id }) => id),
      ).toEqual([]);
      for (const { resource } of sensors.slice(0, 20))
        expect(valueAt(resource.fragment, "@odata.id") ?? resource.uri).toContain("/redfish/v1/");
    });
  });
});
