import { type BmcMemory, offersIpmi15 } from "../../ipmi/index.ts";
import { Health, type SecurityFinding } from "../../model/index.ts";

/** Suites without encryption, with MD5 or RC4; suite 3 (SHA-1, AES) is old but not broken here. */
const isWeak = (id: number): boolean => id !== 3 && id !== 17;

/**
 * What a login is told before it begins: the capabilities of the channel and the cipher suites it lists. Bits
 * for user names lie on a few old boards; they are facts as the BMC states them.
 */
export function securityFindings(memory: BmcMemory): readonly SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  const add = (finding: string, present: boolean, severity: SecurityFinding["severity"]): void =>
    void findings.push({ finding, present, severity });
  const c = memory.capabilities;
  if (c) {
    const types = c.authenticationTypes;
    const has15 = offersIpmi15(c);
    add("anonymous_login", c.anonymousLogin, Health.Critical);
    add("null_user_names", c.nullUserNames, Health.Warning);
    add("auth_type_none", has15 && types.none, Health.Critical);
    add("auth_type_straight_password", has15 && types.straightPassword, Health.Warning);
    add("auth_type_md2", has15 && types.md2, Health.Warning);
    add("per_message_auth_disabled", has15 && c.perMessageAuthenticationDisabled, Health.Warning);
    add("user_level_auth_disabled", has15 && c.userLevelAuthenticationDisabled, Health.Warning);
    add("ipmi_1_5_enabled", has15, "info");
    if (c.ipmi20DataValid) add("default_kg", !c.kgSet, "info");
  }
  const suites = memory.cipherSuites;
  if (suites) {
    add("cipher_suite_0_listed", suites.includes(0), Health.Warning);
    add(
      "weak_cipher_suites",
      suites.some((id) => id !== 0 && isWeak(id)),
      "info",
    );
    add("no_sha256_cipher_suite", !suites.some((id) => id >= 15 && id <= 17), "info");
  }
  return findings;
}
