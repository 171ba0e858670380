import { describe, expect, it } from "vitest";
import { chassisStateOf } from "../../../src/bmc/over-redfish/chassis.ts";
import { Components, componentSensor } from "../../../src/bmc/over-redfish/components.ts";
import { controllerOf } from "../../../src/bmc/over-redfish/controller.ts";
import { RedfishEventLog } from "../../../src/bmc/over-redfish/event-log.ts";
import { findLog } from "../../../src/bmc/over-redfish/event-log-choice.ts";
import { componentFrus, frusOf } from "../../../src/bmc/over-redfish/fru.ts";
import { ReadingLists } from "../../../src/bmc/over-redfish/kept-readings.ts";
import { readConsumption } from "../../../src/bmc/over-redfish/power.ts";
import { ReadingPlans } from "../../../src/bmc/over-redfish/reading-plans.ts";
import { securityFindings } from "../../../src/bmc/over-redfish/security.ts";
import { chassisSensors } from "../../../src/bmc/over-redfish/sensors.ts";
import { watchdogOf } from "../../../src/bmc/over-redfish/watchdog.ts";
import { uniqueSensors } from "../../../src/bmc/unique-sensors.ts";
import { systemClock } from "../../../src/lib/index.ts";
import type { Sensor } from "../../../src/model/index.ts";
import {
  decodeAccount,
  decodeAccountService,
  decodeChassis,
  decodeComputerSystem,
  decodeManager,
  decodeNetworkProtocol,
  decodePower,
  decodeServiceRoot,
  expandOf,
  type Get,
  isObject,
  type JsonObject,
  optional,
  RedfishError,
  readTopology,
  type ServiceRoot,
  type Topology,
} from "../../../src/redfish/index.ts";
import { inputsOf, printedSeed, Random } from "../../ipmi/fuzz/random.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import {
  type ResourceTree,
  recordedTree,
  recordedTrees,
  SMALL_TREE,
  serviceOf,
  treeOf,
} from "../../support/redfish-tree.ts";

/** Resources that a poll reads, of machines that have them all. */
const READ =
  /^\/redfish\/v1(\/(AccountService(\/Accounts(\/[^/]+)?)?|UpdateService(\/FirmwareInventory(\/[^/]+)?)?|Managers\/[^/]+\/NetworkProtocol|(Systems|Managers|Chassis)(\/[^/]+(\/(Thermal|Power)[^/]*(\/.*)?|\/LogServices(\/[^/]+(\/Entries)?)?|\/Sensors(\/[^/]+)?|\/EnvironmentMetrics|\/(Memory|Processors|Storage|SimpleStorage|SmartStorage|Network\w+|Drives)(\/.*)?)?)?))?$/;

const trees: readonly (readonly [string, ResourceTree])[] = [
  ["a small machine", treeOf(SMALL_TREE)],
  ...recordedTrees()
    .map((name) => [name, recordedTree(name, (uri) => READ.test(uri))] as const)
    .filter(([, tree]) => tree.has("/redfish/v1/chassis")),
];

/** Values that firmware puts where another type belongs, and values that nobody expects. */
const ODD: readonly unknown[] = [
  null,
  "",
  "0x1F",
  "NaN",
  "12.0",
  "1e999",
  -1,
  0,
  1e308,
  true,
  [],
  {},
  [[]],
  [null],
  { "@odata.id": "/redfish/v1/Chassis" },
  { "@odata.id": 7 },
  { "@odata.id": "https://192.0.2.1/" },
  "__proto__",
  "x".repeat(70_000),
  "\u0000\u001b[31m\ud800",
];

function mutated(value: unknown, random: Random, depth = 0): unknown {
  if (depth > 0 && random.below(12) === 0) return ODD[random.below(ODD.length)];
  if (Array.isArray(value)) {
    const kept = value.filter(() => random.below(15) !== 0).map((one) => mutated(one, random, depth + 1));
    if (kept.length > 0 && random.below(10) === 0) kept.push(kept[0]);
    return random.below(20) === 0 ? kept.reverse() : kept;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(() => random.below(20) !== 0);
  return Object.fromEntries(entries.map(([key, one]) => [key, mutated(one, random, depth + 1)]));
}

/** Nested deeper than any recursion of ours should go. */
function deep(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let n = 0; n < levels; n++) value = { Members: [value], Status: value };
  return value;
}

/** All that a poll makes of a service. */
async function poll(get: Get): Promise<readonly Sensor[]> {
  const signal = new AbortController().signal;
  const root = decodeServiceRoot(await get("/redfish/v1/", signal));
  const topology = await readTopology(get, root, signal);
  const bodies = async (uris: readonly string[]): Promise<readonly JsonObject[]> => {
    const read = await Promise.all(uris.map((uri) => optional(() => get(uri, signal))));
    return read.filter((body) => body !== undefined);
  };
  const systems = (await bodies(topology.systems)).map(decodeComputerSystem);
  const chassis = (await bodies(topology.chassis.map(({ uri }) => uri))).map(decodeChassis);
  const managers = (await bodies(topology.managers)).map(decodeManager);
  chassisStateOf(systems, chassis);
  controllerOf(root, systems, managers, undefined);
  const supplies = (await bodies(topology.chassis.flatMap(({ power }) => power ?? []))).flatMap(
    (body) => decodePower(body).supplies,
  );
  frusOf({ systems, chassis, managers, supplies, hasAllSystems: true });
  watchdogOf(systems);
  securityFindings({
    protocols: (await bodies(managers.flatMap(({ networkProtocol }) => networkProtocol ?? []))).map(
      decodeNetworkProtocol,
    ),
    accountService: decodeAccountService(await get("/redfish/v1/AccountService", signal).catch(() => ({}))),
    accounts: [...(await bodies(["/redfish/v1/AccountService/Accounts/1"]))].map(decodeAccount),
    now: 0,
  });
  await readConsumption(get, topology.chassis, { hostOff: false }, signal);
  await readLog(get, root, topology, signal);
  const sensors: Sensor[] = [];
  const context = {
    hostOff: false,
    expand: expandOf(root),
    empty: new Set<string>(),
    lists: new ReadingLists(new ReadingPlans()),
    signal,
  };
  for (const links of topology.chassis) sensors.push(...(await chassisSensors(get, links, context)));
  const components = new Components();
  for (let polls = 0; polls === 0 || components.isDue; polls++)
    await components.read({
      get,
      topology,
      expand: expandOf(root),
      updateService: root.updateService,
      signal,
      clock: systemClock,
    });
  const { firmware = [] } = components;
  expect(new Set(firmware.map(({ component }) => component)).size).toBe(firmware.length);
  const frus = componentFrus(components.all);
  expect(new Set(frus.map(({ id: _, ...texts }) => JSON.stringify(texts))).size).toBe(frus.length);
  return uniqueSensors([...sensors, ...components.all.map(componentSensor)]);
}

async function readLog(get: Get, root: ServiceRoot, topology: Topology, signal: AbortSignal): Promise<void> {
  const owners = { ...topology, chassis: topology.chassis.map(({ uri }) => uri) };
  const log = await findLog(get, owners, signal);
  if (!log) return;
  const reader = new RedfishEventLog(new FakeClock());
  const context = { get, expand: expandOf(root), readClock: async () => undefined };
  const { fresh } = (await reader.read(log, context, signal).catch(refused))?.log ?? { fresh: [] };
  expect(fresh.filter(({ text, event, kind }) => text === "" || event === "" || kind === "")).toEqual([]);
  const saved = reader.save();
  if (saved) new RedfishEventLog(new FakeClock()).restore(JSON.parse(JSON.stringify(saved)));
}

/** A service may refuse its log; anything else is a defect. */
function refused(error: unknown): undefined {
  if (!(error instanceof RedfishError)) throw error;
}

describe("a Redfish service with damaged resources", () => {
  const count = inputsOf(10);
  const seed = printedSeed(`${count} damaged resources of ${trees.length} trees`);

  it.each(trees)("loses only the damaged values: %s", { timeout: Math.max(120_000, count * 20) }, async (_, tree) => {
    const random = new Random(seed);
    let changed = 0;
    while (changed < count / trees.length) {
      const { get } = serviceOf(tree, (body) => {
        changed++;
        return mutated(body, random);
      });
      try {
        const sensors = await poll(get);
        expect(sensors.every(({ value }) => value === undefined || Number.isFinite(value))).toBe(true);
        expect(new Set(sensors.map(({ id }) => id)).size).toBe(sensors.length);
      } catch (error) {
        // The service root or the list of chassis was lost: the poll fails with its reason.
        if (!(error instanceof RedfishError)) throw error;
      }
    }
  });

  it.each(trees)("is read completely if nothing is damaged: %s", async (_, tree) => {
    const { get } = serviceOf(tree);
    await expect(poll(get)).resolves.toBeInstanceOf(Array);
  });

  it("may have any nesting depth", async () => {
    const nested = deep(5000);
    const { get } = serviceOf(treeOf(SMALL_TREE), (body) => ({ ...nested, ...body }));
    expect((await poll(get)).length).toBeGreaterThan(3);
  });

  it("may link its collections in a circle", async () => {
    const { get, requested } = serviceOf(treeOf(SMALL_TREE), (body) =>
      "Members" in body ? { ...body, "Members@odata.nextLink": "/redfish/v1/Chassis" } : body,
    );
    expect((await poll(get)).length).toBeGreaterThan(3);
    expect(requested.length).toBeLessThan(100);
  });

  it("may never end a collection", async () => {
    let page = 0;
    const get: Get = async (uri, signal) => {
      if (!uri.startsWith("/redfish/v1/Chassis?page") && uri !== "/redfish/v1/Chassis")
        return serviceOf(treeOf(SMALL_TREE)).get(uri, signal);
      page++;
      return {
        Members: [{ "@odata.id": `/redfish/v1/Chassis/x${page}` }],
        "Members@odata.nextLink": `/redfish/v1/Chassis?page=${page}`,
      };
    };
    await poll(get);
    expect(page).toBeLessThanOrEqual(50);
  });
});
