import { AuthenticationAlgorithm, type CipherSuite, IntegrityAlgorithm } from "../crypto/cipher-suite.ts";
import { IpmiError } from "../errors.ts";

/**
 * The weakest login a BMC may still offer, after what it once completed with the right password: RMCP+, or RMCP+ with
 * a code in each packet. Whoever takes its address can claim to know nothing better, and try passwords against the
 * digests of a weaker login.
 */
export type LoginFloor = "rmcp_plus" | "integrity";

/** Weakest first. */
export const LOGIN_FLOORS: readonly LoginFloor[] = ["rmcp_plus", "integrity"];

const TEXTS: Readonly<Record<LoginFloor, string>> = { rmcp_plus: "RMCP+", integrity: "RMCP+ with integrity" };

/** The floor after a login with the suite. One with suite 0 proves nothing: anybody could have answered. */
export function raisedFloor(floor: LoginFloor | undefined, suite: CipherSuite): LoginFloor | undefined {
  if (suite.authentication === AuthenticationAlgorithm.None) return floor;
  return hasIntegrity(suite) ? "integrity" : (floor ?? "rmcp_plus");
}

/** Those of the suites that are not below the floor. */
export function suitesAbove(floor: LoginFloor | undefined, suites: readonly CipherSuite[]): readonly CipherSuite[] {
  return floor === "integrity" ? suites.filter(hasIntegrity) : suites;
}

const hasIntegrity = (suite: CipherSuite): boolean => suite.integrity !== IntegrityAlgorithm.None;

/** @param offered all that the BMC offers */
export function downgradeError(
  offered: "only IPMI 1.5" | "only cipher suites without integrity",
  floor: LoginFloor,
  cause?: IpmiError,
): IpmiError {
  const message = `refused as a downgrade: the BMC offers ${offered}, and an earlier login used ${TEXTS[floor]}. If this is the right BMC, allow the weaker login for it explicitly`;
  return new IpmiError("no_cipher_suite", message, { stage: "channel_auth_capabilities", cause });
}
