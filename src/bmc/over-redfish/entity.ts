/**
 * The IPMI entity of a part of a Redfish service, so that roles and rules by entity work for both protocols:
 * "3.1" is processor 1.
 */

/** Entity id (IPMI 2.0 table 43-13) by PhysicalContext (DSP0268), in lower case. */
const BY_CONTEXT: Readonly<Record<string, number>> = {
  room: 39,
  intake: 55,
  exhaust: 23,
  liquidinlet: 55,
  liquidoutlet: 23,
  front: 12,
  back: 22,
  upper: 23,
  lower: 23,
  cpu: 3,
  cpusubsystem: 3,
  gpu: 11,
  gpusubsystem: 11,
  fpga: 11,
  accelerator: 11,
  asic: 11,
  backplane: 15,
  systemboard: 7,
  powersupply: 10,
  powersupplybay: 10,
  powersubsystem: 19,
  poweroutlet: 19,
  rectifier: 10,
  battery: 40,
  voltageregulator: 20,
  storagedevice: 4,
  storagebay: 26,
  storagesubsystem: 26,
  networkingdevice: 11,
  networkbay: 11,
  expansionbay: 16,
  expansionsubsystem: 16,
  computebay: 41,
  memory: 32,
  memorysubsystem: 32,
  chassis: 23,
  fan: 29,
  coolingsubsystem: 30,
  pump: 30,
  motor: 29,
  transceiver: 11,
  manager: 46,
  tpm: 7,
};

export const Entity = {
  Unknown: 0,
  Processor: 3,
  Disk: 4,
  SystemBoard: 7,
  PowerSupply: 10,
  AddInCard: 11,
  PowerUnit: 19,
  Chassis: 23,
  DriveBay: 26,
  Fan: 29,
  MemoryDevice: 32,
  Battery: 40,
} as const;

/** The entity id of a context; `fallback` if the service reports none or an unknown one. */
export function entityIdOf(context: string | undefined, fallback: number): number {
  return (context === undefined ? undefined : BY_CONTEXT[context.toLowerCase()]) ?? fallback;
}

/** A number from 1 to 95, the instances that IPMI leaves to the system; 1 for any other. */
function instanceOf(digits: string | undefined): number {
  const number = digits === undefined ? 1 : Number(digits);
  return number >= 1 && number <= 0x5f ? number : 1;
}

/** "10.2": power supply 2, by the first number of its name: "PS2 Input 1". */
export function entityOf(id: number, name: string): string {
  return `${id}.${instanceOf(/\d+/.exec(name)?.[0])}`;
}

/** "32.4": memory module 4, by the last number of its name: "PROC 2 DIMM 4". */
export function numberedEntity(id: number, name: string): string {
  return `${id}.${instanceOf(/(\d+)\D*$/.exec(name)?.[1])}`;
}
