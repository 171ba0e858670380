import { booleanAt, type JsonObject } from "../json.ts";

/** ManagerNetworkProtocol: which services of a BMC are on; absent: unknown. */
export interface NetworkProtocol {
  readonly ipmi?: boolean;
  readonly http?: boolean;
  readonly telnet?: boolean;
  readonly snmpV1?: boolean;
}

export function decodeNetworkProtocol(resource: JsonObject): NetworkProtocol {
  const isOn = (name: string): boolean | undefined => booleanAt(resource, name, "ProtocolEnabled");
  return {
    ipmi: isOn("IPMI"),
    http: isOn("HTTP"),
    telnet: isOn("Telnet"),
    // Many services report SNMP without its versions.
    snmpV1: isOn("SNMP") === false ? false : booleanAt(resource, "SNMP", "EnableSNMPv1"),
  };
}
