import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BmcMemory,
  COMBINED_MILLIVOLTS,
  chassisTypeName,
  credentials,
  type FruInventory,
  IpmiConnection,
  readFru,
  UdpTransport,
} from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { freeIpmi } from "../rig/freeipmi.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { ourClientOf, peerLogin, SESSION_KINDS } from "./our-client.ts";

/** Every field of the FRU areas under the words of the peers, and what the model makes of them. */

const two = (n: number): string => String(n).padStart(2, "0");
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function clock(at: Date): string {
  return [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
}

function ipmitoolDate(ms: number): string {
  const at = new Date(ms);
  const day = `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`;
  return `${day} ${clock(at)} ${at.getUTCFullYear()} UTC`;
}

function freeIpmiDate(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${two(at.getUTCFullYear() % 100)} - ${clock(at)}`;
}

type Field = readonly [ipmitool: string | undefined, freeIpmi: string, value: string | undefined];

/** Our inventory as the peers name it. */
function fieldsOf({ chassis, board, product }: FruInventory): readonly Field[] {
  return [
    ["Chassis Type", "FRU Chassis Type", chassis && chassisTypeName(chassis.type)],
    ["Chassis Part Number", "FRU Chassis Part Number", chassis?.partNumber],
    ["Chassis Serial", "FRU Chassis Serial Number", chassis?.serial],
    ["Board Mfg", "FRU Board Manufacturer", board?.manufacturer],
    ["Board Product", "FRU Board Product Name", board?.product],
    ["Board Serial", "FRU Board Serial Number", board?.serial],
    ["Board Part Number", "FRU Board Part Number", board?.partNumber],
    // ipmitool leaves the file id out
    [undefined, "FRU FRU File ID", board?.fileId],
    ["Board Extra", "FRU Board Custom Info", board?.custom[0]],
    ["Product Manufacturer", "FRU Product Manufacturer Name", product?.manufacturer],
    ["Product Name", "FRU Product Name", product?.product],
    ["Product Part Number", "FRU Product Part/Model Number", product?.partNumber],
    ["Product Version", "FRU Product Version", product?.version],
    ["Product Serial", "FRU Product Serial Number", product?.serial],
    ["Product Asset Tag", "FRU Product Asset Tag", product?.assetTag],
    ["Product Extra", "FRU Product Custom Info", product?.custom[0]],
  ];
}

const yes = (value: boolean): string => (value ? "Yes" : "No");
const volts = (code: number): string => `${(COMBINED_MILLIVOLTS[code] ?? Number.NaN) / 1000}V`;

/** Multirecords; only FreeIPMI prints them. */
function multiRecordsOf({ multiRecords }: FruInventory): ReadonlyMap<string, string> {
  const fields: [string, string][] = [];
  for (const record of multiRecords) {
    if (record.type === "power_supply") {
      const s = record;
      const supply: Readonly<Record<string, string>> = {
        "Overall Capacity": `${s.capacityWatts} Watts`,
        "Peak VA": `${s.peakVoltAmperes} VA`,
        "Max Inrush Current": `${s.inrushAmperes} Amps`,
        "Inrush Interval": `${s.inrushIntervalMs} ms`,
        "Low End Input Voltage 1": `${s.inputRange1.lowMillivolts} mV`,
        "High End Input Voltage 1": `${s.inputRange1.highMillivolts} mV`,
        "Low End Input Voltage 2": `${s.inputRange2.lowMillivolts} mV`,
        "High End Input Voltage 2": `${s.inputRange2.highMillivolts} mV`,
        "Low End Acceptable Frequency": `${s.lowHertz} Hz`,
        "High End Acceptable Frequency": `${s.highHertz} Hz`,
        "A/C Dropout Tolerance": `${s.dropoutMs} ms`,
        "Predictive Fail Support": yes(s.predictiveFail),
        "Power Factor Correction Supported": yes(s.powerFactorCorrection),
        "AutoSwitch Supprt": yes(s.autoswitch),
        "Hot Swap Support": yes(s.hotSwap),
        "Peak Capacity": `${s.peakWatts} Watts`,
        "Hold Up Time": `${s.peakHoldUpSeconds} s`,
        "Voltage 1": volts(s.combinedVoltage1),
        "Voltage 2": volts(s.combinedVoltage2),
        "Total Combined Wattage": `${s.combinedWatts} Watts`,
      };
      for (const [name, value] of Object.entries(supply)) fields.push([`FRU Power Supply ${name}`, value]);
    }
    if (record.type === "dc_output") {
      const o = record;
      const output: Readonly<Record<string, string>> = {
        "Output Number": `${o.output}`,
        "Output on Standy": yes(o.standby),
        "Nominal Voltage": `${o.nominalMillivolts} mV`,
        // FreeIPMI 1.6.10 leaves the sign of the deviation out
        "Maximum Negative Voltage Deviation": `${Math.abs(o.maximumNegativeDeviationMillivolts)} mV`,
        "Maximum Positive Voltage Deviation": `${o.maximumPositiveDeviationMillivolts} mV`,
        "Ripple and Noise pk-pk": `${o.rippleMillivolts} mV`,
        "Minimum Current Draw": `${o.minimumMilliamperes} mA`,
        "Maximum Current Draw": `${o.maximumMilliamperes} mA`,
      };
      for (const [name, value] of Object.entries(output)) fields.push([`FRU DC Output ${name}`, value]);
    }
  }
  return new Map(fields);
}

const IDS = [0, 1] as const;

withPeers(["ipmi_sim", "ipmitool", "ipmi-fru"], "our FRUs, compared with ipmitool and FreeIPMI,", () => {
  let sim: IpmiSim;
  let transport: UdpTransport;
  beforeAll(async () => {
    sim = await startIpmiSim();
    transport = new UdpTransport();
  });
  afterAll(async () => {
    await transport.close();
    await sim.stop();
  });

  describe.each(SESSION_KINDS)("over $title", ({ ours, peers }) => {
    let inventories: readonly (FruInventory | undefined)[];
    let snapshot: HostSnapshot;
    beforeAll(async () => {
      const memory = new BmcMemory();
      const connection = new IpmiConnection({
        transport,
        remote: sim,
        clock: systemClock,
        memory,
        login: { credentials: credentials("admin", "secret"), privilege: 2, ...ours },
      });
      const found: (FruInventory | undefined)[] = [];
      for (const id of IDS) found.push(await readFru(connection, memory, id));
      await connection.close();
      inventories = found;
      const client = ourClientOf(sim, "admin", { login: ours });
      snapshot = await client.poll({ parts: ["sensors", "inventory"] });
      await client.close();
    });

    it("have every field ipmitool prints, and no other value", async () => {
      const printed = await ipmitool(peerLogin(sim, "admin", peers)).frus();
      expect([...printed.keys()]).toEqual(IDS);
      for (const id of IDS) {
        const inventory = inventories[id] as FruInventory;
        const mine = new Map<string, string>();
        for (const [name, , value] of fieldsOf(inventory)) if (name && value !== undefined) mine.set(name, value);
        mine.set("Board Mfg Date", ipmitoolDate(inventory.board?.manufacturedMs ?? 0));
        expect(Object.fromEntries(mine), `FRU ${id}`).toEqual(Object.fromEntries(printed.get(id) ?? []));
        expect(inventory.problems).toEqual([]);
      }
    });

    it("have every field FreeIPMI prints, including multirecords, and no other value", async () => {
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const printed = await free.frus();
      free.close();
      expect([...printed.keys()]).toEqual(IDS);
      for (const id of IDS) {
        const inventory = inventories[id] as FruInventory;
        const mine = new Map(multiRecordsOf(inventory));
        for (const [, name, value] of fieldsOf(inventory)) if (value !== undefined) mine.set(name, value);
        mine.set("FRU Board Manufacturing Date/Time", freeIpmiDate(inventory.board?.manufacturedMs ?? 0));
        expect(Object.fromEntries(mine), `FRU ${id}`).toEqual(Object.fromEntries(printed.get(id) ?? []));
      }
    });

    it("are exported", async () => {
      const printed = await ipmitool(peerLogin(sim, "admin", peers)).frus();
      const [main, supply] = [printed.get(0), printed.get(1)];
      expect(snapshot.frus).toEqual([
        {
          name: "MB FRU",
          id: 0,
          manufacturer: main?.get("Product Manufacturer"),
          product: main?.get("Product Name"),
          partNumber: main?.get("Product Part Number"),
          serial: main?.get("Product Serial"),
          assetTag: main?.get("Product Asset Tag"),
          version: main?.get("Product Version"),
          capacityWatts: 1200,
          problems: [],
        },
        {
          name: "PSU1 FRU",
          id: 1,
          manufacturer: supply?.get("Board Mfg"),
          product: supply?.get("Board Product"),
          partNumber: supply?.get("Board Part Number"),
          serial: supply?.get("Board Serial"),
          problems: [],
        },
      ]);
    });
  });
});
