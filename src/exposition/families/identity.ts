import { type Host, PLACE_LABELS } from "../../model/index.ts";
import { family, seconds, valueFamily } from "../family.ts";

/** Labels that bmc_host_info leaves out: fleet output has them on every series, probe output on none. */
const ON_EVERY_SERIES: ReadonlySet<string> = new Set(["host", ...PLACE_LABELS]);

/** A valid Prometheus label name: other characters become "_"; a leading "__" is reserved. */
export function labelName(text: string): string {
  const name = text.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^__+/, "_");
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function inventoryLabels(host: Host): Record<string, string> {
  // Without a prototype, because a label may be named "constructor".
  const labels: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(host.labels)) {
    const name = labelName(key);
    if (name !== "" && !ON_EVERY_SERIES.has(name)) labels[name] ??= value;
  }
  labels.address ??= host.address;
  return labels;
}

const numbered = (name: string | undefined, id: number | undefined): string | undefined => name ?? id?.toString();

export const identity = [
  family({
    name: "bmc_info",
    type: "info",
    help: "Identity of the BMC as it reports it; always 1.",
    labels: ["manufacturer", "product", "firmware", "ipmi_version", "redfish_version", "guid", "protocol"],
    source: "IPMI Get Device ID, Get System GUID; Redfish ServiceRoot, ComputerSystem, Manager",
    *samples({ snapshot }) {
      const c = snapshot?.controller;
      if (snapshot === undefined || c === undefined) return;
      const manufacturer = numbered(c.manufacturer, c.manufacturerId);
      const product = numbered(c.product, c.productId);
      const { firmware, ipmiVersion, redfishVersion, guid } = c;
      const labels = [manufacturer, product, firmware, ipmiVersion, redfishVersion, guid, snapshot.protocol];
      yield { labels, value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.controller, snapshot?.protocol],
  }),
  family({
    name: "bmc_lan_info",
    type: "info",
    help: "Settings of the LAN channel in use; always 1. Without the label vlan the channel is untagged. Many BMCs report this to OPERATOR only.",
    labels: ["channel", "address_source", "mac", "vlan", "vlan_priority"],
    source: "IPMI Get LAN Configuration Parameters",
    *samples({ snapshot }) {
      const lan = snapshot?.controller?.lan;
      if (lan === undefined) return;
      const { channel, addressSource, mac, vlan, vlanPriority } = lan;
      yield { labels: [channel?.toString(), addressSource, mac, vlan?.toString(), vlanPriority?.toString()], value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.controller],
  }),
  valueFamily({
    name: "bmc_self_test_health",
    type: "gauge",
    help: "Health of the BMC according to its self test: 0 ok, 1 warning, 2 critical. Absent if the BMC has no self test.",
    source: "IPMI Get Self Test Results",
    value: ({ snapshot }) => snapshot?.controller?.selfTest?.health,
  }),
  family({
    name: "bmc_self_test",
    type: "gauge",
    help: 'Results of the BMC self test, 1 for each result, e.g. "ok", "sel_corrupted", "fatal_hardware".',
    labels: ["result"],
    source: "IPMI Get Self Test Results",
    *samples({ snapshot }) {
      for (const result of snapshot?.controller?.selfTest?.results ?? []) yield { labels: [result], value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.controller],
  }),
  family({
    name: "bmc_system_firmware_info",
    type: "info",
    help: "Version of the system firmware (BIOS) as the BMC reports it; always 1.",
    labels: ["version"],
    source: "IPMI Get System Info Parameters",
    *samples({ snapshot }) {
      const version = snapshot?.controller?.systemFirmware;
      if (version !== undefined) yield { labels: [version], value: 1 };
    },
  }),
  family({
    name: "bmc_host_info",
    type: "info",
    help: "Inventory labels that are not on every series, and the address of the BMC; always 1. An inventory label named address takes precedence.",
    labels: ["address", "..."],
    source: "inventory",
    *samples({ host }) {
      yield { extra: inventoryLabels(host), value: 1 };
    },
    madeOf: () => [],
  }),
  family({
    name: "bmc_fru_info",
    type: "info",
    help: "Identity of each field replaceable unit (FRU) with inventory data; always 1.",
    labels: ["fru", "manufacturer", "product", "part_number", "serial", "asset_tag"],
    source: "IPMI FRU areas; Redfish ComputerSystem, Chassis, Manager, PowerSupply, Memory, Drive, Processor",
    *samples({ snapshot }) {
      for (const f of snapshot?.frus ?? [])
        yield { labels: [f.name, f.manufacturer, f.product, f.partNumber, f.serial, f.assetTag], value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.frus],
  }),
  family({
    name: "bmc_firmware_info",
    type: "info",
    help: "Version of each firmware of the host; always 1. Only with redfish.firmware in the module.",
    labels: ["component", "version"],
    source: "Redfish SoftwareInventory of the UpdateService",
    *samples({ snapshot }) {
      for (const { component, version } of snapshot?.firmware ?? []) yield { labels: [component, version], value: 1 };
    },
    madeOf: ({ snapshot }) => [snapshot?.firmware],
  }),
  valueFamily({
    name: "bmc_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the TLS certificate of the BMC expires. Absent over IPMI.",
    unit: "seconds",
    source: "TLS handshake of Redfish",
    value: ({ snapshot }) => seconds(snapshot?.controller?.tlsCertificateExpiry),
  }),
];
