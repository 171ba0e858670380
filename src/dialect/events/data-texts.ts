/*
 * Texts of FreeIPMI 1.6.10 for event data 2 and 3 of sensor-specific events - IPMI 2.0 table 42-3. Wording and spelling
 * are those of FreeIPMI, because regular expressions of users match them.
 */

const POWER_STATES: readonly string[] = [
  'S0/G0 "working"',
  'S1 "sleeping with system h/w & processor context maintained"',
  'S2 "sleeping, processor context lost"',
  'S3 "sleeping, processor & h/w context lost, memory retained."',
  'S4 "non-volatile sleep/suspend-to disk"',
  'S5/G2 "soft-off"',
  "S4/S5 soft-off, particular S4/S5 state cannot be determined",
  "G3/Mechanical Off",
  "Sleeping in an S1, S2, or S3 states (used when particular S1, S2, S3 state cannot be determined)",
  "G1 sleeping (S1-S4 state cannot be determined)",
  "S5 entered by override",
  "Legacy ON state",
  "Legacy OFF state",
];

const FIRMWARE_ERRORS: readonly string[] = [
  "Unspecified",
  "No system memory is physically installed in the system",
  "No usable system memory, all installed memory has experienced an unrecoverable failure",
  "Unrecoverable hard-disk/ATAPI/IDE device failure",
  "Unrecoverable system-board failure",
  "Unrecoverable diskette subsystem failure",
  "Unrecoverable hard-disk controller failure",
  "Unrecoverable PS/2 or USB keyboard failure",
  "Removable boot media not found",
  "Unrecoverable video controller failure",
  "No video device detected",
  "Firmware (BIOS) ROM corruption detected",
  "CPU voltage mismatch (processors that share same supply have mismatched voltage requirements)",
  "CPU speed matching failure",
];

const FIRMWARE_PROGRESS: readonly string[] = [
  "Unspecified",
  "Memory initialization",
  "Hard-disk initialization",
  "Secondary processor(s) initialization",
  "User authentication",
  "User-initiated system setup",
  "USB resource configuration",
  "PCI resource configuration",
  "Option ROM initialization",
  "Video initialization",
  "Cache initialization",
  "SM Bus initialization",
  "Keyboard controller initialization",
  "Embedded controller/management controller initialization",
  "Docking station attachment",
  "Enabling docking station",
  "Docking station ejection",
  "Disabling docking station",
  "Calling operating system wake-up vector",
  "Starting operating system boot process, e.g. calling Unsigned Int 19h",
  "Baseboard or motherboard initialization",
  "reserved",
  "Floppy initialization",
  "Keyboard test",
  "Pointing device test",
  "Primary processor initialization",
];

const LOG_ACTIONS: readonly string[] = [
  "entry added",
  "entry added because event did not be map to standard IPMI event",
  "entry added along with one or more corresponding SEL entries",
  "log cleared",
  "log disabled",
  "log enabled",
];
const LOG_TYPES: readonly string[] = ["MCA log", "OEM1", "OEM2"];

const CLOCKS: readonly string[] = [
  "SEL Timestamp Clock updated (Also used when both SEL and SDR Timestamp clocks are linked together)",
  "SDR Timestamp Clock updated",
];

const RESTART_CAUSES: readonly string[] = [
  "unknown",
  "Chassis Control command",
  "reset via pushbutton",
  "power-up via power pushbutton",
  "Watchdog expiration",
  "OEM",
  "automatic power-up on AC being applied due to 'always restore' power restore policy",
  "automatic power-up on AC being applied due to 'restore previous power state' power restore policy",
  "reset via PEF",
  "power-cycle via PEF",
  "soft reset (e.g. CTRL-ALT-DEL)",
  "power-up via RTC (system real time clock) wakeup",
];

const SLOTS: readonly string[] = [
  "PCI",
  "Drive Array",
  "External Peripheral Connector",
  "Docking",
  "other standard internal expansion slot",
  "slot associated with entity specified by Entity ID for sensor",
  "AdvancedTCA",
  "DIMM/memory device",
  "FAN",
  "PCI Express",
  "SCSI (parallel)",
  "SATA / SAS",
  "USB",
];

const TIMER_USES: ReadonlyMap<number, string> = new Map([
  [1, "BIOS FRB2"],
  [2, "BIOS/POST"],
  [3, "OS Load"],
  [4, "SMS/OS"],
  [5, "OEM"],
  [15, "unspecified"],
]);
const INTERRUPTS: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "SMI"],
  [2, "NMI"],
  [3, "Messaging Interrupt"],
  [15, "unspecified"],
]);

const VERSION_CHANGES: readonly string[] = [
  "unspecified",
  "management controller device ID (change in one or more fields from `Get Device ID')",
  "management controller firmware revision",
  "management controller device revision",
  "management controller manufacturer ID",
  "management controller IPMI version",
  "management controller auxiliary firmware ID",
  "management controller firmware boot block",
  "other management controller firmware",
  "system firmware (EFI/BIOS) change",
  "SMBIOS change",
  "operating system change",
  "operating system loader change",
  "service or diagnostic partition change",
  "management software agent change",
  "management software application change",
  "management software middleware change",
  "programmable hardware change (e.g. FPGA)",
  "board/FRU module change (change of a module plugged into associated entity)",
  "board/FRU component change (addition or removal of a replaceable component on the board/FRU that is not tracked as a FRU)",
  "board/FRU replaced with equivalent version",
  "board/FRU replaced with newer version",
  "board/FRU replaced with older version",
  "board/FRU hardware configuration change (e.g. strap, jumper, cable change, etc.)",
];

const FRU_STATES: readonly string[] = [
  "FRU Not Installed",
  "FRU Inactive (in standby or `hot spare' state)",
  "FRU Activation Requested",
  "FRU Activation In Progress",
  "FRU Active",
  "FRU Deactivation Requested",
  "FRU Deactivation In Progress",
  "FRU Communication Lost",
];
const FRU_CAUSES: ReadonlyMap<number, string> = new Map([
  [0, "Normal State Change"],
  [1, "Change Commanded by software external to FRU"],
  [2, "State Change due to operator changing a Handle latch"],
  [3, "State Change due to operator pressing the hotswap push button"],
  [4, "State Change due to FRU programmatic action"],
  [5, "Communication Lost"],
  [6, "Communication Lost due to local failure"],
  [7, "State Change due to unexpected extraction"],
  [8, "State Change due to operator intervention/update"],
  [9, "Unable to compute IPMB address"],
  [10, "Unexpected Deactivation"],
  [15, "State Change, Cause Unknown"],
]);

const SUPPLY_ERRORS: readonly string[] = [
  "Vendor mismatch",
  "Revision mismatch",
  "Processor missing or unexpected/unsupported condition",
  "Power Supply rating mismatch",
  "Voltage rating mismatch",
];

const SESSION_ENDS: readonly string[] = [
  "Session deactivatation cause unspecified. This value is also used for Session Activated events",
  "Session deactivated by Close Session command",
  "Session deactivated by timeout",
  "Session deactivated by configuration change",
];

type Say = (value: number) => string | undefined;

const numbered =
  (what: string): Say =>
  (value) =>
    `${what} #${value}`;
const listed =
  (words: readonly string[], what?: string): Say =>
  (value) => {
    const word = words[value];
    return word === undefined ? undefined : what === undefined ? word : `${what} = ${word}`;
  };
const joined = (...parts: readonly (string | undefined)[]): string | undefined => {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join(" ; ");
};
const low = (value: number): number => value & 0x0f;
const high = (value: number): number => value >> 4;

const logAdded: Say = (value) =>
  joined(listed(LOG_ACTIONS, "Log entry action")(low(value)), listed(LOG_TYPES, "Log Type")(high(value)));
const clockSet: Say = (value) => `${CLOCKS[low(value)] ?? ""} ; event is ${value & 0x80 ? "second" : "first"} of pair`;
const timerExpired: Say = (value) => {
  const use = TIMER_USES.get(low(value));
  const interrupt = INTERRUPTS.get(high(value));
  return joined(
    use === undefined ? "reserved" : `Timer use at expiration = ${use}`,
    interrupt === undefined ? "reserved" : `Interrupt type = ${interrupt}`,
  );
};
const fruFailed: Say = (value) =>
  joined(
    value & 0x80
      ? "device is logical FRU Device (accessed via FRU commands to mgmt. controller"
      : "device is not a logical FRU Device",
    `LUN for Master Write-Read command or FRU Command #${(value >> 3) & 3}`,
    `Private bus ID #${value & 7}`,
  );
const sessionUser: Say = (value) => {
  const user = value & 0x3f;
  return `User ID for user that activated session ${user === 0 ? "= Unspecified" : `#${user}`}`;
};
const fruState: Say = (value) => {
  const cause = FRU_CAUSES.get(high(value));
  return joined(
    `Previous State = ${FRU_STATES[low(value)] ?? ""}`,
    cause === undefined ? "reserved" : `Cause of state change = ${cause}`,
  );
};

/** By sensor type; the offsets it is for, all where they are absent. */
type Entry = readonly [sensorType: number, say: Say, offsets?: readonly number[]];

const DATA2: readonly Entry[] = [
  [0x05, numbered("Network controller"), [4]],
  [0x0f, listed(FIRMWARE_ERRORS), [0]],
  [0x0f, listed(FIRMWARE_PROGRESS), [1, 2]],
  [0x10, numbered("Memory module/device"), [0]],
  [0x10, numbered("Event/Reading Type Code"), [1]],
  [0x10, numbered("Instance ID"), [6]],
  [0x12, logAdded, [3]],
  [0x12, clockSet, [5]],
  [0x19, listed(POWER_STATES, "Requested power state"), [0]],
  [0x1d, (value) => RESTART_CAUSES[low(value)], [7]],
  [0x21, (value) => listed(SLOTS, "Slot/Connector Type")(value & 0x7f)],
  [0x23, timerExpired],
  [0x28, numbered("Sensor Number"), [0, 4]],
  [0x28, fruFailed, [5]],
  [0x2a, sessionUser, [0]],
  [0x2b, listed(VERSION_CHANGES, "Version change type")],
  [0x2c, fruState],
];

const channel = (value: number): string => `Channel number that session was activated/deactivated = ${low(value)}`;

/** The text of data 3; the meaning of data 3 sometimes depends on data 2. */
type Say3 = (value: number, data2: number) => string | undefined;
type Entry3 = readonly [sensorType: number, say: Say3, offsets?: readonly number[]];

const loggingOff: Say3 = (value) =>
  joined(
    `Event Offset #${low(value)}`,
    value & 0x10 ? "assertion event" : "deassertion event",
    value & 0x20 ? "logging has been disabled for all events of given type" : undefined,
  );

const DATA3: readonly Entry3[] = [
  [0x08, (value) => SUPPLY_ERRORS[low(value)], [6]],
  [0x10, loggingOff, [1]],
  [0x10, (value) => `${value}% full`, [5]],
  [
    0x10,
    (value, data2) => `${value & 0x80 ? "Vendor-specific Processor Number" : "Entity Instance Number"} = #${data2}`,
    [6],
  ],
  [0x19, listed([...POWER_STATES, "unknown"], "Power state at time of request"), [0]],
  [0x1d, numbered("Channel Number used to deliver command that generated restart"), [7]],
  [0x21, numbered("Slot/Connector")],
  [0x28, numbered("FRU Device ID/Slave Address"), [5]],
  [0x2a, channel, [0, 2, 3]],
  [0x2a, (value) => joined(channel(value), SESSION_ENDS[(value >> 4) & 3]), [1]],
];

/** Undefined where the value means nothing to FreeIPMI. */
export function data2Text(sensorType: number, offset: number, value: number): string | undefined {
  return DATA2.find(([type, , offsets]) => type === sensorType && (offsets?.includes(offset) ?? true))?.[1](value);
}

/** @param data2 beside it */
export function data3Text(sensorType: number, offset: number, value: number, data2: number): string | undefined {
  const found = DATA3.find(([type, , offsets]) => type === sensorType && (offsets?.includes(offset) ?? true));
  return found?.[1](value, data2);
}
