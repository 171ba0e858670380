import { EventType } from "../../tables/event-type.ts";
import { Manufacturer } from "../../tables/manufacturer.ts";
import { SensorType } from "../../tables/sensor-type.ts";
import { bit, bits } from "../../wire/bytes.ts";
import { hexByte, hexWord } from "../../wire/hex.ts";
import { firmwareProgressText } from "./firmware-progress.ts";
import type { EventFields } from "./record.ts";

const UNUSED = 0xff;

/** Explains event data 2 and 3 of one sensor type; undefined without a meaning. */
type Explainer = (event: EventFields, manufacturerId: number | undefined) => string | undefined;

const given = (event: EventFields, which: 2 | 3): boolean =>
  which === 2
    ? event.data2Use !== "unspecified" && event.data2 !== UNUSED
    : event.data3Use !== "unspecified" && event.data3 !== UNUSED;

/**
 * What event data 2 and 3 of a sensor-specific event (class 6Fh) add, for people; undefined
 * without a known meaning. Readings, thresholds and DIMMs are described elsewhere.
 */
export function eventDetail(event: EventFields, manufacturerId?: number): string | undefined {
  if (event.eventType !== EventType.SensorSpecific) return undefined;
  return EXPLAINERS.get(event.sensorType)?.(event, manufacturerId);
}

/** The bytes themselves, if they are used and have no known meaning. */
export function rawDetail(event: EventFields): string | undefined {
  const second = given(event, 2) && !isNoPreviousState(event) ? `data 2 ${hexByte(event.data2)}` : undefined;
  const third = given(event, 3) ? `data 3 ${hexByte(event.data3)}` : undefined;
  return [second, third].filter((part) => part !== undefined).join(", ") || undefined;
}

/** Data 2 of discrete events of many BMCs: neither a severity nor a previous state. */
const isNoPreviousState = (event: EventFields): boolean =>
  event.data2Use === "previous_state" && bits(event.data2, 3, 0) === 0x0f;

const firmware: Explainer = (event, manufacturerId) => {
  if (!given(event, 2)) return undefined;
  // Intel boards write a POST code into both bytes; others mark the standard codes as OEM.
  const isPostCode = event.data2Use === "oem" && event.data3Use === "oem" && manufacturerId === Manufacturer.Intel;
  if (!isPostCode) return firmwareProgressText(event.offset, event.data2);
  return `POST code ${hexWord(event.data2 | (event.data3 << 8))}`;
};

const SEL_ALMOST_FULL = 5;

const eventLogging: Explainer = (event) =>
  event.offset === SEL_ALMOST_FULL && event.data3 <= 100 ? `${event.data3} % full` : undefined;

const WATCHDOG_INTERRUPTS: Readonly<Record<number, string>> = { 0: "none", 1: "SMI", 2: "NMI", 3: "messaging" };
const WATCHDOG_USES: Readonly<Record<number, string>> = {
  1: "BIOS FRB2",
  2: "BIOS/POST",
  3: "OS load",
  4: "SMS/OS",
  5: "OEM",
};

const watchdog2: Explainer = (event) => {
  if (!given(event, 2)) return undefined;
  const interrupt = WATCHDOG_INTERRUPTS[bits(event.data2, 7, 4)];
  const use = WATCHDOG_USES[bits(event.data2, 3, 0)];
  const parts = [use && `timer use ${use}`, interrupt && `interrupt ${interrupt}`];
  return parts.filter((part) => part !== undefined).join(", ") || undefined;
};

const PEF_ACTION = 4;
const CLOCK_SYNC = 5;
/** By bit of event data 2. */
const PEF_ACTIONS: readonly string[] = [
  "alert",
  "power off",
  "reset",
  "power cycle",
  "OEM action",
  "diagnostic interrupt",
];

const systemEvent: Explainer = ({ offset, data2 }) => {
  if (data2 === UNUSED) return undefined;
  if (offset === PEF_ACTION) return PEF_ACTIONS.filter((_, n) => bit(data2, n)).join(", ") || undefined;
  if (offset !== CLOCK_SYNC) return undefined;
  const clock = bits(data2, 3, 0) === 0 ? "SEL" : "SDR";
  return `${bit(data2, 7) ? "second" : "first"} of pair, ${clock} clock`;
};

/** PERR, SERR, bus correctable, uncorrectable, fatal, degraded. */
const BUS_OFFSETS: readonly number[] = [4, 5, 7, 8, 10, 11];

/** Dell puts device and function first and the bus, or with bit 7 a slot, behind them. */
const criticalInterrupt: Explainer = (event, manufacturerId) => {
  const { offset, data2, data3 } = event;
  if (!BUS_OFFSETS.includes(offset) || !given(event, 2) || !given(event, 3)) return undefined;
  const isDell = manufacturerId === Manufacturer.Dell;
  if (isDell && bit(data3, 7)) return `slot ${bits(data3, 6, 0)}`;
  const [bus, deviceFunction] = isDell ? [data3, data2] : [data2, data3];
  const device = hexByte(bits(deviceFunction, 7, 3));
  return `bus ${hexByte(bus)} device ${device} function ${bits(deviceFunction, 2, 0)}`;
};

const SYSTEM_RESTART = 7;
/** As in Get System Restart Cause, IPMI 2.0 section 28.11. */
const RESTART_CAUSES: readonly string[] = [
  "unknown cause",
  "chassis control command",
  "reset button",
  "power button",
  "watchdog expiration",
  "OEM",
  "power-up, always restore",
  "power-up, previous state restored",
  "reset by PEF",
  "power cycle by PEF",
  "soft reset",
  "power-up by real-time clock",
];

const systemBoot: Explainer = (event) =>
  event.offset === SYSTEM_RESTART && given(event, 2) ? RESTART_CAUSES[bits(event.data2, 3, 0)] : undefined;

const SENSOR_FAILURE = 4;

const managementSubsystem: Explainer = (event) =>
  event.offset === SENSOR_FAILURE && given(event, 2) ? `sensor ${hexByte(event.data2)}` : undefined;

const SESSION_ENDS: readonly (string | undefined)[] = [undefined, "closed", "timed out", "configuration change"];

const sessionAudit: Explainer = (event) => {
  const user = given(event, 2) && bits(event.data2, 5, 0) !== 0 ? `user ${bits(event.data2, 5, 0)}` : undefined;
  const channel = given(event, 3) ? `channel ${bits(event.data3, 3, 0)}` : undefined;
  const end = given(event, 3) ? SESSION_ENDS[bits(event.data3, 5, 4)] : undefined;
  return [user, channel, end].filter((part) => part !== undefined).join(", ") || undefined;
};

const SUPPLY_CONFIGURATION_ERROR = 6;
const SUPPLY_ERRORS: readonly string[] = [
  "vendor mismatch",
  "revision mismatch",
  "processor missing",
  "power rating mismatch",
  "voltage rating mismatch",
];

const powerSupply: Explainer = (event) =>
  event.offset === SUPPLY_CONFIGURATION_ERROR && event.data3Use === "sensor_specific"
    ? SUPPLY_ERRORS[bits(event.data3, 3, 0)]
    : undefined;

const slot: Explainer = (event) =>
  event.data3Use === "sensor_specific" && event.data3 !== UNUSED ? `slot ${event.data3}` : undefined;

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** Linux writes the first three characters of its panic message into sensor number, data 2 and data 3. */
const osStop: Explainer = (event) => {
  const bytes = [event.sensorNumber, event.data2, event.data3];
  const isPanic = event.data2Use === "oem" && event.data3Use === "oem" && bytes.every(isPrintable);
  return isPanic ? `message begins "${String.fromCharCode(...bytes)}"` : undefined;
};

const EXPLAINERS: ReadonlyMap<number, Explainer> = new Map<number, Explainer>([
  [SensorType.PowerSupply, powerSupply],
  [SensorType.SystemFirmware, firmware],
  [SensorType.EventLogging, eventLogging],
  [SensorType.SystemEvent, systemEvent],
  [SensorType.CriticalInterrupt, criticalInterrupt],
  [0x1d, systemBoot],
  [SensorType.OsStop, osStop],
  [0x21, slot],
  [SensorType.Watchdog2, watchdog2],
  [0x28, managementSubsystem],
  [0x2a, sessionAudit],
]);
