import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Components, componentSensor } from "../../../src/bmc/over-redfish/components.ts";
import type { Sensor } from "../../../src/model/index.ts";
import {
  decodeServiceRoot,
  type Get,
  type JsonObject,
  RedfishError,
  readTopology,
} from "../../../src/redfish/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import {
  RECORDED,
  type ResourceTree,
  recordedTree,
  recordedTrees,
  serviceOf,
  treeOf,
} from "../../support/redfish-tree.ts";

const link = (path: string) => ({ "@odata.id": `/redfish/v1${path}` });
const signal = new AbortController().signal;
const TOPOLOGY = { systems: ["/redfish/v1/Systems/1"], managers: [], chassis: [] };

/** A machine with one resource of each given collection of its system. */
function machine(resources: Readonly<Record<string, JsonObject>>): ResourceTree {
  const collections = Object.keys(resources).map((name) => [name, link(`/Systems/1/${name}`)] as const);
  return treeOf({
    "/Systems/1": Object.fromEntries(collections),
    ...Object.fromEntries(
      collections.map(([name]) => [`/Systems/1/${name}`, { Members: [link(`/Systems/1/${name}/1`)] }]),
    ),
    ...Object.fromEntries(Object.entries(resources).map(([name, body]) => [`/Systems/1/${name}/1`, body])),
  });
}

async function readAll(get: Get, topology = TOPOLOGY as Parameters<Components["read"]>[0]["topology"]) {
  const components = new Components();
  const clock = new FakeClock();
  do await components.read({ get, topology, signal, clock });
  while (components.isDue);
  return components.all.map(componentSensor);
}

/** The sensor of one part of a machine. */
async function sensorOf(collection: string, body: JsonObject): Promise<Sensor | undefined> {
  return (await readAll(serviceOf(machine({ [collection]: { Id: "1", Name: "Part 1", ...body } })).get))[0];
}

const enabled = (Health?: string | null) => ({ Status: { State: "Enabled", Health } });

describe("the sensor of a part", () => {
  it.each<[string, string, JsonObject, number | undefined, string[]]>([
    ["memory module", "Memory", enabled("OK"), 0, ["presence_detected"]],
    ["memory module without health", "Memory", enabled(null), undefined, ["presence_detected"]],
    ["memory module without status", "Memory", {}, undefined, ["presence_detected"]],
    ["memory module in Warning", "Memory", enabled("Warning"), 1, ["presence_detected", "predictive_failure"]],
    ["memory module in Critical", "Memory", enabled("Critical"), 2, ["presence_detected", "failure_detected"]],
    [
      "memory module that is disabled",
      "Memory",
      { Status: { State: "Disabled", Health: "Critical" } },
      2,
      ["presence_detected", "disabled"],
    ],
    [
      "memory module that HPE calls misconfigured",
      "Memory",
      { ...enabled("Warning"), Oem: { Hpe: { DIMMStatus: "ConfigurationError" } } },
      1,
      ["presence_detected", "configuration_error"],
    ],
    [
      "memory module of iLO 4, which has no Status",
      "Memory",
      { DIMMStatus: "Degraded" },
      1,
      ["presence_detected", "predictive_failure"],
    ],
    [
      "memory module of Fujitsu",
      "Memory",
      { Oem: { ts_fujitsu: { LegacyStatus: "PrefailureWarning" } } },
      1,
      ["presence_detected", "predictive_failure"],
    ],
    ["processor", "Processors", enabled("OK"), 0, ["presence_detected"]],
    [
      "processor that is throttled",
      "Processors",
      { ...enabled("OK"), Throttled: true },
      0,
      ["presence_detected", "throttled"],
    ],
    ["processor in Critical", "Processors", enabled("Critical"), 2, ["presence_detected", "failure_detected"]],
    ["network card", "NetworkInterfaces", {}, undefined, []],
  ])("%s", async (_, collection, body, health, states) => {
    const sensor = await sensorOf(collection, body);
    if (states.length === 0) return expect(sensor).toBeUndefined();
    expect(sensor).toMatchObject({ states });
    expect(sensor?.health).toBe(health);
  });

  it.each<[string, JsonObject, number | undefined, string[]]>([
    ["is there", enabled("OK"), 0, ["drive_present"]],
    ["failed", enabled("Critical"), 2, ["drive_present", "drive_fault"]],
    ["predicts its failure", { ...enabled("OK"), FailurePredicted: true }, 1, ["drive_present", "predictive_failure"]],
    [
      "predicts its failure to an iDRAC",
      { ...enabled("OK"), Oem: { Dell: { DellPhysicalDisk: { PredictiveFailureState: "SmartAlertPresent" } } } },
      1,
      ["drive_present", "predictive_failure"],
    ],
    ["is rebuilt", { ...enabled("Warning"), StatusIndicator: "Rebuild" }, 1, ["drive_present", "rebuild_in_progress"]],
    ["is a hot spare", { ...enabled("OK"), HotspareType: "Global" }, 0, ["drive_present", "hot_spare"]],
    [
      "is in a failed array",
      { ...enabled("OK"), StatusIndicator: "InAFailedArray" },
      0,
      ["drive_present", "in_failed_array"],
    ],
  ])("a drive that %s", async (_, body, health, states) => {
    const [sensor] = await readAll(drives(body));
    expect(sensor).toMatchObject({ kind: "drive", health, states });
  });

  const drives = (body: JsonObject): Get => {
    const storage = { Id: "1", Drives: [link("/Systems/1/Storage/1/Drives/0")] };
    const tree = new Map(machine({ Storage: storage }));
    tree.set("/redfish/v1/systems/1/storage/1/drives/0", { Id: "0", Name: "Drive", ...body });
    return serviceOf(tree).get;
  };

  it.each<[string, JsonObject, number | undefined]>([
    ["new", { PredictedMediaLifeLeftPercent: 100 }, 1],
    ["worn", { PredictedMediaLifeLeftPercent: "7" }, 0.07],
    ["worn out", { PredictedMediaLifeLeftPercent: 0 }, 0],
    ["of HPE's SmartStorage, which reports the used part", { SSDEnduranceUtilizationPercentage: 3 }, 0.97],
    ["of Inspur", { Oem: { Public: { TimeLeft: 92 } } }, 0.92],
    ["with a life beyond 100 %", { PredictedMediaLifeLeftPercent: 255 }, undefined],
    ["with null", { PredictedMediaLifeLeftPercent: null }, undefined],
    ["with disks", { PredictedMediaLifeLeftPercent: 0, MediaType: "HDD" }, undefined],
  ])("life of a drive: %s", async (_, body, life) => {
    expect((await readAll(drives(body)))[0]?.lifeRemaining).toBe(life);
  });

  it.each<[string, JsonObject, string]>([
    ["Memory", { Id: "DIMM.Socket.A1", Name: "DIMM A1", DeviceLocator: "DIMM A1" }, "DIMM A1"],
    ["Memory", { Id: "proc1dimm2", Name: "proc1dimm2", DeviceLocator: "PROC 1 DIMM 2" }, "PROC 1 DIMM 2"],
    ["Processors", { Id: "1", Name: "Processors", Socket: "Proc 1" }, "Proc 1"],
    ["Processors", { Id: "CPU.Socket.2", Name: "CPU 2", Socket: "CPU.Socket.2" }, "CPU 2"],
    ["Processors", { Id: "GPU_0", Name: "Processor" }, "GPU_0"],
    ["Processors", { Id: "3", Name: "NVIDIA H100 NVL", ProcessorType: "GPU" }, "NVIDIA H100 NVL 3"],
  ])("%s %j is named %s", async (collection, body, name) => {
    expect((await sensorOf(collection, body))?.name).toBe(name);
  });

  it("has the IPMI entity of its kind and the number of the part", async () => {
    expect((await sensorOf("Memory", { DeviceLocator: "PROC 2 DIMM 11" }))?.entity).toBe("32.11");
    expect((await sensorOf("Processors", { ProcessorType: "CPU" }))?.entity).toBe("3.1");
    expect((await sensorOf("Processors", { ProcessorType: "GPU" }))?.entity).toBe("11.1");
  });

  it("has the alarms and error counts of its metrics", async () => {
    const tree = new Map(
      machine({ Memory: { Id: "1", ...enabled("Warning"), Metrics: link("/Systems/1/Memory/1/M") } }),
    );
    tree.set("/redfish/v1/systems/1/memory/1/m", {
      CurrentPeriod: { CorrectableECCErrorCount: 12 },
      HealthData: { AlarmTrips: { CorrectableECCError: true, Temperature: false, Unknown: true } },
    });
    const [sensor] = await readAll(serviceOf(tree).get);
    expect(sensor).toMatchObject({
      health: 1,
      states: ["presence_detected", "correctable_ecc"],
      memoryErrors: { correctable: 12, uncorrectable: undefined },
    });
  });
});

describe("reading the parts of a machine", () => {
  const many = (count: number): ResourceTree => {
    const paths = Array.from({ length: count }, (_, n) => `/Systems/1/Memory/${n}`);
    return treeOf({
      "/Systems/1": { Memory: link("/Systems/1/Memory") },
      "/Systems/1/Memory": { Members: paths.map(link) },
      ...Object.fromEntries(paths.map((path) => [path, { Id: path, Name: path, ...enabled("OK") }])),
    });
  };

  it("goes on in the next poll where the time of one poll was over", async () => {
    const clock = new FakeClock();
    const { get, requested } = serviceOf(many(10));
    const slow: Get = async (uri, s) => {
      await clock.advance(6000);
      return get(uri, s);
    };
    const components = new Components();
    const counts: number[] = [];
    do {
      await components.read({ get: slow, topology: TOPOLOGY, signal, clock });
      counts.push(components.all.length);
    } while (components.isDue);
    // A count that grows after a restart would look as if parts had been missing.
    expect(counts).toEqual([0, 0, 10]);
    expect(new Set(requested).size).toBe(requested.length);
  });

  it("sends a bounded number of requests in one poll", async () => {
    const { get, requested } = serviceOf(many(500));
    const components = new Components();
    await components.read({ get, topology: TOPOLOGY, signal, clock: new FakeClock() });
    expect(requested).toHaveLength(200);
    expect(components.isDue).toBe(true);
  });

  it("keeps a part for one reading whose resource could not be read, and forgets one that is gone", async () => {
    const { get } = serviceOf(many(3));
    const components = new Components();
    const read = async (broken: string, error?: RedfishError): Promise<number> => {
      const flaky: Get = (uri, s) => (error && uri.endsWith(broken) ? Promise.reject(error) : get(uri, s));
      await components.read({ get: flaky, topology: TOPOLOGY, signal, clock: new FakeClock() });
      return components.all.length;
    };
    const busy = new RedfishError("bmc_busy", "503");
    expect(await read("")).toBe(3);
    expect(await read("/Memory/1", busy)).toBe(3);
    expect(await read("/Memory/1", busy)).toBe(2);
    expect(await read("")).toBe(3);
    expect(await read("/Memory", busy)).toBe(3);
    expect(await read("/Memory/1", new RedfishError("unsupported", "404"))).toBe(2);
  });

  it("knows no part after another board answered, and reads those of the new one", async () => {
    const components = new Components();
    const read = (tree: ResourceTree) =>
      components.read({ get: serviceOf(tree).get, topology: TOPOLOGY, signal, clock: new FakeClock() });
    await read(many(300));
    components.forget();
    expect([components.all.length, components.isDue]).toEqual([0, true]);
    await read(many(2));
    expect([components.all.length, components.isDue]).toEqual([2, false]);
  });

  it("leaves out a resource that takes all the time of two polls, and reads the others", async () => {
    const { get } = serviceOf(many(4));
    const components = new Components();
    const failures: string[] = [];
    for (let poll = 0; poll < 10 && components.all.length === 0; poll++) {
      const abort = new AbortController();
      const slow: Get = (uri, s) => {
        if (!uri.endsWith("/Memory/1")) return get(uri, s);
        abort.abort(new Error("the time of the poll is over"));
        return Promise.reject(abort.signal.reason);
      };
      const context = { get: slow, topology: TOPOLOGY, signal: abort.signal, clock: new FakeClock() };
      await components.read(context).catch((error: Error) => failures.push(error.message));
    }
    expect(components.all.map(({ uri }) => uri.at(-1))).toEqual(["0", "2", "3"]);
    expect(failures).toHaveLength(2);
  });

  it("throws if nothing was read, and keeps what was read before", async () => {
    const { get } = serviceOf(many(3));
    const components = new Components();
    const context = { topology: TOPOLOGY, signal, clock: new FakeClock() };
    await components.read({ get, ...context });
    const silent: Get = () => Promise.reject(new RedfishError("no_answer", "silent"));
    await expect(components.read({ get: silent, ...context })).rejects.toThrow("silent");
    expect(components.all).toHaveLength(3);
  });

  it("reads all parts again after a change of a summary, also while it reads", async () => {
    const { get } = serviceOf(many(300));
    const components = new Components();
    const read = () => components.read({ get, topology: TOPOLOGY, signal, clock: new FakeClock() });
    await read();
    components.noteChange();
    await read();
    expect([components.all.length, components.isDue]).toEqual([300, true]);
    await read();
    await read();
    expect(components.isDue).toBe(false);
  });
});

const trees = recordedTrees();

describe.skipIf(trees.length === 0)("the parts of recorded machines", () => {
  const expected: Readonly<Record<string, { readonly counts: Readonly<Record<string, number>> }>> =
    trees.length === 0 ? {} : JSON.parse(readFileSync(join(RECORDED, "expected.json"), "utf8"));
  /** Drives and memory modules whose State is Absent, and devices of SimpleStorage, which are no Drive resources. */
  const present = (tree: ResourceTree, type: string): number =>
    [...tree.values()].filter((body) => {
      const status = body.Status as { State?: string } | undefined;
      return String(body["@odata.type"]).endsWith(`.${type}`) && status?.State !== "Absent";
    }).length;

  it.each(trees.filter((name) => recordedTree(name).has("/redfish/v1")))("%s", async (name) => {
    const tree = recordedTree(name);
    const { get } = serviceOf(tree);
    const root = decodeServiceRoot(await get("/redfish/v1/", signal));
    const sensors = await readAll(get, await readTopology(get, root, signal).catch(() => TOPOLOGY));
    const count = (kind: string) => sensors.filter((s) => s.kind === kind && !s.id.includes("/Devices/")).length;
    expect(new Set(sensors.map(({ id }) => id)).size).toBe(sensors.length);
    expect(count("drive")).toBe(present(tree, "Drive"));
    expect(count("memory")).toBe(present(tree, "Memory"));
    const { drives = 0, "memory modules": modules = 0 } = expected[name]?.counts ?? {};
    expect(count("drive")).toBeLessThanOrEqual(drives);
    expect(count("memory")).toBeLessThanOrEqual(modules);
  });
});
