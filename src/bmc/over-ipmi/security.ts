import { type BmcMemory, offersIpmi15 } from "../../ipmi/index.ts";
import { Health, type SecurityFinding } from "../../model/index.ts";
import { type Either, either, foundOrNot } from "../finding.ts";

export const FINDINGS = {
  anonymousLogin: either("anonymous_login", Health.Critical),
  nullUserNames: either("null_user_names", Health.Warning),
  authTypeNone: either("auth_type_none", Health.Critical),
  authTypeStraightPassword: either("auth_type_straight_password", Health.Warning),
  authTypeMd2: either("auth_type_md2", Health.Warning),
  perMessageAuthDisabled: either("per_message_auth_disabled", Health.Warning),
  userLevelAuthDisabled: either("user_level_auth_disabled", Health.Warning),
  ipmi15Enabled: either("ipmi_1_5_enabled", "info"),
  defaultKg: either("default_kg", "info"),
  cipherSuite0Listed: either("cipher_suite_0_listed", Health.Warning),
  weakCipherSuites: either("weak_cipher_suites", "info"),
  noSha256CipherSuite: either("no_sha256_cipher_suite", "info"),
  cipherZero: either("cipher_zero", Health.Critical),
  cipherSuite0Enabled: either("cipher_suite_0_enabled", Health.Critical),
  noLockout: either("no_lockout", "info"),
} as const;

/** Suites without encryption, with MD5 or RC4; suite 3 (SHA-1, AES) is old but not broken here. */
const isWeak = (id: number): boolean => id !== 3 && id !== 17;

/**
 * Findings from what a BMC reports before a login: the capabilities of the channel and the cipher suites. On a few old
 * boards the bits for user names are wrong; they are exported as the BMC reports them.
 */
export function securityFindings(memory: BmcMemory): readonly SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  const add = (finding: Either, present: boolean): void => void findings.push(foundOrNot(finding, present));
  const c = memory.capabilities;
  if (c) {
    const types = c.authenticationTypes;
    const has15 = offersIpmi15(c);
    add(FINDINGS.anonymousLogin, c.anonymousLogin);
    add(FINDINGS.nullUserNames, c.nullUserNames);
    add(FINDINGS.authTypeNone, has15 && types.none);
    add(FINDINGS.authTypeStraightPassword, has15 && types.straightPassword);
    add(FINDINGS.authTypeMd2, has15 && types.md2);
    add(FINDINGS.perMessageAuthDisabled, has15 && c.perMessageAuthenticationDisabled);
    add(FINDINGS.userLevelAuthDisabled, has15 && c.userLevelAuthenticationDisabled);
    add(FINDINGS.ipmi15Enabled, has15);
    if (c.ipmi20DataValid) add(FINDINGS.defaultKg, !c.kgSet);
  }
  const suites = memory.cipherSuites;
  if (suites) {
    const hasWeak = suites.some((id) => id !== 0 && isWeak(id));
    add(FINDINGS.cipherSuite0Listed, suites.includes(0));
    add(FINDINGS.weakCipherSuites, hasWeak);
    add(FINDINGS.noSha256CipherSuite, !suites.some((id) => id >= 15 && id <= 17));
  }
  return findings;
}
