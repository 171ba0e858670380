import { manufacturerName } from "../../ipmi/index.ts";
import type { ControllerInfo } from "../../model/index.ts";
import type { ComputerSystem, Manager, PeerCertificate, ServiceRoot } from "../../redfish/index.ts";
import { manufacturerIdOf } from "./manufacturer.ts";

/** Placeholder texts of firmware. */
const NO_TEXT = /^(unknown|none|n\/?a|null|not specified|to be filled.*|default string|0+)$/i;

export const meaningful = (text: string | undefined): string | undefined =>
  text === undefined || NO_TEXT.test(text) ? undefined : text;

/** The IANA number of the manufacturer: from the service root, or else from the first system. */
export function makerOf(root: ServiceRoot, systems: readonly ComputerSystem[]): number | undefined {
  const makers = systems.map((system) => system.manufacturer);
  return manufacturerIdOf(...makers, root.vendor, root.product);
}

/** Identity of the BMC and its system. */
export function controllerOf(
  root: ServiceRoot,
  systems: readonly ComputerSystem[],
  managers: readonly Manager[],
  certificate: PeerCertificate | undefined,
): ControllerInfo {
  const manufacturerId = makerOf(root, systems);
  const [system] = systems;
  // The manager that serves Redfish is a BMC; Cisco lists a second, empty one, Cray several others.
  const manager =
    managers.find(({ type, firmware }) => firmware !== undefined && type === "BMC") ??
    managers.find(({ firmware }) => firmware !== undefined);
  return {
    manufacturer:
      (manufacturerId === undefined ? undefined : manufacturerName(manufacturerId)) ??
      meaningful(system?.manufacturer) ??
      root.vendor,
    manufacturerId,
    product: meaningful(system?.model) ?? root.product,
    firmware: manager?.firmware,
    systemFirmware: meaningful(system?.biosVersion),
    redfishVersion: root.version,
    guid: guidOf(system?.uuid) ?? guidOf(root.uuid),
    tlsCertificateExpiry: certificate?.validTo,
  };
}

/** The 16 bytes in hex; undefined for an invalid UUID, and for all zeros or ones. */
function guidOf(uuid: string | undefined): string | undefined {
  const hex = uuid?.replaceAll("-", "").toLowerCase();
  return hex !== undefined && /^[0-9a-f]{32}$/.test(hex) && !/^(0+|f+)$/.test(hex) ? hex : undefined;
}
