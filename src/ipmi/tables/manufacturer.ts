/** IANA enterprise numbers, as Get Device ID gives them. */
export const Manufacturer = {
  Ibm: 2,
  Hp: 11,
  Sun: 42,
  Intel: 343,
  Dell: 674,
  Huawei: 2011,
  Cisco: 5771,
  Nvidia: 5703,
  Tyan: 6653,
  Quanta: 7244,
  Fujitsu: 10368,
  Supermicro: 10876,
  /** What later Supermicro boards say wrongly: X8DTH, X8DTG, X8DTU and on. */
  SupermicroAlternate: 47488,
  Gigabyte: 15370,
  Lenovo: 19046,
  Ami: 20974,
  Hpe: 47196,
  OpenBmc: 49871,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [Manufacturer.Ibm, "IBM"],
  [Manufacturer.Hp, "HP"],
  [Manufacturer.Sun, "Oracle"],
  [Manufacturer.Intel, "Intel"],
  [Manufacturer.Dell, "Dell"],
  [Manufacturer.Huawei, "Huawei"],
  [4769, "IBM"],
  [Manufacturer.Nvidia, "NVIDIA"],
  [Manufacturer.Cisco, "Cisco"],
  [Manufacturer.Tyan, "Tyan"],
  [7154, "IPMI forum"],
  [Manufacturer.Quanta, "Quanta"],
  [Manufacturer.Fujitsu, "Fujitsu"],
  [10418, "Avocent"],
  [10437, "Peppercon"],
  [Manufacturer.Supermicro, "Supermicro"],
  [11161, "Wistron"],
  [13742, "Raritan"],
  [Manufacturer.Gigabyte, "Gigabyte"],
  [Manufacturer.Lenovo, "Lenovo"],
  [20301, "IBM"],
  [20569, "Inventec"],
  [Manufacturer.Ami, "AMI"],
  [25506, "H3C"],
  [37945, "Inspur"],
  [40092, "Wiwynn"],
  [40981, "Meta"],
  [Manufacturer.Hpe, "HPE"],
  [Manufacturer.SupermicroAlternate, "Supermicro"],
  [49622, "ASRock Rack"],
  [49769, "YADRO"],
  [Manufacturer.OpenBmc, "OpenBMC"],
]);

/** Every vendor that has a name here. */
export const MANUFACTURER_NAMES: readonly string[] = [...new Set(NAMES.values())];

/** The vendor of an IANA enterprise number; undefined for the many that are not in the table. */
export function manufacturerName(id: number): string | undefined {
  return NAMES.get(id);
}
