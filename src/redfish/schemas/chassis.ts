import { type JsonObject, linkAt, linksAt, textAt } from "../json.ts";
import { type Status, statusOf } from "./status.ts";

/** Chassis: identity, intrusion, and the links to its readings. */
export interface Chassis {
  readonly name?: string;
  readonly type?: string;
  readonly status: Status;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly partNumber?: string;
  readonly assetTag?: string;
  /** Normal, HardwareIntrusion, TamperingDetected. */
  readonly intrusion?: string;
  readonly thermal?: string;
  readonly power?: string;
  readonly thermalSubsystem?: string;
  readonly powerSubsystem?: string;
  readonly environmentMetrics?: string;
  readonly sensors?: string;
  readonly systems: readonly string[];
  readonly containedBy?: string;
}

export function decodeChassis(resource: JsonObject): Chassis {
  const link = (name: string): string | undefined => linkAt(resource, name) ?? linkAt(resource, "links", name);
  return {
    name: textAt(resource, "Name"),
    type: textAt(resource, "ChassisType"),
    status: statusOf(resource),
    manufacturer: textAt(resource, "Manufacturer"),
    model: textAt(resource, "Model"),
    serial: textAt(resource, "SerialNumber"),
    partNumber: textAt(resource, "PartNumber"),
    assetTag: textAt(resource, "AssetTag"),
    intrusion: textAt(resource, "PhysicalSecurity", "IntrusionSensor"),
    thermal: link("Thermal") ?? link("ThermalMetrics"),
    power: link("Power") ?? link("PowerMetrics"),
    thermalSubsystem: link("ThermalSubsystem"),
    powerSubsystem: link("PowerSubsystem"),
    environmentMetrics: link("EnvironmentMetrics"),
    sensors: link("Sensors"),
    systems: [...linksAt(resource, "Links", "ComputerSystems"), ...linksAt(resource, "links", "ComputerSystems")],
    containedBy: linkAt(resource, "Links", "ContainedBy"),
  };
}
