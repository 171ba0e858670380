import { hexByte } from "../../wire/hex.ts";
import type { EventGenerator } from "./record.ts";

/** Who a system software id belongs to - IPMI 2.0 section 5.5, table 5-4. */
type SoftwareKind =
  | "bios"
  | "smi_handler"
  | "system_management_software"
  | "oem"
  | "remote_console"
  | "terminal_mode_console"
  | "reserved";

/** @param softwareId the 7 bits, without the lowest bit of the generator byte */
function softwareKind(softwareId: number): SoftwareKind {
  if (softwareId <= 0x0f) return "bios";
  if (softwareId <= 0x1f) return "smi_handler";
  if (softwareId <= 0x2f) return "system_management_software";
  if (softwareId <= 0x3f) return "oem";
  if (softwareId <= 0x46) return "remote_console";
  if (softwareId === 0x47) return "terminal_mode_console";
  return "reserved";
}

const SOFTWARE_TEXT: Readonly<Record<SoftwareKind, string>> = {
  bios: "BIOS",
  smi_handler: "SMI handler",
  system_management_software: "system management software",
  oem: "OEM software",
  remote_console: "remote console",
  terminal_mode_console: "terminal mode console",
  reserved: "unknown software",
};

/** Slave addresses that mean the same on every board. */
const CONTROLLERS: Readonly<Record<number, string>> = { 32: "BMC" };

/** The reporter of an event for a person: "BMC", "BIOS", "controller 2Ch". */
export function generatorText(generator: EventGenerator): string {
  if (generator.kind === "software") return SOFTWARE_TEXT[softwareKind(generator.softwareId)];
  return CONTROLLERS[generator.address] ?? `controller ${hexByte(generator.address)}`;
}
