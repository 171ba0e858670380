/** Privilege levels in words. `none`: the account has no access over this channel. */
export const ACCESS_LEVELS = ["callback", "user", "operator", "administrator", "oem", "none"] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

export interface BmcUser {
  readonly id: number;
  /** Empty: the null user, or a free slot. */
  readonly name: string;
  /** Absent if the BMC does not report it. */
  readonly enabled?: boolean;
  readonly privilege: AccessLevel;
  readonly ipmiMessaging: boolean;
  readonly linkAuthentication: boolean;
  readonly callbackOnly: boolean;
  /** May use Serial over LAN; absent if the BMC does not report it. */
  readonly sol?: boolean;
}

export interface UsersReport {
  readonly maximum: number;
  /** Names of users with lower ids cannot be changed. */
  readonly fixedNames: number;
  readonly users: readonly BmcUser[];
}

export interface UserAccessChange {
  readonly privilege: AccessLevel;
  readonly ipmiMessaging: boolean;
  readonly linkAuthentication: boolean;
  readonly callbackOnly: boolean;
}

export type PasswordCheck = "ok" | "wrong" | "other_size" | "unknown";

export interface UserOperations {
  /** All accounts; slots without a name are included only if they have access. @param channel the one in use if absent */
  users(channel?: number): Promise<UsersReport>;
  /** One slot, in use or not. */
  user(id: number, channel?: number): Promise<BmcUser>;
  /** Sets the name of a slot, and reads it back. An empty name clears it. */
  setUserName(id: number, name: string): Promise<string>;
  /** Sets the access of an account on a channel; returns the account as read back. */
  setUserAccess(id: number, access: UserAccessChange, channel?: number): Promise<BmcUser>;
  /** Enables or disables an account. */
  setUserEnabled(id: number, enabled: boolean): Promise<void>;
  /**
   * Sets a password of at most 20 bytes. A BMC without the 20-byte form gets the 16-byte form, if the password fits.
   *
   * @returns the size of the form that the BMC stored
   * @throws OperationError `unsupported` for a password that is too long for the BMC
   */
  setPassword(id: number, password: Uint8Array): Promise<16 | 20>;
  /** Compares a password with the stored one. `unknown`: the BMC cannot. Failed comparisons may count as logins. */
  testPassword(id: number, password: Uint8Array): Promise<PasswordCheck>;
  /**
   * Proves an account by a login of its own, beside this session, closed at once.
   *
   * @throws OperationError of the login, e.g. `wrong_password`
   */
  verifyLogin(account: {
    readonly name: string;
    readonly password: Uint8Array;
    readonly privilege: AccessLevel;
  }): Promise<void>;
  /** Allows or forbids Serial over LAN to an account; reads it back. */
  setUserSol(id: number, allowed: boolean, channel?: number): Promise<boolean | undefined>;
}
