import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findLog } from "../../../src/bmc/over-redfish/event-log-choice.ts";
import { modelEntry } from "../../../src/bmc/over-redfish/event-log-entry.ts";
import { Severities } from "../../../src/bmc/severities.ts";
import { decodeLogEntry, type Get, type JsonObject, RedfishError } from "../../../src/redfish/index.ts";

const entryOf = (resource: JsonObject) => modelEntry(decodeLogEntry({ Id: "1", ...resource }), {});
const memory = { "@odata.id": "/redfish/v1/Systems/1/Memory/proc1dimm3" };

describe("a memory error in a Redfish log", () => {
  it.each<readonly [string, JsonObject, string, string | undefined]>([
    [
      "of a Supermicro X10, by its bytes",
      {
        SensorType: "Memory",
        EntryCode: "Assert",
        Message: "[ OEM ] Correctable ECC @DIMMB1",
        Oem: {
          Supermicro: {
            RawEventData: { EventDirAndType: "0x6F", SensorType: "0x0C", EventData1: "0xA0", EventData2: "0x2A" },
          },
        },
      },
      "correctable",
      "DIMMB1",
    ],
    [
      "of a Lenovo XCC, by its event id",
      { EventId: "0x806f010c2001ffff", Message: "Uncorrectable error detected for DIMM 5 on Subsystem System Memory." },
      "uncorrectable",
      "DIMM 5",
    ],
    [
      "of a Lenovo XCC, by its message id",
      { MessageId: "FQXSPMA0011G", Message: "Memory Logging Limit Reached for DIMM 12 on Subsystem System Memory." },
      "logging_limit",
      "DIMM 12",
    ],
    [
      "of an iDRAC 9",
      { EntryType: "SEL", SensorType: "Memory", Message: "Correctable memory error rate exceeded for DIMM_A1." },
      "correctable",
      "DIMM_A1",
    ],
    [
      "of an iDRAC 8",
      {
        EntryCode: [{ Member: "Assert" }],
        MessageId: "MEM0001",
        Message: "Multi-bit memory errors detected on a memory device at location(s) DIMM_B12.",
      },
      "uncorrectable",
      "DIMM_B12",
    ],
    [
      "of an iDRAC that stops logging them",
      {
        MessageId: "IDRAC.2.8.MEM8000",
        Message: "Correctable memory error logging disabled for a memory device at location DIMM_A2.",
      },
      "logging_limit",
      "DIMM_A2",
    ],
    [
      "of an iLO",
      { MessageId: "10.644", Message: "DIMM Failure - Uncorrectable Memory Error (Processor 2, DIMM 4)" },
      "uncorrectable",
      "PROC 2 DIMM 4",
    ],
    [
      "of a Gen10 iLO",
      {
        Oem: { Hpe: { Class: 5, Code: 1, ClassDescription: "Memory" } },
        Message: "Corrected Memory Error threshold exceeded (Processor 1, Memory Module 3)",
      },
      "correctable",
      "PROC 1 DIMM 3",
    ],
    [
      "of OpenBMC, by arguments",
      { MessageId: "OpenBMC.0.1.MemoryECCCorrectable", MessageArgs: ["CPU0_DIMM_A1", "3"] },
      "correctable",
      "CPU0_DIMM_A1",
    ],
    [
      "of a registry, by the resource that it is about",
      { MessageId: "MemoryEvents.1.0.UncorrectableECCError", Links: { OriginOfCondition: memory } },
      "uncorrectable",
      "proc1dimm3",
    ],
    [
      "of a MegaRAC, by data bytes",
      { SensorType: "Memory", EntryCode: "Assert", Message: "0x01FFFF" },
      "uncorrectable",
      undefined,
    ],
    [
      "with a parity error",
      { SensorType: "Memory", Message: "Parity error on P1-DIMMC1" },
      "uncorrectable",
      "P1-DIMMC1",
    ],
  ])("%s", (_, resource, kind, dimm) => {
    const { memoryError, entry } = entryOf(resource);
    expect([memoryError, entry.dimm, entry.kind]).toEqual([kind, dimm, "memory"]);
    expect(entry.severity).toBe(kind === "uncorrectable" ? "critical" : "warning");
  });

  it.each<readonly [string, JsonObject]>([
    ["on PCIe", { Message: "PCIe correctable error on slot 3", SensorType: "Critical Interrupt" }],
    ["in the cache of a processor", { Message: "Uncorrectable Machine Check Exception (Processor 2, Bank 0x12)" }],
    ["that is over", { SensorType: "Memory", Message: "Correctable memory error cleared for DIMM_A1" }],
    ["that was deasserted", { SensorType: "Memory", EntryCode: "Deassert", Message: "Uncorrectable ECC DIMM_A1" }],
    ["of a drive", { Message: "Uncorrectable media error on drive 3", SensorType: "Drive Slot / Bay" }],
    ["that are only settings", { SensorType: "Memory", Message: "Correctable memory error logging enabled" }],
  ])("is no error %s", (_, resource) => {
    expect(entryOf(resource).memoryError).toBeUndefined();
  });
});

describe("an entry of a Redfish log", () => {
  it("has the words of IPMI for thresholds of OpenBMC, and the end of a state is deasserted", () => {
    const of = (name: string) =>
      entryOf({ MessageId: `OpenBMC.0.1.${name}`, MessageArgs: ["TEMP_SSD_01", "0"], Severity: "OK" });
    const words = (name: string) => {
      const { kind, sensor, event, direction, severity } = of(name).entry;
      return [kind, sensor, event, direction, severity];
    };
    expect(words("SensorThresholdWarningLowGoingLow")).toEqual([
      "temperature",
      "TEMP_SSD_01",
      "lower_non_critical_going_low",
      "asserted",
      "warning",
    ]);
    expect(words("SensorThresholdWarningLowGoingHigh")).toEqual([
      "temperature",
      "TEMP_SSD_01",
      "lower_non_critical_going_low",
      "deasserted",
      "ok",
    ]);
    expect(words("SensorThresholdCriticalHighGoingHigh").slice(2)).toEqual([
      "upper_critical_going_high",
      "asserted",
      "critical",
    ]);
  });

  it("has kind and event of EntryCode and SensorType, as the mock-up of DMTF has them", () => {
    const { entry } = entryOf({
      EntryType: "SEL",
      EntryCode: "Upper Critical - going high",
      SensorType: "Temperature",
      SensorNumber: 1,
      Severity: "Critical",
      Message: "Temperature threshold exceeded",
      MessageId: "0x592A28",
      Created: "2012-03-07T14:44:00Z",
    });
    expect(entry).toMatchObject({
      id: "1",
      kind: "temperature",
      sensor: "Temperature #01h",
      sensorNumber: 1,
      event: "upper_critical_going_high",
      direction: "asserted",
      severity: "critical",
      text: "Temperature threshold exceeded",
      time: Date.UTC(2012, 2, 7, 14, 44),
      relativeTime: false,
    });
    expect(entry.raw).toBeUndefined();
  });

  it("tells a lost input from a failed supply", () => {
    const lost = entryOf({
      MessageId: "OpenBMC.0.1.PowerSupplyPowerLost",
      MessageArgs: ["PSU1"],
      Severity: "Critical",
    });
    expect(lost.entry).toMatchObject({ kind: "power_supply", event: "input_lost", direction: "asserted" });
    expect(lost.entry.text).toBe("Power Supply Power Lost: PSU1");
  });

  it.each<readonly [string, JsonObject, object]>([
    [
      "a date with a zone",
      { Created: "2024-06-11T00:13:00-05:00" },
      { time: Date.UTC(2024, 5, 11, 5, 13), relativeTime: false },
    ],
    ["a date without a zone", { Created: "2024-06-11T00:13:00" }, { time: Date.UTC(2024, 5, 11, 0, 13) }],
    [
      "a time since the start",
      { Created: "1970-01-01T02:57:58+00:00" },
      { time: undefined, relativeTime: true, relativeSeconds: 10678 },
    ],
    [
      "no date",
      { Created: "0000-00-00T00:00:00Z" },
      { time: undefined, relativeTime: false, relativeSeconds: undefined },
    ],
    [
      "a date of the event before that of the entry",
      { Created: "2022-03-09T20:02:22Z", EventTimestamp: "2021-02-16T18:14:21Z" },
      { time: Date.UTC(2021, 1, 16, 18, 14, 21) },
    ],
    ["a date that does not exist", { Created: "2022-13-41T20:02:22Z" }, { time: undefined, relativeTime: false }],
  ])("has %s", (_, resource, expected) => {
    expect(entryOf(resource).entry).toMatchObject(expected);
  });

  it.each([
    ["Normal", "ok"],
    ["Informational", "ok"],
    ["Caution", "warning"],
    ["CRITICAL", "critical"],
    [undefined, "unknown"],
    ["?", "unknown"],
  ])("with the severity %s is %s", (Severity, expected) => {
    expect(entryOf({ Severity, Message: "x" }).entry.severity).toBe(expected);
  });

  it("has the severity of a rule for its event", () => {
    const severities = new Severities([{ states: ["input_lost"], severity: 1 }]);
    const resource = { MessageId: "OpenBMC.0.1.PowerSupplyPowerLost", Severity: "Critical" };
    expect(modelEntry(decodeLogEntry(resource), { severities }).entry.severity).toBe("warning");
  });
});

describe("the log to count", () => {
  const CHOSEN: Readonly<Record<string, string | undefined>> = {
    "dell-poweredge-r750-idrac9-6.00.30.00": "Managers/iDRAC.Embedded.1/LogServices/Sel",
    "dmtf-public-rackmount1": "Systems/437XR1138R2/LogServices/Log1",
    "gigabyte-h262-z63-megarac-12.84.13": "Managers/Self/LogServices/SEL",
    "hpe-dl325-gen10plus-ilo5-2.46": "Systems/1/LogServices/IML",
    "hpe-dl380a-gen11-ilo6-1.66": "Systems/1/LogServices/IML",
    "hpecray-ex235a-nc": "Managers/BMC/LogServices/SEL",
    "lenovo-sr670v2-xcc-tgbt20e-1.40": "Systems/1/LogServices/PlatformLog",
    "nvidia-gh200-openbmc-24.05-2": "Systems/System_0/LogServices/SEL",
    "openbmc-2.15.0-dev": "Systems/system/LogServices/EventLog",
    "supermicro-x10sdv-tln4f-4.00": "Systems/1/LogServices/Log1",
  };
  const ROOT = resolve(import.meta.dirname, "../../../../shared/fixtures/redfish");
  const recorded = Object.entries(CHOSEN).filter(([name]) => existsSync(join(ROOT, name)));
  const signal = new AbortController().signal;

  it.skipIf(recorded.length === 0).each(recorded)("of %s is %s", async (name, expected) => {
    const read = (uri: string): JsonObject => JSON.parse(readFileSync(join(ROOT, name, uri, "index.json"), "utf8"));
    const get: Get = async (uri) => {
      if (!existsSync(join(ROOT, name, uri, "index.json"))) throw new RedfishError("unsupported", `${uri}: HTTP 404`);
      return read(uri);
    };
    const owned = (owner: string): string[] => {
      const folder = join(ROOT, name, "redfish/v1", owner);
      const names = existsSync(folder) ? readdirSync(folder).filter((one) => !one.endsWith(".json")) : [];
      return names.map((one) => `/redfish/v1/${owner}/${one}`);
    };
    const found = await findLog(
      get,
      { systems: owned("Systems"), managers: owned("Managers"), chassis: owned("Chassis") },
      signal,
    );
    expect(found?.entries).toBe(`/redfish/v1/${expected}/Entries`);
    expect(found?.capacity).toBeUndefined();
  });

  const service = (logs: Readonly<Record<string, JsonObject>>): Get => {
    const members = Object.keys(logs).map((uri) => ({ "@odata.id": uri }));
    const of = (owner: string) => members.filter((member) => member["@odata.id"].startsWith(owner));
    return async (uri) => {
      if (logs[uri]) return { Entries: { "@odata.id": `${uri}/Entries` }, ...logs[uri] };
      if (uri.endsWith("/LogServices")) return { Members: of(uri) };
      return { LogServices: { "@odata.id": `${uri}/LogServices` } };
    };
  };
  const owners = { systems: ["/S/1"], managers: ["/M/1"], chassis: ["/C/1"] };
  const chosen = async (logs: Readonly<Record<string, JsonObject>>) => findLog(service(logs), owners, signal);

  it.each<readonly [string, readonly string[], string | undefined]>([
    [
      "Fujitsu",
      ["/M/1/LogServices/SystemEventLog", "/M/1/LogServices/InternalEventLog"],
      "/M/1/LogServices/SystemEventLog",
    ],
    ["Cisco", ["/S/1/LogServices/SEL", "/M/1/LogServices/CIMC"], "/S/1/LogServices/SEL"],
    ["Supermicro", ["/M/1/LogServices/Log1", "/S/1/LogServices/Log1"], "/S/1/LogServices/Log1"],
    [
      "Lenovo",
      ["/S/1/LogServices/AuditLog", "/S/1/LogServices/ActiveLog", "/S/1/LogServices/StandardLog"],
      "/S/1/LogServices/StandardLog",
    ],
    ["AMI without a SEL", ["/S/1/LogServices/BIOS", "/M/1/LogServices/EventLog"], "/S/1/LogServices/BIOS"],
    [
      "a BMC with logs of its own events only",
      ["/M/1/LogServices/Lclog", "/M/1/LogServices/IEL", "/M/1/LogServices/Journal"],
      undefined,
    ],
    ["a chassis controller", ["/C/1/LogServices/Log"], "/C/1/LogServices/Log"],
    ["an unknown vendor", ["/S/1/LogServices/Hardware", "/M/1/LogServices/Dump"], "/S/1/LogServices/Hardware"],
  ])("of %s", async (_, uris, expected) => {
    const found = await chosen(Object.fromEntries(uris.map((uri) => [uri, {}])));
    expect(found?.entries).toBe(expected && `${expected}/Entries`);
  });

  it("has a capacity only if it drops new entries when it is full", async () => {
    const uri = "/S/1/LogServices/SEL";
    const capacity = async (OverWritePolicy?: string) =>
      (await chosen({ [uri]: { MaxNumberOfRecords: 512, OverWritePolicy } }))?.capacity;
    expect([await capacity("NeverOverWrites"), await capacity("WrapsWhenFull"), await capacity()]).toEqual([
      512,
      undefined,
      undefined,
    ]);
  });

  it("is not chosen while the BMC is too busy to list all of them", async () => {
    const get: Get = async (uri, own) => {
      if (uri === "/S/1") throw new RedfishError("bmc_busy", "HTTP 503");
      return service({ "/M/1/LogServices/EventLog": {} })(uri, own);
    };
    await expect(findLog(get, owners, signal)).rejects.toThrow("HTTP 503");
  });

  it("is refused, not absent, if the account may not read the logs", async () => {
    const get: Get = async (uri, own) => {
      if (uri.endsWith("/LogServices")) throw new RedfishError("privilege_refused", `${uri}: HTTP 403`);
      return service({})(uri, own);
    };
    await expect(findLog(get, owners, signal)).rejects.toMatchObject({ reason: "privilege_refused" });
  });

  it("is not one that is switched off", async () => {
    expect(
      (await chosen({ "/S/1/LogServices/SEL": { ServiceEnabled: false }, "/S/1/LogServices/Log1": {} }))?.entries,
    ).toBe("/S/1/LogServices/Log1/Entries");
  });
});
