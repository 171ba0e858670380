import { describe, expect, it } from "vitest";
import { readChassis } from "../../../src/bmc/over-ipmi/chassis.ts";
import { readController, readGuid } from "../../../src/bmc/over-ipmi/controller.ts";
import { FruReader } from "../../../src/bmc/over-ipmi/fru.ts";
import { readDcmiPower, readPowerLimit } from "../../../src/bmc/over-ipmi/power.ts";
import { optional } from "../../../src/bmc/over-ipmi/refusals.ts";
import { securityFindings } from "../../../src/bmc/over-ipmi/security.ts";
import { readWatchdog } from "../../../src/bmc/over-ipmi/watchdog.ts";
import {
  BmcMemory,
  DecodeError,
  getChannelAuthenticationCapabilities,
  getChassisStatus,
  getDeviceGuid,
  getDeviceId,
  getFruInventoryAreaInfo,
  getPowerLimit,
  getPowerReading,
  getSelfTestResults,
  getSystemGuid,
  getWatchdogTimer,
  readFruData,
} from "../../../src/ipmi/index.ts";
import { vectorMainboardFru, vectorPowerSupplyFru } from "../../rig/boards/vector-frus.ts";
import { hex } from "../../support/hex.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";
import { planOf } from "../plans.ts";

// Answers are those of the vectors: what other implementations sent and decoded.
const { signal } = new AbortController();

describe("power consumption by DCMI", () => {
  const read = (runner: FakeRunner, memory = new BmcMemory()) => readDcmiPower(runner, memory, signal);
  const active = "dc56016e0006022d011cdf026bc027090040";

  it("has current, minimum, maximum, average and their period", async () => {
    expect(await read(new FakeRunner().onBytes(getPowerReading, active))).toEqual({
      source: "dcmi",
      currentWatts: 342,
      minimumWatts: 110,
      maximumWatts: 518,
      averageWatts: 301,
      periodSeconds: 600,
    });
  });

  it("is used if the BMC measures but reports that it does not, which is recorded as a quirk", async () => {
    const memory = new BmcMemory();
    const inactive = active.replace(/40$/, "00");
    expect(await read(new FakeRunner().onBytes(getPowerReading, inactive), memory)).toMatchObject({
      currentWatts: 342,
    });
    expect([...memory.quirks]).toEqual(["dcmi_inactive_is_valid"]);
  });

  it("has no watts instead of 0 if the BMC neither measures nor claims to", async () => {
    const nothing = "dc000000000000000000000000000000000000".slice(0, active.length);
    expect(await read(new FakeRunner().onBytes(getPowerReading, nothing))).toEqual({ source: "dcmi" });
  });

  it("is 0 if 0 is measured; statistics without values are omitted", async () => {
    const off = "dc0000000000000000000000000000000040";
    expect(await read(new FakeRunner().onBytes(getPowerReading, off))).toEqual({
      source: "dcmi",
      currentWatts: 0,
      minimumWatts: undefined,
      maximumWatts: undefined,
      averageWatts: undefined,
      periodSeconds: undefined,
    });
  });

  it.each([0xc1, 0xcc, 0xd4, 0xd6, 0x80, 0xff])("is absent if the BMC refuses with %i", async (code) => {
    expect(await read(new FakeRunner().refuses(getPowerReading, code))).toBeUndefined();
    expect(await readPowerLimit(new FakeRunner().refuses(getPowerLimit, code), signal)).toBeUndefined();
  });

  it("is absent if the response is not DCMI", async () => {
    const runner = new FakeRunner().on(getPowerReading, () => {
      throw new DecodeError("Get Power Reading: wanted prefix byte 220, got 0");
    });
    expect(await read(runner)).toBeUndefined();
  });

  it("is not absent after silence or from a busy BMC", async () => {
    for (const error of [silence(), refused("Get Power Reading", 0xc0, true)]) {
      const runner = new FakeRunner().on(getPowerReading, () => {
        throw error;
      });
      await expect(read(runner)).rejects.toBe(error);
    }
  });

  it("has a limit if one is active", async () => {
    const runner = new FakeRunner().onBytes(getPowerLimit, "dc00000120038813000000003c00");
    expect(await readPowerLimit(runner, signal)).toBe(800);
  });
});

describe("the controller", () => {
  const device = getDeviceId.decodeResponse(hex("2001023102bf570100341201020304"));
  const GUID = "00112233445566778899aabbccddeeff";
  const read = (runner: FakeRunner) => readController(runner, { device, guid: undefined }, signal);
  const guidOf = (runner: FakeRunner) => readGuid(runner, signal);

  it("has its identity and the result of its self-test", async () => {
    const runner = new FakeRunner().onBytes(getSystemGuid, GUID).onBytes(getSelfTestResults, "5500");
    expect(await readController(runner, { device, guid: await guidOf(runner) }, signal)).toEqual({
      manufacturer: "Intel",
      manufacturerId: 343,
      product: "4660",
      productId: 0x1234,
      firmware: "2.31",
      ipmiVersion: "2.0",
      guid: GUID,
      updating: false,
      selfTest: { results: ["ok"], health: 0 },
    });
  });

  it.each([
    ["no error", "5500", { results: ["ok"], health: 0 }],
    ["no self test", "5600", { results: ["not_implemented"], health: undefined }],
    ["the log cannot be read", "5780", { results: ["sel_corrupted"], health: 1 }],
    ["sensors and log cannot be read", "57c0", { results: ["sdr_repository_corrupted", "sel_corrupted"], health: 1 }],
    ["no sensors", "5708", { results: ["sdr_repository_empty"], health: 1 }],
    ["its own FRUs", "5724", { results: ["internal_fru_corrupted", "bmc_fru_corrupted"], health: 1 }],
    ["the bus", "5710", { results: ["ipmb_failed"], health: 1 }],
    ["firmware", "5701", { results: ["firmware_corrupted"], health: 2 }],
    ["boot block, log", "5782", { results: ["boot_block_corrupted", "sel_corrupted"], health: 2 }],
    ["nothing in particular", "5700", { results: ["corrupted_data"], health: 1 }],
    ["fatal", "5801", { results: ["fatal_hardware"], health: 2 }],
    ["codes of the vendor", "60ff", { results: ["device_specific"], health: undefined }],
  ])("has the self-test result %s", async (_, bytes, selfTest) => {
    const runner = new FakeRunner().onBytes(getSelfTestResults, bytes);
    expect((await read(runner)).selfTest).toEqual(selfTest);
  });

  it("has no GUID if the board has none", async () => {
    for (const empty of ["00".repeat(16), "ff".repeat(16)]) {
      expect(await guidOf(new FakeRunner().onBytes(getSystemGuid, empty))).toBeUndefined();
    }
  });

  it("has the GUID of the device if that of the system is refused or empty", async () => {
    expect(await guidOf(new FakeRunner().onBytes(getDeviceGuid, GUID))).toBe(GUID);
    const empty = new FakeRunner().onBytes(getSystemGuid, "00".repeat(16)).onBytes(getDeviceGuid, GUID);
    expect(await guidOf(empty)).toBe(GUID);
  });

  it("is known even if it refuses everything or returns too few bytes", async () => {
    expect(await read(new FakeRunner())).toMatchObject({ firmware: "2.31", guid: undefined });
    const short = new FakeRunner().onBytes(getSystemGuid, "0011").onBytes(getSelfTestResults, "");
    expect(await read(short)).toMatchObject({ manufacturer: "Intel", selfTest: undefined });
  });

  it("is not read if it does not answer", async () => {
    await expect(optional(Promise.reject(silence()))).rejects.toMatchObject({ reason: "timeout" });
  });
});

describe("FRU devices", () => {
  const psuLocator = hex("2f00511113200180000010000a0100c85053553120465255");
  const mainLocator = hex("300051111120008000001000070100c74d4220465255");
  const satellite = Buffer.from(psuLocator);
  satellite[5] = 0x2c;

  function fruRunner(): FakeRunner {
    const areas = new Map([
      [0, hex(vectorMainboardFru)],
      [1, hex(vectorPowerSupplyFru)],
    ]);
    return new FakeRunner()
      .on(getFruInventoryAreaInfo, ({ fruId }) => {
        const area = areas.get(fruId);
        if (!area) throw refused("Get FRU Inventory Area Info", 0xcb);
        return { areaBytes: area.length, wordAccess: false };
      })
      .on(readFruData, ({ fruId, offset, count }) => {
        const data = (areas.get(fruId) ?? Buffer.alloc(0)).subarray(offset, offset + count);
        return { count: data.length, data };
      });
  }
  const read = (locators: readonly Buffer[], bridge = false) => {
    const runner = fruRunner();
    return new FruReader()
      .read(runner, new BmcMemory(), planOf(...locators).frus, { bridge, signal })
      .then(({ frus }) => ({
        frus,
        runner,
      }));
  };

  it("are number 0, which has no locator, and those of the repository", async () => {
    const { frus } = await read([psuLocator]);
    expect(
      frus.map(({ name, id, product, serial, capacityWatts }) => [name, id, product, serial, capacityWatts]),
    ).toEqual([
      ["fru0", 0, "X-Server 2U", "PSN-42", 1200],
      ["PSU1 FRU", 1, "PSU-1300", "PSUSN1", undefined],
    ]);
  });

  it("are read once each, with the name of the locator", async () => {
    const { frus } = await read([mainLocator, psuLocator, psuLocator]);
    expect(frus.map((f) => f.name)).toEqual(["MB FRU", "PSU1 FRU"]);
  });

  it("that are absent are omitted", async () => {
    const absent = Buffer.from(psuLocator);
    absent[6] = 9;
    expect((await read([absent])).frus.map((f) => f.id)).toEqual([0]);
  });

  it("are read except for a busy one, which is tried in the next readings and then omitted", async () => {
    const runner = fruRunner();
    const answer = runner.answerOf(getFruInventoryAreaInfo);
    runner.on(getFruInventoryAreaInfo, (request) => {
      if (request.fruId === 0) throw refused("Get FRU Inventory Area Info", 0xc0, true);
      return answer(request);
    });
    const reader = new FruReader();
    const { frus: locators } = planOf(psuLocator);
    const reading = async () => {
      const { frus, failure } = await reader.read(runner, new BmcMemory(), locators, { bridge: false, signal });
      const devices = runner.asked.splice(0).map(({ request }) => (request as { readonly fruId: number }).fruId);
      return { names: frus.map((f) => f.name), failure: failure && String(failure), devices: [...new Set(devices)] };
    };
    expect(await reading()).toEqual({ names: ["PSU1 FRU"], failure: expect.stringContaining("C0h"), devices: [0, 1] });
    expect(await reading()).toEqual({ names: ["PSU1 FRU"], failure: expect.stringContaining("C0h"), devices: [0] });
    expect(await reading()).toEqual({ names: ["PSU1 FRU"], failure: undefined, devices: [0] });
    expect(await reading()).toMatchObject({ failure: expect.stringContaining("C0h"), devices: [0, 1] });
  });

  it("continue in the next poll after a timeout", async () => {
    const runner = fruRunner();
    const answer = runner.answerOf(readFruData);
    const reader = new FruReader();
    const { frus: locators } = planOf(psuLocator);
    const timeOver = new DOMException("aborted", "TimeoutError");
    runner.on(readFruData, (request) => {
      if (request.fruId === 1) throw timeOver;
      return answer(request);
    });
    const first = await reader.read(runner, new BmcMemory(), locators, { bridge: false, signal });
    expect([first.frus.map((f) => f.id), first.failure]).toEqual([[0], timeOver]);
    runner.on(readFruData, answer);
    runner.asked.length = 0;
    const second = await reader.read(runner, new BmcMemory(), locators, { bridge: false, signal });
    expect([second.frus.map((f) => f.id), second.failure]).toEqual([[0, 1], undefined]);
    expect(runner.asked.map(({ request }) => (request as { readonly fruId: number }).fruId)).not.toContain(0);
  });

  it("behind another controller are read only if bridging is allowed", async () => {
    expect((await read([satellite])).frus.map((f) => f.id)).toEqual([0]);
    const { frus, runner } = await read([satellite], true);
    expect(frus.map((f) => f.id)).toEqual([0, 1]);
    expect(runner.asked.at(-1)?.options?.bridge).toMatchObject({ address: 0x2c });
  });
});

describe("the watchdog of a BMC that has none", () => {
  it.each([0xc1, 0xc2, 0xc9, 0xcb, 0xcc, 0xd3, 0xd5, 0xd6, 0xff])("is absent: completion code %i", async (code) => {
    expect(await readWatchdog(new FakeRunner().refuses(getWatchdogTimer, code), signal)).toBeUndefined();
  });

  it("is absent if the response has no data", async () => {
    expect(await readWatchdog(new FakeRunner().onBytes(getWatchdogTimer, ""), signal)).toBeUndefined();
  });

  it("is not absent if the BMC is busy, the privilege too low, or after silence", async () => {
    for (const error of [refused("Get Watchdog Timer", 0xc0, true), refused("Get Watchdog Timer", 0xd4), silence()]) {
      const runner = new FakeRunner().on(getWatchdogTimer, () => {
        throw error;
      });
      await expect(readWatchdog(runner, signal)).rejects.toBe(error);
    }
  });
});

describe("the chassis and the watchdog", () => {
  it("have power and faults in words", async () => {
    const runner = new FakeRunner().onBytes(getChassisStatus, "0f104f");
    expect(await readChassis(runner, signal)).toEqual({
      powerOn: true,
      faults: {
        power: true,
        power_control: false,
        overload: true,
        interlock: true,
        cooling: true,
        drive: true,
        intrusion: true,
      },
      identify: false,
    });
    expect((await readChassis(new FakeRunner().onBytes(getChassisStatus, "601000"), signal)).identify).toBeUndefined();
  });

  it("have a timer with its uses in words", async () => {
    const runner = new FakeRunner().onBytes(getWatchdogTimer, "4401001058022001");
    expect(await readWatchdog(runner, signal)).toEqual({
      running: true,
      use: "SMS/OS",
      action: "hard reset",
      preTimeoutInterrupt: "none",
      preTimeoutSeconds: 0,
      logs: true,
      initialCountdownSeconds: 60,
      presentCountdownSeconds: 28.8,
      expired: ["SMS/OS"],
    });
  });
});

describe("security findings", () => {
  const found = (capabilities: string | undefined, suites?: readonly number[]) => {
    const memory = new BmcMemory();
    if (capabilities) memory.capabilities = getChannelAuthenticationCapabilities.decodeResponse(hex(capabilities));
    memory.cipherSuites = suites;
    return new Map(securityFindings(memory).map((f) => [f.finding, f.present]));
  };

  it("are empty before anything was read", () => {
    expect(found(undefined).size).toBe(0);
  });

  it("follow from the channel and its cipher suites", () => {
    expect(Object.fromEntries(found("0195040300000000", [0, 1, 3]))).toEqual({
      anonymous_login: false,
      null_user_names: false,
      auth_type_none: true,
      auth_type_straight_password: true,
      auth_type_md2: false,
      per_message_auth_disabled: false,
      user_level_auth_disabled: false,
      ipmi_1_5_enabled: true,
      default_kg: true,
      cipher_suite_0_listed: true,
      weak_cipher_suites: true,
      no_sha256_cipher_suite: true,
    });
  });

  it("do not include IPMI 1.5 if it cannot be used", () => {
    const only20 = found("0184040200000000", [3, 17]);
    expect([only20.get("ipmi_1_5_enabled"), only20.get("auth_type_none")]).toEqual([false, false]);
    expect([only20.get("weak_cipher_suites"), only20.get("no_sha256_cipher_suite")]).toEqual([false, false]);
  });

  it("do not include cipher suites if the BMC does not list them", () => {
    expect(found("0184040200000000").has("weak_cipher_suites")).toBe(false);
  });
});
