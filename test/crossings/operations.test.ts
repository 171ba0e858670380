import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Operations, SdrCache, withOperations } from "../../src/bmc/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import {
  compileBoard,
  type Scenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../src/simulator/index.ts";
import { type FreeIpmi, freeIpmi } from "../rig/freeipmi.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { keyValues, type Login } from "../rig/run.ts";

const PASSWORD = "open sesame";
const NEW_PASSWORD = "new-secret-7";

/** Request bytes as a BMC received them: "00 08 05a004000000". */
const received: string[] = [];

const recording: Scenario = () => ({
  name: "records requests",
  answer({ netFn, command, data }) {
    const hex = (n: number): string => n.toString(16).padStart(2, "0");
    received.push(`${hex(netFn)} ${hex(command)} ${Buffer.from(data).toString("hex")}`.trim());
    return undefined;
  },
});

let simulation: Simulation;
let release: () => void;
let transport: UdpTransport;
let foreign: FreeIpmi;

beforeAll(async () => {
  const reserved = await reservePort();
  release = reserved.release;
  const board = compileBoard(sampleBoard());
  simulation = await startSimulation({
    bmcs: [{ board, address: "127.0.0.1", port: reserved.port, scenarios: [recording] }],
  });
  transport = new UdpTransport();
  foreign = freeIpmi({ ...login(), cipherSuite: 3 });
});

afterAll(async () => {
  foreign.close();
  await transport.close();
  await simulation.stop();
  release();
});

beforeEach(() => {
  received.length = 0;
});

function bmc() {
  const found = simulation.bmcs[0];
  if (!found) throw new Error("no BMC");
  return found;
}

const login = (more: Partial<Login> = {}): Login => ({
  address: bmc().address,
  port: bmc().port,
  user: "admin",
  password: PASSWORD,
  privilege: "admin",
  ...more,
});

/** Our operations with the same account. */
function ours<T>(work: (operations: Operations) => Promise<T>): Promise<T> {
  return withOperations(
    bmc(),
    {
      protocol: "ipmi",
      login: { credentials: credentials("admin", PASSWORD), privilege: 4, cipherSuites: [3] },
      bridge: true,
      quirks: [],
    },
    { transport, clock: systemClock, cache: new SdrCache(), signal: AbortSignal.timeout(20_000) },
    work,
  );
}

async function theirs(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ipmitool(login()).raw(...args);
  expect(code, `ipmitool ${args.join(" ")}: ${stderr}`).toBe(0);
  return stdout;
}

/** The requests of a command that were received meanwhile. */
async function requestsOf(netFnAndCommand: string, work: () => Promise<unknown>): Promise<string[]> {
  received.length = 0;
  await work();
  return received.filter((line) => line.startsWith(netFnAndCommand)).map((line) => line.slice(6));
}

withPeers(["ipmitool"], "settings made by us, and what ipmitool reads", () => {
  it("power, restore policy and identify light", async () => {
    await ours((o) => o.setPower("off"));
    expect(await theirs("chassis", "power", "status")).toContain("Chassis Power is off");
    await ours((o) => o.setPower("on"));
    for (const [policy, words] of [
      ["always-on", "always-on"],
      ["previous", "previous"],
      ["always-off", "always-off"],
    ] as const) {
      await ours((o) => o.setPowerPolicy(policy));
      expect(keyValues(await theirs("chassis", "status")).get("Power Restore Policy")).toBe(words);
    }
  });

  it("boot choices in its words", async () => {
    await ours((o) => o.setBoot({ device: "pxe", efi: true, persistent: true }));
    const text = await theirs("chassis", "bootparam", "get", "5");
    expect(text).toContain("Boot Flag Valid");
    expect(text).toContain("Options apply to all future boots");
    expect(text).toContain("BIOS EFI boot");
    expect(text).toContain("Boot Device Selector : Force PXE");
    await ours((o) => o.clearBoot());
    const cleared = await theirs("chassis", "bootparam", "get", "5");
    expect(cleared).toContain("Boot Flag Invalid");
    expect(cleared).toContain("No override");
  });

  it("an account, its access and its password", async () => {
    await ours(async (o) => {
      await o.setUserName(9, "crossing");
      await o.setPassword(9, Buffer.from(NEW_PASSWORD));
      await o.setUserAccess(9, {
        privilege: "operator",
        ipmiMessaging: true,
        linkAuthentication: true,
        callbackOnly: false,
      });
      await o.setUserEnabled(9, true);
    });
    expect(await theirs("user", "list", "1")).toMatch(/^9\s+crossing\s+true\s+true\s+true\s+OPERATOR/m);
    expect(await theirs("user", "test", "9", "16", NEW_PASSWORD)).toContain("Success");
    const asNew = ipmitool(login({ user: "crossing", password: NEW_PASSWORD, privilege: "operator" }));
    expect((await asNew.chassisStatus()).get("System Power")).toBe("on");
    await ours((o) => o.setUserEnabled(9, false));
    const refused = await ipmitool(login({ user: "crossing", password: NEW_PASSWORD, tries: 1 })).raw("mc", "guid");
    expect(refused.code).not.toBe(0);
  });

  it("channel access, clock, power limit and asset tag", async () => {
    await ours((o) => o.setChannelAccess({ alerting: true }));
    expect(await theirs("channel", "info", "1")).toMatch(/Alerting\s+: enabled[\s\S]*Alerting\s+: enabled/);
    await ours((o) => o.setPowerLimit({ watts: 333, exception: "log" }));
    const limit = await theirs("dcmi", "power", "get_limit");
    expect(limit).toContain("333");
    expect(limit).toContain("Power Limit Active");
    await ours((o) => o.setAssetTag("rack 7 unit 12"));
    expect(await theirs("dcmi", "asset_tag")).toContain("rack 7 unit 12");
    await ours((o) => o.powerLimitOff());
  });

  it("Serial over LAN", async () => {
    const change = {
      enabled: true,
      privilege: "operator",
      forceEncryption: true,
      accumulateMs: 60,
      threshold: 96,
      retries: 5,
      retryMs: 500,
      rate: 115200,
    } as const;
    const { rate, ...same } = change;
    expect(await ours((o) => o.setSol(change, 1))).toMatchObject({ ...same, storedRate: rate, activeRate: rate });
    const info = keyValues(await theirs("sol", "info", "1"));
    expect(info.get("Enabled")).toBe("true");
    expect(info.get("Privilege Level")).toBe("OPERATOR");
    expect(info.get("Force Encryption")).toBe("true");
    expect(info.get("Retry Count")).toBe("5");
    expect(info.get("Retry Interval (ms)")).toBe("500");
    expect(info.get("Volatile Bit Rate (kbps)")).toBe("115.2");
    expect(info.get("Non-Volatile Bit Rate (kbps)")).toBe("115.2");
    await theirs("sol", "set", "volatile-bit-rate", "19.2", "1");
    expect((await ours((o) => o.sol(1))).activeRate).toBe(19200);
  });

  it("an event, and an erased log", async () => {
    await ours((o) => o.sendTestEvent({ sensorType: 1, sensorNumber: 0x30, eventType: 1, data: [9, 255, 255] }));
    expect(await theirs("sel", "list", "last", "1")).toContain("Upper Critical going high");
    const { saved } = await ours((o) => o.clearEventLog(async () => {}));
    expect(saved.length).toBeGreaterThan(1);
    expect(await theirs("sel", "list")).toContain("Log area reset/cleared");
  });
});

withPeers(["ipmitool"], "settings made by ipmitool, and what we read", () => {
  it("boot choices, policy and identify light", async () => {
    await theirs("chassis", "bootdev", "cdrom", "options=persistent");
    expect(await ours((o) => o.readBoot())).toMatchObject({ valid: true, device: "cdrom", persistent: true });
    await theirs("chassis", "policy", "always-on");
    expect((await ours((o) => o.readPower())).policy).toBe("always-on");
    await theirs("chassis", "identify", "force");
    expect(await ours((o) => o.readIdentify())).toBe("on");
    await theirs("chassis", "identify", "0");
    expect(await ours((o) => o.readIdentify())).toBe("off");
  });

  it("an account, its access and its password", async () => {
    await theirs("user", "set", "name", "8", "fromtool");
    await theirs("user", "set", "password", "8", NEW_PASSWORD, "20");
    await theirs("channel", "setaccess", "1", "8", "callin=on", "ipmi=on", "link=on", "privilege=3");
    await theirs("user", "enable", "8");
    await ours(async (o) => {
      expect(await o.user(8)).toMatchObject({
        name: "fromtool",
        enabled: true,
        privilege: "operator",
        ipmiMessaging: true,
        linkAuthentication: true,
        callbackOnly: false,
      });
      expect(await o.testPassword(8, Buffer.from(NEW_PASSWORD))).toBe("ok");
      await o.verifyLogin({ name: "fromtool", password: Buffer.from(NEW_PASSWORD), privilege: "operator" });
    });
    await theirs("sol", "payload", "disable", "1", "8");
    expect((await ours((o) => o.user(8))).sol).toBe(false);
    await theirs("user", "disable", "8");
    expect((await ours((o) => o.user(8))).enabled).toBe(false);
  });

  it("power limit, asset tag and the clock", async () => {
    await theirs("dcmi", "power", "set_limit", "limit", "444");
    await theirs("dcmi", "power", "activate");
    expect(await ours((o) => o.powerLimit())).toMatchObject({ active: true, watts: 444 });
    await theirs("dcmi", "power", "deactivate");
    expect(await ours((o) => o.powerLimit())).toMatchObject({ active: false, watts: 444 });
    await theirs("dcmi", "set_asset_tag", "from ipmitool");
    expect(await ours((o) => o.assetTag())).toBe("from ipmitool");
    await theirs("sel", "time", "set", "01/02/30 03:04:05");
    const { time } = await ours((o) => o.readClock());
    expect(Math.abs(time - Date.UTC(2030, 0, 2, 3, 4, 5))).toBeLessThan(60_000);
    await ours((o) => o.setClock(Date.now()));
  });
});

withPeers(["ipmitool"], "the bytes that we send, and those of ipmitool", () => {
  const BOOT = "00 08";

  it("are equal for boot choices", async () => {
    for (const [device, efi, persistent, options] of [
      ["pxe", false, false, ""],
      ["pxe", true, false, "options=efiboot"],
      ["disk", false, true, "options=persistent"],
      ["bios", true, true, "options=persistent,efiboot"],
      ["floppy", false, false, ""],
      ["diag", false, false, ""],
      ["safe", false, false, ""],
      ["cdrom", false, false, ""],
    ] as const) {
      const mine = await requestsOf(BOOT, () => ours((o) => o.setBoot({ device, efi, persistent })));
      const their = await requestsOf(BOOT, () => theirs("chassis", "bootdev", device, ...(options ? [options] : [])));
      const flags = (requests: string[]): string[] => requests.filter((line) => line.startsWith("05"));
      expect(flags(mine), device).toEqual(flags(their));
      // ipmitool does not write parameter 3, and its choice expires after 60 s without a power command.
      const [keepBeyond60Seconds, ...others] = mine;
      expect(keepBeyond60Seconds).toBe("0308");
      expect(others).toEqual(their);
    }
  });

  it("are equal for users, but for the session limit that ipmitool always appends", async () => {
    const SET_ACCESS = "06 43";
    const SET_PASSWORD = "06 47";
    const SET_NAME = "06 45";
    const access = {
      privilege: "operator",
      ipmiMessaging: true,
      linkAuthentication: true,
      callbackOnly: false,
    } as const;
    const mine = await requestsOf(SET_ACCESS, () => ours((o) => o.setUserAccess(10, access, 1)));
    const their = await requestsOf(SET_ACCESS, () =>
      theirs("channel", "setaccess", "1", "10", "callin=on", "ipmi=on", "link=on", "privilege=3"),
    );
    expect(their).toEqual(mine.map((line) => `${line}00`));
    expect(await requestsOf(SET_NAME, () => ours((o) => o.setUserName(10, "same")))).toEqual(
      await requestsOf(SET_NAME, () => theirs("user", "set", "name", "10", "same")),
    );
    for (const size of [16, 20] as const) {
      const password = "p".repeat(size);
      expect(await requestsOf(SET_PASSWORD, () => ours((o) => o.setPassword(10, Buffer.from(password))))).toEqual(
        await requestsOf(SET_PASSWORD, () => theirs("user", "set", "password", "10", password, String(size))),
      );
    }
    expect(await requestsOf(SET_PASSWORD, () => ours((o) => o.setUserEnabled(10, true)))).toEqual(
      await requestsOf(SET_PASSWORD, () => theirs("user", "enable", "10")),
    );
  });

  it("are equal for test events and raw requests", async () => {
    const event = { sensorType: 1, sensorNumber: 0x30, eventType: 1, data: [9, 255, 255] } as const;
    expect(await requestsOf("04 02", () => ours((o) => o.sendTestEvent(event)))).toEqual(
      await requestsOf("04 02", () => theirs("event", "1")),
    );
    const data = Buffer.from([1, 2, 3]);
    const mine = await requestsOf("30", () => ours((o) => o.raw({ netFn: 0x30, command: 0x77, data })));
    const their = await requestsOf("30", () => ipmitool(login()).raw("raw", "0x30", "0x77", "0x01", "0x02", "0x03"));
    expect(mine).toEqual(their);
    expect(mine).toHaveLength(1);
  });

  it("are equal for limits, clock, policy and power", async () => {
    const limit = () =>
      ours((o) => o.setPowerLimit({ watts: 500, exception: "none", correctionMs: 1000, samplingSeconds: 1 }));
    await theirs("dcmi", "power", "set_limit", "action", "no_action");
    expect(await requestsOf("2c 04", limit)).toEqual(
      await requestsOf("2c 04", () => theirs("dcmi", "power", "set_limit", "limit", "500")),
    );
    expect(await requestsOf("00 06", () => ours((o) => o.setPowerPolicy("previous")))).toEqual(
      await requestsOf("00 06", () => theirs("chassis", "policy", "previous")),
    );
    for (const [action, words] of [
      ["reset", "reset"],
      ["nmi", "diag"],
      ["cycle", "cycle"],
      ["soft", "soft"],
      ["on", "on"],
      ["off", "off"],
      ["on", "on"],
    ] as const) {
      const mine = await requestsOf("00 02", () => ours((o) => o.setPower(action)));
      if (action === "soft") await ours((o) => o.setPower("on"));
      expect(mine, action).toEqual(await requestsOf("00 02", () => theirs("chassis", "power", words)));
    }
  });
});

withPeers(["ipmi-config", "bmc-info", "ipmi-chassis"], "our settings and FreeIPMI", () => {
  const checkout = async (category: string, ...more: string[]): Promise<string> => {
    const { code, stdout, stderr } = await foreign.raw("ipmi-config", "--checkout", `--category=${category}`, ...more);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };

  it("agree about boot flags, policy and power", async () => {
    await ours(async (o) => {
      await o.setBoot({ device: "pxe", efi: true });
      await o.setPowerPolicy("always-on");
    });
    const text = await checkout("chassis");
    expect(text).toMatch(/Boot_Device\s+PXE/);
    expect(text).toMatch(/Boot_Flags_Persistent\s+No/);
    expect(text).toMatch(/BIOS_Boot_Type\s+EFI/);
    expect(text).toMatch(/Power_Restore_Policy\s+On_State_AC_Apply/);
  });

  it("agree about accounts", async () => {
    await ours(async (o) => {
      await o.setUserName(11, "freeipmi");
      await o.setPassword(11, Buffer.from(NEW_PASSWORD));
      await o.setUserAccess(11, {
        privilege: "user",
        ipmiMessaging: true,
        linkAuthentication: false,
        callbackOnly: false,
      });
      await o.setUserEnabled(11, true);
    });
    const text = await checkout("core", "--section=User11");
    const section = text.match(/Section User11\n([\s\S]*?)EndSection/)?.[1] ?? "";
    expect(section).toMatch(/Username\s+freeipmi/);
    expect(section).toMatch(/Lan_Enable_IPMI_Msgs\s+Yes/);
    expect(section).toMatch(/Lan_Enable_Link_Auth\s+No/);
    expect(section).toMatch(/Lan_Privilege_Limit\s+User/);
  });

  it("commit what we read", async () => {
    const commit = async (...pairs: string[]): Promise<void> => {
      const args = pairs.flatMap((pair) => ["-e", pair]);
      const { code, stdout, stderr } = await foreign.raw("ipmi-config", "--commit", "--category=chassis", ...args);
      expect(code, stdout + stderr).toBe(0);
    };
    await commit("Chassis_Power_Conf:Power_Restore_Policy=Off_State_AC_Apply");
    expect((await ours((o) => o.readPower())).policy).toBe("always-off");
    await commit("Chassis_Boot_Flags:Boot_Device=CD-DVD");
    expect((await ours((o) => o.readBoot())).device).toBe("cdrom");
  });
});
