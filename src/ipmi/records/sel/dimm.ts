import { EventType } from "../../tables/event-type.ts";
import { Manufacturer } from "../../tables/manufacturer.ts";
import { bit, bits } from "../../wire/bytes.ts";
import { isMemoryEvent } from "./memory-error.ts";
import type { EventFields } from "./record.ts";
import { supermicroDimmForm } from "./supermicro-board.ts";

/** The origin of the event. */
export interface DimmContext {
  readonly manufacturerId?: number;
  readonly productId?: number;
  /** Name of the event's sensor, where the SDRs have one. */
  readonly sensorName?: string;
}

/** One encoding of the DIMM; undefined if the event does not use it. */
type DimmRule = (event: EventFields, context: DimmContext) => string | undefined;

interface VendorRules {
  readonly manufacturerIds: readonly number[];
  /** Absent: every product. */
  readonly productIds?: readonly number[];
  /** In the order they are tried. */
  readonly rules: readonly DimmRule[];
}

const UNUSED = 0xff;
const CODE_A = 0x41;

const letter = (index: number): string => String.fromCharCode(CODE_A + index);

/**
 * The name of the DIMM a memory event is about, as the vendor's tools print it: "A1" (Dell),
 * "P1_DIMMA1" (Supermicro), "DIMM_A1" (Intel), "DIMM 3" (standard form). Undefined without a DIMM in the event, or in an
 * encoding that is not known for this board: never a guess.
 */
export function dimmOf(event: EventFields, context: DimmContext = {}): string | undefined {
  if (!isMemoryEvent(event)) return undefined;
  const vendor = VENDORS.find(
    ({ manufacturerIds, productIds }) =>
      context.manufacturerId !== undefined &&
      manufacturerIds.includes(context.manufacturerId) &&
      (productIds === undefined || (context.productId !== undefined && productIds.includes(context.productId))),
  );
  for (const rule of vendor?.rules ?? ANY_VENDOR) {
    const name = rule(event, context);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Table 42-3: data 3 is the module's number, relative to the entity of the sensor. */
const standard: DimmRule = ({ data3, data3Use }) =>
  data3Use === "sensor_specific" && data3 !== UNUSED ? `DIMM ${data3}` : undefined;

/** The same with data 3 marked as OEM; if data 2 is OEM, too, data 3 means something else. */
const standardMarkedOem: DimmRule = ({ data2Use, data3, data3Use }) =>
  data2Use === "unspecified" && data3Use === "oem" && data3 !== UNUSED ? `DIMM ${data3}` : undefined;

/** A sensor for each DIMM: "DIMM 1", "P1-DIMMA1", "PROC 1 DIMM 12". Not "DIMM Temp". */
const sensorName: DimmRule = (_, context) => {
  const name = context.sensorName?.replace(/\s+/g, " ").trim() ?? "";
  return /^((?:(?:P|CPU|PROC|Processor)[ _-]?\d{1,2}[ _-]?)?DIMM[ _-]?(?:[A-Z]?\d{1,2}[A-Z]?|[A-Z]))(?:[ _-](?:ECC|Status|Err|Error))?$/i.exec(
    name,
  )?.[1];
};

/** ipmitool's reading of events without a sensor: data 3 [3:0] processor, [7:4] DIMM. */
const sensorZero: DimmRule = ({ sensorNumber, data3, data3Use }) =>
  sensorNumber === 0 && data3Use === "oem" && data3 !== UNUSED
    ? `CPU${bits(data3, 3, 0)}_DIMM${bits(data3, 7, 4)}`
    : undefined;

/** Dell: DIMMs per node (letter) by data 2 [7:4]. */
const DELL_DIMMS_PER_NODE: Readonly<Record<number, number>> = {
  8: 4,
  9: 6,
  10: 8,
  11: 9,
  12: 12,
  13: 24,
  14: 3,
};

/**
 * Dell: data 2 [3:0] group of eight (Fh none), [7:4] how the slots are named; data 3 a bit for each
 * DIMM of the group. Several set bits are several suspects: "A1,A2".
 */
const dell: DimmRule = ({ data2, data2Use, data3, data3Use }) => {
  if (data2Use !== "oem" || data3Use !== "oem" || data3 === 0) return undefined;
  const group = bits(data2, 3, 0);
  const base = group === 0x0f ? 0 : group * 8;
  const perNode = DELL_DIMMS_PER_NODE[bits(data2, 7, 4)];
  const names: string[] = [];
  for (let n = 0; n < 8; n++) {
    if (!bit(data3, n)) continue;
    const index = base + n;
    if (perNode === undefined) names.push(`DIMM ${index + 1}`);
    else names.push(`${letter(Math.floor(index / perNode))}${(index % perNode) + 1}`);
  }
  return names.join(",");
};

/** Supermicro: data 2 [7:4] letter from 1, [3:0] digit from Ah, data 3 the processor; by board. */
const supermicro: DimmRule = ({ data2, data2Use, data3, data3Use }, { productId }) => {
  if (data2Use !== "oem" || data3Use !== "oem" || data2 === UNUSED || data3 === UNUSED) return undefined;
  const form = productId === undefined ? undefined : supermicroDimmForm(productId);
  const high = bits(data2, 7, 4);
  const low = bits(data2, 3, 0);
  if (form === undefined || high === 0 || low < 0x0a) return undefined;
  if (form === "label") return `P${bits(data3, 1, 0) + 1}_DIMM${high}${low.toString(16).toUpperCase()}`;
  const cpu = data3 & ("cpuMask" in form ? form.cpuMask : 0x03);
  const skipped = "lettersPerCpu" in form ? cpu * form.lettersPerCpu : 0;
  return `P${cpu + 1}_DIMM${letter(high - 1 + skipped)}${low - 9}`;
};

/**
 * Supermicro without data 2 (event data 20h FFh xxh): data 3 [7] second processor, [6:4] letter,
 * [2:0] digit. 80h is ambiguous: ipmiutil, which was compared with BIOS screens, reads processor 1.
 */
const supermicroData3: DimmRule = ({ data2, data2Use, data3, data3Use }) => {
  const isEncoded = data2Use === "unspecified" && data2 === UNUSED && data3Use === "oem" && data3 !== UNUSED;
  if (!isEncoded || data3 === 0x80) return undefined;
  return `P${bit(data3, 7) ? 2 : 1}_DIMM${letter(bits(data3, 6, 4))}${bits(data3, 2, 0) + 1}`;
};

/** "ECC Error", the sensor of the BIOS SMI handler on Intel server boards. */
const INTEL_ECC_SENSOR = 0x02;

/** Intel: data 3 [7:5] socket, [4:3] channel, [2:0] DIMM; letters continue over the sockets. */
const intel =
  (board: { readonly channels: number; readonly dimms: number }): DimmRule =>
  ({ sensorNumber, eventType, data3, data3Use }) => {
    const isEcc = sensorNumber === INTEL_ECC_SENSOR && eventType === EventType.SensorSpecific;
    if (!isEcc || data3Use !== "oem" || data3 === UNUSED) return undefined;
    const socket = bits(data3, 7, 5);
    const channel = bits(data3, 4, 3);
    const dimm = bits(data3, 2, 0);
    if (socket > 3 || channel >= board.channels || dimm >= board.dimms) return undefined;
    return `DIMM_${letter(socket * board.channels + channel)}${dimm + 1}`;
  };

const ANY_VENDOR: readonly DimmRule[] = [standard, standardMarkedOem, sensorName, sensorZero];

const VENDORS: readonly VendorRules[] = [
  { manufacturerIds: [Manufacturer.Dell], rules: [dell, standard, sensorName] },
  {
    manufacturerIds: [Manufacturer.Supermicro, Manufacturer.SupermicroAlternate],
    rules: [supermicro, supermicroData3, standard, sensorName],
  },
  // S5500WB.
  {
    manufacturerIds: [Manufacturer.Intel],
    productIds: [62],
    rules: [intel({ channels: 3, dimms: 2 }), standard, sensorName],
  },
  // S2600JF, S2600KP, S2600WT.
  {
    manufacturerIds: [Manufacturer.Intel],
    productIds: [77, 111, 112],
    rules: [intel({ channels: 4, dimms: 3 }), standard, sensorName],
  },
  // Other boards of these two have other encodings (Quanta T22HF writes A0h 02h 31h for CPU0_E1).
  { manufacturerIds: [Manufacturer.Intel, Manufacturer.Quanta], rules: [standard, sensorName] },
  {
    manufacturerIds: [Manufacturer.Hp, Manufacturer.Hpe, Manufacturer.Lenovo, Manufacturer.Ibm, Manufacturer.Fujitsu],
    rules: [sensorName],
  },
];
