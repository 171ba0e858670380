/** Privilege levels (IPMI 2.0 section 6.8). A session starts at User, whatever its limit. */
export const PrivilegeLevel = {
  /** As a requested maximum: the highest the BMC allows. */
  Highest: 0,
  Callback: 1,
  User: 2,
  Operator: 3,
  Administrator: 4,
  Oem: 5,
} as const;
export type PrivilegeLevel = (typeof PrivilegeLevel)[keyof typeof PrivilegeLevel];

const NAMES = ["highest", "callback", "user", "operator", "administrator", "oem"] as const;

export function privilegeName(level: number): string {
  return NAMES[level] ?? `level ${level}`;
}
