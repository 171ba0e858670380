import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type Command,
  getBmcGlobalEnables,
  getChannelAccess,
  getChannelInfo,
  getChassisCapabilities,
  getChassisStatus,
  getDeviceId,
  getSdrRepositoryInfo,
  getSelInfo,
  getUserAccess,
  getWatchdogTimer,
} from "../../src/ipmi/index.ts";
import {
  compileBoard,
  type Scenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../src/simulator/index.ts";
import { type FreeIpmi, freeIpmi } from "../rig/freeipmi.ts";
import { type Ipmitool, ipmitool } from "../rig/ipmitool.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { keyValues } from "../rig/run.ts";

/**
 * A virtual BMC answers with bytes in which neighbouring bits differ; what our decoder reads in them must be what
 * ipmitool and FreeIPMI print. The same bytes are vectors of test/ipmi/commands.
 */

let simulation: Simulation;
let release: () => void;
let tool: Ipmitool;
let free: FreeIpmi;
/** The command whose answer is replaced while a test runs. */
let replaced: { readonly netFn: number; readonly code: number; readonly data: Buffer } | undefined;

const replacedAnswer: Scenario = () => ({
  name: "replaced answer",
  answer({ netFn, command, inSession }) {
    if (!inSession || netFn !== replaced?.netFn || command !== replaced.code) return undefined;
    return { completionCode: 0, data: replaced.data };
  },
});

beforeAll(async () => {
  const reserved = await reservePort();
  release = reserved.release;
  const { port } = reserved;
  const bmcs = [{ board: compileBoard(sampleBoard()), address: "127.0.0.1", port, scenarios: [replacedAnswer] }];
  simulation = await startSimulation({ bmcs });
  const login = { address: "127.0.0.1", port, user: "admin", password: "open sesame", privilege: "admin" } as const;
  tool = ipmitool(login);
  free = freeIpmi(login);
});

afterAll(async () => {
  free.close();
  await simulation.stop();
  release();
});

type Words = Readonly<Record<string, string>>;

interface Row {
  readonly title: string;
  readonly command: Pick<Command<never, unknown>, "netFn" | "code">;
  readonly bytes: string;
  readonly args: readonly string[];
  readonly words: Words;
}

/** One row for each pattern, with the tool's words for what we decode. */
function rows<Q, R>(
  command: Command<Q, R>,
  args: readonly string[],
  words: (decoded: R) => Words,
  ...patterns: readonly string[]
): readonly Row[] {
  return patterns.map((bytes) => ({
    title: `${command.name} ${bytes}`,
    command,
    bytes,
    args,
    words: words(command.decodeResponse(Buffer.from(bytes, "hex"))),
  }));
}

const choice =
  (yes: string, no: string) =>
  (value: boolean): string =>
    value ? yes : no;
const activity = choice("active", "inactive");
const yesNo = choice("yes", "no");
const ability = choice("enabled", "disabled");
const disability = choice("disabled", "enabled");
const support = choice("supported", "unsupported");
const provision = choice("provided", "not provided");
const hex = (value: number): string => `${value.toString(16).toUpperCase().padStart(2, "0")}h`;

const IPMITOOL_POLICIES = {
  "stays off": "always-off",
  "previous state": "previous",
  "powers on": "always-on",
} as const;
const FREEIPMI_POLICIES = { "stays off": "Always off", "previous state": "Restore", "powers on": "Always on" } as const;
const FREEIPMI_IDENTIFY = { off: "Off", "timed on": "Timed on", "indefinite on": "Indefinite on" } as const;
const MODES: Readonly<Record<number, string>> = {
  0: "disabled",
  1: "pre-boot only",
  2: "always available",
  5: "unknown",
};
const SUPPORT: Readonly<Record<number, string>> = { 1: "single-session", 2: "multi-session" };
const UPDATE_MODES: Readonly<Record<number, string>> = { 0: "unspecified", 1: "non-modal", 2: "modal" };

const named = (flags: Readonly<Record<string, boolean>>): string[] => Object.keys(flags).filter((name) => flags[name]);

const ofIpmitool: readonly Row[] = [
  ...rows(
    getChassisStatus,
    ["chassis", "status"],
    (s) => ({
      "System Power": s.powerOn ? "on" : "off",
      "Power Overload": String(s.powerOverload),
      "Power Interlock": activity(s.interlock),
      "Main Power Fault": String(s.powerFault),
      "Power Control Fault": String(s.powerControlFault),
      "Power Restore Policy": IPMITOOL_POLICIES[s.restorePolicy as keyof typeof IPMITOOL_POLICIES],
      "Chassis Intrusion": activity(s.intrusion),
      "Front-Panel Lockout": activity(s.frontPanelLockout),
      "Drive Fault": String(s.driveFault),
      "Cooling/Fan Fault": String(s.coolingFault),
    }),
    "aaaaaaaa",
    "55555555",
  ),
  ...rows(
    getDeviceId,
    ["mc", "info"],
    (d) => ({
      "Device ID": String(d.deviceId),
      "Device Revision": String(d.deviceRevision),
      "Firmware Revision": `${d.firmwareMajor}.${d.firmwareMinor.toString(16)}`,
      "IPMI Version": d.ipmiVersion,
      "Device Available": yesNo(!d.updateInProgress),
      "Provides Device SDRs": yesNo(d.providesDeviceSdrs),
    }),
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "555555555555555555555555555555",
  ),
  ...rows(
    getSelInfo,
    ["sel", "info"],
    (s) => ({
      Entries: String(s.entries),
      Overflow: String(s.overflow),
      "Supported Cmds": named({
        "'Delete'": s.deleteSupported,
        "'Partial Add'": s.partialAddSupported,
        "'Reserve'": s.reserveSupported,
        "'Get Alloc Info'": s.allocationInfoSupported,
      }).join(" "),
    }),
    "51aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "5155555555555555555555555555",
  ),
  ...rows(
    getSdrRepositoryInfo,
    ["sdr", "info"],
    (s) => ({
      "Record Count": String(s.records),
      "SDR overflow": yesNo(s.overflow),
      "SDR Repository Update Support": UPDATE_MODES[s.updateModes] ?? "",
      "Delete SDR supported": yesNo(s.deleteSupported),
      "Partial Add SDR supported": yesNo(s.partialAddSupported),
      "Reserve SDR repository supported": yesNo(s.reserveSupported),
      "SDR Repository Alloc info supported": yesNo(s.allocationInfoSupported),
    }),
    "51aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "5155555555555555555555555555",
  ),
  ...rows(
    getWatchdogTimer,
    ["mc", "watchdog", "get"],
    (w) => ({
      "Watchdog Timer Is": w.running ? "Started/Running" : "Stopped",
      "Watchdog Timer Logging": w.dontLog ? "Off" : "On",
      "Watchdog Timer Use": w.timerUse === 2 ? "BIOS/POST (0xaa)" : "OEM (0x55)",
      "Watchdog Timer Action": w.action === 2 ? "Power Down (0xaa)" : "Reserved (0x55)",
      "Pre-timeout interrupt": w.preTimeoutInterrupt === 2 ? "NMI/Diagnostic" : "Reserved",
      "Initial Countdown": `${(w.initialCountdownMs / 1000).toFixed(1)} sec`,
    }),
    "aaaaaaaaaaaaaaaa",
    "5555555555555555",
  ),
  ...rows(
    getBmcGlobalEnables,
    ["mc", "getenables"],
    (e) => ({
      "Receive Message Queue Interrupt": ability(e.receiveMessageQueueInterrupt),
      "Event Message Buffer Full Interrupt": ability(e.eventMessageBufferFullInterrupt),
      "Event Message Buffer": ability(e.eventMessageBuffer),
      "System Event Logging": ability(e.eventLogging),
      "OEM 0": ability((e.oem & 1) !== 0),
      "OEM 1": ability((e.oem & 2) !== 0),
      "OEM 2": ability((e.oem & 4) !== 0),
    }),
    "aa",
    "55",
  ),
  ...rows(
    getUserAccess,
    ["channel", "getaccess", "1", "2"],
    (u) => ({
      "Maximum User IDs": String(u.maximumUsers),
      "Enabled User IDs": String(u.enabledUsers),
      "Access Available": u.callbackOnly ? "callback" : "call-in / callback",
      "Link Authentication": ability(u.linkAuthentication),
      "IPMI Messaging": ability(u.messaging),
      "Privilege Level": u.privilegeLimit === 5 ? "OEM" : "Unknown (0x0A)",
      "Enable Status": u.enableState,
    }),
    "aaaaaaaa",
    "55555555",
  ),
  ...rows(
    getChannelAccess,
    ["channel", "info", "1"],
    (c) => ({
      Alerting: disability(c.alertingDisabled),
      "Per-message Auth": disability(c.perMessageAuthenticationDisabled),
      "User Level Auth": disability(c.userLevelAuthenticationDisabled),
      "Access Mode": MODES[c.accessMode] ?? "",
    }),
    "aaaa",
    "5555",
  ),
  ...rows(
    getChannelInfo,
    ["channel", "info", "1"],
    (c) => ({
      "Session Support": SUPPORT[c.sessionSupport] ?? "",
      "Active Session Count": String(c.activeSessions),
      "Protocol Vendor ID": String(c.vendorId),
    }),
    "aaaaaaaaaaaaaaaaaa",
    "555555555555555555",
  ),
];

const ofFreeIpmi: readonly Row[] = [
  ...rows(
    getChassisStatus,
    ["ipmi-chassis", "--get-chassis-status"],
    (s) => ({
      "System Power": s.powerOn ? "on" : "off",
      "Power overload": String(s.powerOverload),
      Interlock: activity(s.interlock),
      "Power fault": String(s.powerFault),
      "Power control fault": String(s.powerControlFault),
      "Power restore policy": FREEIPMI_POLICIES[s.restorePolicy as keyof typeof FREEIPMI_POLICIES],
      "Chassis intrusion": activity(s.intrusion),
      "Front panel lockout": activity(s.frontPanelLockout),
      "Drive Fault": String(s.driveFault),
      "Cooling/fan fault": String(s.coolingFault),
      ...(s.identify && {
        "Chassis Identify state": FREEIPMI_IDENTIFY[s.identify as keyof typeof FREEIPMI_IDENTIFY],
      }),
    }),
    "aaaaaaaa",
    "55555555",
    "2aaa6aaa",
  ),
  ...rows(
    getChassisCapabilities,
    ["ipmi-chassis", "--get-chassis-capabilities"],
    (c) => ({
      "Intrusion sensor": provision(c.intrusionSensor),
      "Front Panel Lockout": provision(c.frontPanelLockout),
      "Diagnostic Interrupt": provision(c.diagnosticInterrupt),
      "Power interlock": provision(c.powerInterlock),
      "Bridge Device Address": hex(c.bridgeDeviceAddress),
    }),
    "aaaaaaaaaaaa",
    "555555555555",
  ),
  ...rows(
    getDeviceId,
    ["bmc-info", "--get-device-id"],
    (d) => ({
      "Device SDRs": support(d.providesDeviceSdrs),
      "Sensor Device": support(d.support.sensorDevice),
      "SDR Repository Device": support(d.support.sdrRepository),
      "SEL Device": support(d.support.sel),
      "FRU Inventory Device": support(d.support.fruInventory),
      "IPMB Event Receiver": support(d.support.eventReceiver),
      "IPMB Event Generator": support(d.support.eventGenerator),
      Bridge: support(d.support.bridge),
      "Chassis Device": support(d.support.chassis),
      "Manufacturer ID": String(d.manufacturerId),
      "Product ID": String(d.productId),
    }),
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "555555555555555555555555555555",
  ),
  ...rows(
    getSelInfo,
    ["ipmi-sel", "--info"],
    (s) => ({
      "Number of log entries": String(s.entries),
      "Get SEL Allocation Information Command": support(s.allocationInfoSupported),
      "Reserve SEL Command": support(s.reserveSupported),
      "Partial Add SEL Entry Command": support(s.partialAddSupported),
      "Delete SEL Command": support(s.deleteSupported),
      "Events dropped due to lack of space": s.overflow ? "Yes" : "No",
    }),
    "51aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "5155555555555555555555555555",
  ),
];

async function expectWords(row: Row, print: () => Promise<{ readonly stdout: string }>): Promise<void> {
  replaced = { netFn: row.command.netFn, code: row.command.code, data: Buffer.from(row.bytes, "hex") };
  try {
    const printed = keyValues((await print()).stdout);
    const same = Object.keys(row.words).map((word) => [word, printed.get(word)]);
    expect(Object.fromEntries(same)).toEqual(row.words);
  } finally {
    replaced = undefined;
  }
}

withPeers(["ipmitool"], "ipmitool reads the same bits as we do", () => {
  it.each(ofIpmitool)("$title", (row) => expectWords(row, () => tool.raw(...row.args)));
});

withPeers(["ipmi-chassis", "bmc-info", "ipmi-sel"], "FreeIPMI reads the same bits as we do", () => {
  it.each(ofFreeIpmi)("$title", (row) => {
    const [program = "", ...args] = row.args;
    return expectWords(row, () => free.raw(program, ...args));
  });
});
