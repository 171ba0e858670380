import { describe, expect, it } from "vitest";
import { ComponentWalk, type FoundComponent, type JsonObject, RedfishError } from "../../src/redfish/index.ts";
import { serviceOf, treeOf } from "../support/redfish-tree.ts";

const link = (path: string) => ({ "@odata.id": `/redfish/v1${path}` });
const collection = (...paths: readonly string[]) => ({ Members: paths.map(link) });
const ok = { State: "Enabled", Health: "OK" };
const signal = new AbortController().signal;
const ROOTS = { systems: ["/redfish/v1/Systems/1"], chassis: [{ uri: "/redfish/v1/Chassis/1" }] } as never;

/** A machine with two DIMMs, two drives on a controller, and the same drives in the chassis and in SmartStorage. */
const MACHINE: Readonly<Record<string, JsonObject>> = {
  "/Systems/1": {
    Memory: link("/Systems/1/Memory"),
    Storage: link("/Systems/1/Storage"),
    Oem: { Hpe: { Links: { SmartStorage: link("/Systems/1/SmartStorage/") } } },
  },
  "/Systems/1/Memory": collection("/Systems/1/Memory/1", "/Systems/1/Memory/2", "/Systems/1/Memory/3"),
  "/Systems/1/Memory/1": {
    Id: "1",
    SerialNumber: "M0000001",
    Metrics: link("/Systems/1/Memory/1/Metrics"),
    Status: ok,
  },
  "/Systems/1/Memory/1/Metrics": {
    LifeTime: { CorrectableECCErrorCount: 7 },
    CurrentPeriod: { CorrectableECCErrorCount: 2 },
  },
  "/Systems/1/Memory/2": { Id: "2", SerialNumber: "M0000002", Status: ok },
  "/Systems/1/Memory/3": { Id: "3", Status: { State: "Absent", Health: "OK" } },
  "/Systems/1/Storage": collection("/Systems/1/Storage/A"),
  "/Systems/1/Storage/A": {
    Id: "A",
    StorageControllers: [{ MemberId: "0", Name: "RAID Controller", Status: ok }],
    Drives: [link("/Systems/1/Storage/A/Drives/0"), link("/Systems/1/Storage/A/Drives/1")],
  },
  "/Systems/1/Storage/A/Drives/0": { Id: "0", SerialNumber: "D0000001", Status: ok },
  "/Systems/1/Storage/A/Drives/1": { Id: "1", SerialNumber: "D0000002", Status: ok },
  "/Systems/1/SmartStorage": { Links: { ArrayControllers: link("/Systems/1/SmartStorage/ArrayControllers") } },
  "/Systems/1/SmartStorage/ArrayControllers": collection("/Systems/1/SmartStorage/ArrayControllers/0"),
  "/Systems/1/SmartStorage/ArrayControllers/0": {
    Id: "0",
    Model: "Smart Array P408i",
    SerialNumber: "C0000001",
    Links: { PhysicalDrives: link("/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives") },
  },
  "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives": collection(
    "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/0",
    "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/1",
  ),
  "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/0": { Id: "0", SerialNumber: "D0000002", Status: ok },
  "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/1": { Id: "1", SerialNumber: "D0000003", Status: ok },
  "/Chassis/1": { Drives: link("/Chassis/1/Drives") },
  "/Chassis/1/Drives": collection("/Systems/1/Storage/A/Drives/0", "/Systems/1/Storage/A/Drives/1/"),
};

/** All parts that a walk finds; a part that is reported again replaces itself. */
async function walked(tree: Readonly<Record<string, JsonObject>>, lost: string[] = []) {
  const { get, requested } = serviceOf(treeOf(tree));
  const walk = new ComponentWalk(ROOTS);
  const found = new Map<string, FoundComponent>();
  const options = {
    signal,
    found: (one: FoundComponent) => void found.set(one.uri, one),
    lost: (uri: string) => void lost.push(uri),
  };
  while (!walk.isDone) await walk.step(get, options);
  return { parts: [...found.values()], requested };
}

const places = (parts: readonly FoundComponent[], kind: string) =>
  parts.filter(({ part }) => part.kind === kind).map(({ uri }) => uri.replace("/redfish/v1/", ""));

describe("A walk over the parts of a machine", () => {
  it("finds each part once, whatever lists it, and no absent part", async () => {
    const { parts } = await walked(MACHINE);
    expect(places(parts, "memory")).toEqual(["Systems/1/Memory/1", "Systems/1/Memory/2"]);
    expect(places(parts, "drive")).toEqual([
      "Systems/1/Storage/A/Drives/0",
      "Systems/1/Storage/A/Drives/1",
      "Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/1",
    ]);
    expect(places(parts, "storage_controller")).toEqual([
      "Systems/1/Storage/A/StorageControllers/RAID Controller",
      "Systems/1/SmartStorage/ArrayControllers/0",
    ]);
  });

  it("reads the lifetime counts of a memory module", async () => {
    const { parts } = await walked(MACHINE);
    expect(parts[0]?.metrics).toMatchObject({ correctableErrors: 7, uncorrectableErrors: undefined });
  });

  it.each(["00000000000000", "N/A", "XXXXXXXX", " ", undefined])(
    "keeps all parts with the serial number %j, which is none",
    async (SerialNumber) => {
      const drive = { Id: "0", SerialNumber, Status: ok };
      const { parts } = await walked({
        ...MACHINE,
        "/Systems/1/Storage/A/Drives/0": drive,
        "/Systems/1/Storage/A/Drives/1": drive,
        "/Systems/1/SmartStorage/ArrayControllers/0/DiskDrives/0": drive,
      });
      expect(places(parts, "drive")).toHaveLength(4);
    },
  );

  it("keeps the parts of one list that have the same serial number", async () => {
    const dimm = { SerialNumber: "12345678", Status: ok };
    const { parts } = await walked({ ...MACHINE, "/Systems/1/Memory/1": dimm, "/Systems/1/Memory/2": dimm });
    expect(places(parts, "memory")).toHaveLength(2);
  });

  it("takes the controllers inside a Storage resource where their collection cannot be read", async () => {
    const storage = { ...MACHINE["/Systems/1/Storage/A"], Controllers: link("/Systems/1/Storage/A/Controllers") };
    const broken = await walked({ ...MACHINE, "/Systems/1/Storage/A": storage });
    expect(places(broken.parts, "storage_controller")[0]).toBe(
      "Systems/1/Storage/A/StorageControllers/RAID Controller",
    );
    const whole = await walked({
      ...MACHINE,
      "/Systems/1/Storage/A": storage,
      "/Systems/1/Storage/A/Controllers": collection("/Systems/1/Storage/A/Controllers/7"),
      "/Systems/1/Storage/A/Controllers/7": { Id: "7", Status: ok },
    });
    expect(places(whole.parts, "storage_controller")).toEqual([
      "Systems/1/SmartStorage/ArrayControllers/0",
      "Systems/1/Storage/A/Controllers/7",
    ]);
  });

  it("asks for the metrics of one memory module where they are empty", async () => {
    const metrics = (n: number) => ({ Id: String(n), Status: ok, Metrics: link(`/Systems/1/Memory/${n}/Metrics`) });
    const { requested } = await walked({
      ...MACHINE,
      "/Systems/1/Memory/1": metrics(1),
      "/Systems/1/Memory/2": metrics(2),
      "/Systems/1/Memory/1/Metrics": { OperatingSpeedMHz: 3200 },
      "/Systems/1/Memory/2/Metrics": { OperatingSpeedMHz: 3200 },
    });
    expect(requested.filter((uri) => uri.endsWith("/Metrics"))).toHaveLength(1);
  });

  it("reads drives of SimpleStorage only without Storage", async () => {
    const simple = {
      "/Systems/1/SimpleStorage": collection("/Systems/1/SimpleStorage/1"),
      "/Systems/1/SimpleStorage/1": {
        Devices: [
          { Name: "Bay 1", Status: ok },
          { Name: "Bay 2", Status: { State: "Absent" } },
        ],
      },
    };
    const both = { Storage: link("/Systems/1/Storage"), SimpleStorage: link("/Systems/1/SimpleStorage") };
    const { parts } = await walked({ ...MACHINE, ...simple, "/Systems/1": { SimpleStorage: both.SimpleStorage } });
    expect(places(parts, "drive")[0]).toBe("Systems/1/SimpleStorage/1/Devices/Bay 1");
    const { requested } = await walked({ ...MACHINE, ...simple, "/Systems/1": both });
    expect(requested).not.toContain("/redfish/v1/Systems/1/SimpleStorage");
  });

  it("reads the ports of the network cards of a chassis and of a system once", async () => {
    const { parts, requested } = await walked({
      "/Systems/1": { NetworkInterfaces: link("/Systems/1/NetworkInterfaces") },
      "/Systems/1/NetworkInterfaces": collection("/Systems/1/NetworkInterfaces/1"),
      "/Systems/1/NetworkInterfaces/1": { Links: { NetworkAdapter: link("/Chassis/1/NetworkAdapters/NIC1/") } },
      "/Chassis/1": { NetworkAdapters: link("/Chassis/1/NetworkAdapters") },
      "/Chassis/1/NetworkAdapters": collection("/Chassis/1/NetworkAdapters/NIC1"),
      "/Chassis/1/NetworkAdapters/NIC1": {
        Id: "NIC1",
        NetworkPorts: link("/Chassis/1/NetworkAdapters/NIC1/NetworkPorts"),
      },
      "/Chassis/1/NetworkAdapters/NIC1/NetworkPorts": collection("/Chassis/1/NetworkAdapters/NIC1/NetworkPorts/1"),
      "/Chassis/1/NetworkAdapters/NIC1/NetworkPorts/1": { Id: "1", Name: "Port", LinkStatus: "LinkDown" },
    });
    expect(parts.map(({ part, owner }) => [part.kind, owner])).toEqual([
      ["network_adapter", undefined],
      ["network_port", "NIC1"],
    ]);
    expect(new Set(requested).size).toBe(requested.length);
  });

  it("reports a resource that the BMC was too busy to give, and goes on", async () => {
    const lost: string[] = [];
    const { get } = serviceOf(treeOf(MACHINE));
    const walk = new ComponentWalk(ROOTS);
    const found: string[] = [];
    const busy = "/redfish/v1/Systems/1/Storage/A/Drives/0";
    while (!walk.isDone)
      await walk.step((uri, s) => (uri === busy ? Promise.reject(new RedfishError("bmc_busy", "503")) : get(uri, s)), {
        signal,
        found: ({ uri }) => void found.push(uri),
        lost: (uri) => void lost.push(uri),
      });
    expect(lost).toEqual([busy]);
    expect(found).toContain("/redfish/v1/Systems/1/Storage/A/Drives/1");
  });

  it("tries the same resource again after the end of a session", async () => {
    const { get } = serviceOf(treeOf(MACHINE));
    const walk = new ComponentWalk(ROOTS);
    let failures = 0;
    const found = new Set<string>();
    while (!walk.isDone) {
      const flaky: typeof get = (uri, s) =>
        uri.endsWith("/Drives/1") && failures++ < 2
          ? Promise.reject(new RedfishError("no_answer", "gone"))
          : get(uri, s);
      await walk.step(flaky, { signal, found: ({ uri }) => void found.add(uri), lost: () => {} }).catch(() => {});
    }
    expect(failures).toBeGreaterThan(2);
    expect(found).toContain("/redfish/v1/Systems/1/Storage/A/Drives/1");
  });

  it("ends on links that lead back", async () => {
    const { requested } = await walked({
      "/Systems/1": {
        Memory: link("/Systems/1"),
        Storage: link("/Systems/1/Storage"),
        Processors: link("/Systems/1/"),
      },
      "/Systems/1/Storage": { Members: [link("/Systems/1/Storage"), link("/Systems/1")] },
      "/Chassis/1": { Drives: link("/Systems/1/Storage"), NetworkAdapters: link("/Chassis/1") },
    });
    expect(requested.length).toBeLessThan(10);
  });
});
