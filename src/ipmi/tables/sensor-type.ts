/** Sensor types - IPMI 2.0 table 42-3. */
export const SensorType = {
  Temperature: 0x01,
  Voltage: 0x02,
  Current: 0x03,
  Fan: 0x04,
  PhysicalSecurity: 0x05,
  PlatformSecurity: 0x06,
  Processor: 0x07,
  PowerSupply: 0x08,
  PowerUnit: 0x09,
  CoolingDevice: 0x0a,
  OtherUnits: 0x0b,
  Memory: 0x0c,
  DriveSlot: 0x0d,
  SystemFirmware: 0x0f,
  EventLogging: 0x10,
  Watchdog1: 0x11,
  SystemEvent: 0x12,
  CriticalInterrupt: 0x13,
  Button: 0x14,
  Module: 0x15,
  BootError: 0x1e,
  OsStop: 0x20,
  AcpiPowerState: 0x22,
  Watchdog2: 0x23,
  PlatformAlert: 0x24,
  EntityPresence: 0x25,
  Battery: 0x29,
  VersionChange: 0x2b,
  FruState: 0x2c,
} as const;

/** Title as the specification has it, and the word for labels. */
const TYPES: readonly (readonly [title: string, kind: string])[] = [
  ["Reserved", "reserved"], // 00h
  ["Temperature", "temperature"],
  ["Voltage", "voltage"],
  ["Current", "current"],
  ["Fan", "fan"],
  ["Physical Security", "physical_security"],
  ["Platform Security Violation Attempt", "platform_security"],
  ["Processor", "processor"],
  ["Power Supply", "power_supply"], // 08h
  ["Power Unit", "power_unit"],
  ["Cooling Device", "cooling_device"],
  ["Other Units Based Sensor", "other_units"],
  ["Memory", "memory"],
  ["Drive Slot", "drive"],
  ["POST Memory Resize", "post_memory_resize"],
  ["System Firmware Progress", "system_firmware"],
  ["Event Logging Disabled", "event_logging"], // 10h
  ["Watchdog 1", "watchdog1"],
  ["System Event", "system_event"],
  ["Critical Interrupt", "critical_interrupt"],
  ["Button/Switch", "button"],
  ["Module/Board", "module"],
  ["Microcontroller/Coprocessor", "microcontroller"],
  ["Add In Card", "add_in_card"],
  ["Chassis", "chassis"], // 18h
  ["Chip Set", "chip_set"],
  ["Other FRU", "other_fru"],
  ["Cable/Interconnect", "cable"],
  ["Terminator", "terminator"],
  ["System Boot Initiated", "system_boot"],
  ["Boot Error", "boot_error"],
  ["OS Boot", "os_boot"],
  ["OS Critical Stop", "os_stop"], // 20h
  ["Slot/Connector", "slot"],
  ["System ACPI Power State", "acpi_power_state"],
  ["Watchdog 2", "watchdog2"],
  ["Platform Alert", "platform_alert"],
  ["Entity Presence", "entity_presence"],
  ["Monitor ASIC/IC", "monitor_asic"],
  ["LAN", "lan"],
  ["Management Subsystem Health", "management_subsystem"], // 28h
  ["Battery", "battery"],
  ["Session Audit", "session_audit"],
  ["Version Change", "version_change"],
  ["FRU State", "fru_state"],
];

const OEM_FIRST = 0xc0;

/** Sensor types with a name of their own: 00h to 2Ch. */
export const SENSOR_TYPES: readonly number[] = TYPES.map((_, type) => type);

/** Title of a sensor type: "Power Supply"; "OEM Reserved" for C0h-FFh. */
export function sensorTypeTitle(sensorType: number): string {
  return TYPES[sensorType]?.[0] ?? (sensorType >= OEM_FIRST ? "OEM Reserved" : "Reserved");
}

/** The sensor type as a label: power_supply, drive ...; "oem" for C0h-FFh, "reserved" for types without a meaning. */
export function sensorKind(sensorType: number): string {
  return TYPES[sensorType]?.[1] ?? (sensorType >= OEM_FIRST ? "oem" : "reserved");
}
