import { booleanAt, type JsonObject, linkAt, numberAt } from "../json.ts";

/** AccountService: the lock-out after wrong passwords, and the accounts. */
export interface AccountService {
  /** Wrong passwords before an account is locked; 0: never. */
  readonly lockoutThreshold?: number;
  readonly accounts?: string;
}

export function decodeAccountService(resource: JsonObject): AccountService {
  return {
    lockoutThreshold: numberAt(resource, "AccountLockoutThreshold"),
    accounts: linkAt(resource, "Accounts"),
  };
}

/** ManagerAccount: an account of the BMC. */
export interface Account {
  /** Empty: an account without a name; absent: unknown. */
  readonly userName?: string;
  /** Services that do not report it have no disabled accounts. */
  readonly enabled: boolean;
  readonly isAdministrator: boolean;
}

export function decodeAccount(resource: JsonObject): Account {
  const { UserName: name, RoleId: role } = resource;
  return {
    userName: typeof name === "string" ? name : undefined,
    enabled: booleanAt(resource, "Enabled") ?? true,
    isAdministrator: typeof role === "string" && /^(administrator|admin)$/i.test(role),
  };
}
