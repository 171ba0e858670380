import { PrivilegeLevel } from "../../../ipmi/index.ts";
import type { AccessLevel } from "../../operations/index.ts";

const NO_ACCESS = 0x0f;

const LEVELS: Readonly<Record<AccessLevel, number>> = {
  callback: PrivilegeLevel.Callback,
  user: PrivilegeLevel.User,
  operator: PrivilegeLevel.Operator,
  administrator: PrivilegeLevel.Administrator,
  oem: PrivilegeLevel.Oem,
  none: NO_ACCESS,
};

export function privilegeNumber(level: AccessLevel): number {
  return LEVELS[level];
}

/** `none` also for numbers that are reserved. */
export function accessLevel(privilege: number): AccessLevel {
  const found = (Object.keys(LEVELS) as AccessLevel[]).find((level) => LEVELS[level] === privilege);
  return found ?? "none";
}
