/** Titles of the sensor types as FreeIPMI prints them, 01h to 2Ch. */
const SENSOR_TYPES: readonly string[] = [
  "Reserved",
  "Temperature",
  "Voltage",
  "Current",
  "Fan",
  "Physical Security",
  "Platform Security Violation Attempt",
  "Processor",
  "Power Supply",
  "Power Unit",
  "Cooling Device",
  "Other Units Based Sensor",
  "Memory",
  "Drive Slot",
  "POST Memory Resize",
  "System Firmware Progress",
  "Event Logging Disabled",
  "Watchdog 1",
  "System Event",
  "Critical Interrupt",
  "Button/Switch",
  "Module/Board",
  "Microcontroller/Coprocessor",
  "Add In Card",
  "Chassis",
  "Chip Set",
  "Other Fru",
  "Cable/Interconnect",
  "Terminator",
  "System Boot Initiated",
  "Boot Error",
  "OS Boot",
  "OS Critical Stop",
  "Slot/Connector",
  "System ACPI Power State",
  "Watchdog 2",
  "Platform Alert",
  "Entity Presence",
  "Monitor ASIC/IC",
  "LAN",
  "Management Subsystem Health",
  "Battery",
  "Session Audit",
  "Version Change",
  "FRU State",
];

const FIRST_OEM = 0xc0;

/** The `type` label of a sensor. */
export function sensorTypeName(sensorType: number): string {
  return SENSOR_TYPES[sensorType] ?? (sensorType >= FIRST_OEM ? "OEM Reserved" : "Unrecognized");
}

/**
 * Names of IANA enterprise numbers as FreeIPMI 1.6.10 prints them, for manufacturers of BMCs: dashboards and alerts
 * select by these texts. FreeIPMI also has names for all other numbers of the registry.
 */
const ENTERPRISES: ReadonlyMap<number, string> = new Map([
  [2, "IBM"],
  [9, "ciscoSystems"],
  [11, "Hewlett-Packard"],
  [42, "Sun Microsystems"],
  [343, "Intel Corporation"],
  [674, "Dell Inc."],
  [2011, "HUAWEI Technology Co.,Ltd"],
  [4769, "IBM Corporation"],
  [5593, "Magnum Technologies Inc."],
  [5703, "NVIDIA Corporation"],
  [5771, "Cisco Systems, Inc."],
  [6653, "Tyan Computer Corporation"],
  [7154, "Intelligent Platform Management Interface forum"],
  [7244, "Quanta Computer Inc."],
  [10368, "Fujitsu Technology Solutions GmbH"],
  [10418, "Avocent Corporation"],
  [10437, "Peppercon AG"],
  [10876, "Super Micro Computer Inc."],
  [11161, "Wistron Corporation"],
  [13742, "Raritan Computer, Inc."],
  [15000, "Kontron Canada Inc"],
  [15370, "GIGA-BYTE TECHNOLOGY CO., LTD"],
  [19046, "Lenovo Enterprise Business Group"],
  [20301, "IBM eServer X"],
  [20569, "Inventec Enterprise System Corp."],
  [20974, "American Megatrends, Inc"],
  [24673, "ServerEngines LLC"],
  [25506, "H3C"],
  [33049, "Mellanox Technologies LTD"],
  [37945, "Inspur(BeiJing) Electronic Information Industry Co.,Ltd"],
  [40092, "Wiwynn Corporation"],
  [40981, "Facebook, Inc."],
  [47196, "Hewlett Packard Enterprise"],
  [47488, "Nedam ENG. Co., ltd."],
]);

/** The `manufacturer_id` label: "Dell Inc. (674)", or only the number if its name is unknown. */
export function manufacturerLabel(id: number): string {
  const name = ENTERPRISES.get(id);
  return name === undefined ? String(id) : `${name} (${id})`;
}
