import { Health, type SecurityFinding } from "../../model/index.ts";
import type { Account, AccountService, NetworkProtocol, PeerCertificate } from "../../redfish/index.ts";
import { type Either, either, foundOrNot } from "../finding.ts";

const FINDINGS = {
  ipmiOverLan: either("ipmi_over_lan_enabled", "info"),
  plainHttp: either("http_enabled", "info"),
  telnet: either("telnet_enabled", Health.Warning),
  snmpV1: either("snmp_v1_enabled", Health.Warning),
  selfSigned: either("self_signed_certificate", "info"),
  expired: either("certificate_expired", Health.Warning),
  anonymousLogin: either("anonymous_login", Health.Critical),
  defaultAccount: either("default_account_enabled", "info"),
  noLockout: either("no_lockout", "info"),
} as const;

/** Names of the accounts that BMCs are delivered with. */
const DEFAULT_NAMES: ReadonlySet<string> = new Set([
  "root",
  "admin",
  "administrator",
  "userid",
  "sysadmin",
  "superuser",
  "0penbmc",
]);

/** What is known about the access to a BMC. */
export interface AccessFacts {
  readonly protocols: readonly NetworkProtocol[];
  readonly certificate?: PeerCertificate;
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly accountService?: AccountService;
  /** Absent: the account of the exporter may not read them. */
  readonly accounts?: readonly Account[];
}

/** The weaknesses of a BMC that were checked for. What it does not report is left out. */
export function securityFindings(facts: AccessFacts): readonly SecurityFinding[] {
  const { protocols, certificate, now, accountService, accounts } = facts;
  const findings: SecurityFinding[] = [];
  const add = (finding: Either, present: boolean | undefined): void => {
    if (present !== undefined) findings.push(foundOrNot(finding, present));
  };
  const anyOn = (name: keyof NetworkProtocol): boolean | undefined => {
    const known = protocols.map((p) => p[name]).filter((on) => on !== undefined);
    return known.length === 0 ? undefined : known.includes(true);
  };
  add(FINDINGS.ipmiOverLan, anyOn("ipmi"));
  add(FINDINGS.plainHttp, anyOn("http"));
  add(FINDINGS.telnet, anyOn("telnet"));
  add(FINDINGS.snmpV1, anyOn("snmpV1"));
  add(FINDINGS.selfSigned, certificate?.selfSigned);
  add(FINDINGS.expired, certificate?.validTo === undefined ? undefined : certificate.validTo < now);
  const threshold = accountService?.lockoutThreshold;
  add(FINDINGS.noLockout, threshold === undefined ? undefined : threshold <= 0);
  // Services show an account without rights only itself: then nothing is known about the others.
  if (accounts?.some(({ isAdministrator }) => isAdministrator)) {
    const enabled = accounts.filter((account) => account.enabled);
    add(
      FINDINGS.anonymousLogin,
      enabled.some(({ userName }) => userName?.trim() === "" || userName?.toLowerCase() === "anonymous"),
    );
    add(
      FINDINGS.defaultAccount,
      enabled.some(({ userName }) => DEFAULT_NAMES.has(userName?.toLowerCase() ?? "")),
    );
  }
  return findings;
}
