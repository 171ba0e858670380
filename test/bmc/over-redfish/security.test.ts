import { describe, expect, it } from "vitest";
import { type AccessFacts, securityFindings } from "../../../src/bmc/over-redfish/security.ts";
import {
  decodeAccount,
  decodeAccountService,
  decodeNetworkProtocol,
  type JsonObject,
} from "../../../src/redfish/index.ts";

const NOW = Date.UTC(2026, 11, 1);

/** The findings, each with whether it is present. */
function found(facts: Partial<AccessFacts>): Record<string, boolean> {
  const findings = securityFindings({ protocols: [], now: NOW, ...facts });
  return Object.fromEntries(findings.map(({ finding, present }) => [finding, present]));
}

const account = (UserName: unknown, RoleId: string, Enabled?: boolean) => decodeAccount({ UserName, RoleId, Enabled });

describe("the security findings of a Redfish host", () => {
  it("are none where nothing is known", () => {
    expect(found({})).toEqual({});
    expect(found({ protocols: [decodeNetworkProtocol({})], accountService: decodeAccountService({}) })).toEqual({});
  });

  it.each<[string, JsonObject, Record<string, boolean>]>([
    [
      "all services on",
      {
        IPMI: { ProtocolEnabled: true },
        HTTP: { ProtocolEnabled: true },
        Telnet: { ProtocolEnabled: true },
        SNMP: { ProtocolEnabled: true, EnableSNMPv1: true },
      },
      { ipmi_over_lan_enabled: true, http_enabled: true, telnet_enabled: true, snmp_v1_enabled: true },
    ],
    [
      "all services off",
      {
        IPMI: { ProtocolEnabled: false },
        HTTP: { ProtocolEnabled: false },
        Telnet: { ProtocolEnabled: false },
        SNMP: { ProtocolEnabled: false, EnableSNMPv1: true },
      },
      { ipmi_over_lan_enabled: false, http_enabled: false, telnet_enabled: false, snmp_v1_enabled: false },
    ],
    ["SNMP without its versions", { SNMP: { ProtocolEnabled: true } }, {}],
    ["values of a wrong type", { IPMI: { ProtocolEnabled: 1 }, HTTP: null, Telnet: [] }, {}],
  ])("of its services: %s", (_, resource, expected) => {
    expect(found({ protocols: [decodeNetworkProtocol(resource)] })).toEqual(expected);
  });

  it("count a service that one of several managers has", () => {
    const protocols = [false, true].map((on) => decodeNetworkProtocol({ Telnet: { ProtocolEnabled: on } }));
    expect(found({ protocols })).toEqual({ telnet_enabled: true });
  });

  it("include the certificate", () => {
    const certificate = { fingerprint: "AA", selfSigned: true, validTo: NOW - 1 };
    expect(found({ certificate })).toEqual({ self_signed_certificate: true, certificate_expired: true });
    const good = { fingerprint: "AA", selfSigned: false, validTo: NOW + 1 };
    expect(found({ certificate: good })).toEqual({ self_signed_certificate: false, certificate_expired: false });
  });

  it.each([
    [0, true],
    [5, false],
  ])("include the lock-out: threshold %i", (AccountLockoutThreshold, present) => {
    const accountService = decodeAccountService({ AccountLockoutThreshold });
    expect(found({ accountService })).toEqual({ no_lockout: present });
  });

  it("include accounts without a name and with the name of the factory", () => {
    const accounts = [account("monitor", "ReadOnly", true), account("ops", "Administrator", true)];
    expect(found({ accounts })).toEqual({ anonymous_login: false, default_account_enabled: false });
    expect(found({ accounts: [...accounts, account("", "None", false), account("root", "None", false)] })).toEqual({
      anonymous_login: false,
      default_account_enabled: false,
    });
    expect(found({ accounts: [...accounts, account("", "Operator", true), account("ADMIN", "Operator")] })).toEqual({
      anonymous_login: true,
      default_account_enabled: true,
    });
  });

  it("do not conclude from a list that shows only the account of the exporter", () => {
    expect(found({ accounts: [account("monitor", "ReadOnly", true)] })).toEqual({});
  });
});
