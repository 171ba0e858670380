import {
  CompletionCode,
  CompletionCodeError,
  getUserAccess,
  getUserName,
  getUserPayloadAccess,
  type PasswordSize,
  SOL_PAYLOAD_BIT,
  setUserAccess,
  setUserName,
  setUserPassword,
  setUserPayloadAccess,
  USER_NAME_BYTES,
  type UserAccess,
  type UserPayloadAccess,
  WRONG_PASSWORD,
  WRONG_PASSWORD_SIZE,
} from "../../../ipmi/index.ts";
import {
  type BmcUser,
  OperationError,
  type PasswordCheck,
  type UserAccessChange,
  type UserOperations,
} from "../../operations/index.ts";
import { optional } from "../refusals.ts";
import { accessLevel, privilegeNumber } from "./access-level.ts";
import type { OperationSession } from "./operation-session.ts";

const SOL = { standard: SOL_PAYLOAD_BIT, oem: 0 };
const SHORT = 16;
const LONG = 20;

export function userOperations(s: OperationSession): UserOperations {
  const nameOf = async (userId: number): Promise<string> => {
    // Several BMCs refuse ids that were never set.
    try {
      return (await s.run(getUserName, { userId })).userName;
    } catch (error) {
      if (error instanceof CompletionCodeError && ABSENT_NAME.includes(error.completionCode)) return "";
      throw error;
    }
  };
  const solOf = async (userId: number, channel?: number): Promise<boolean | undefined> =>
    hasSol(await optional(s.run(getUserPayloadAccess, { userId, channel })));
  const read = async (id: number, channel?: number): Promise<{ user: BmcUser; access: UserAccess }> => {
    const access = await s.run(getUserAccess, { userId: id, channel });
    const name = await nameOf(id);
    const user = {
      id,
      name,
      enabled: access.enableState === "enabled" ? true : access.enableState === "disabled" ? false : undefined,
      privilege: accessLevel(access.privilegeLimit),
      ipmiMessaging: access.messaging,
      linkAuthentication: access.linkAuthentication,
      callbackOnly: access.callbackOnly,
    };
    return { user, access };
  };
  const user = async (id: number, channel?: number): Promise<BmcUser> => {
    const { user: found } = await read(id, channel);
    return { ...found, sol: await solOf(id, channel) };
  };
  const test = async (userId: number, password: Uint8Array, size: PasswordSize): Promise<PasswordCheck> => {
    try {
      const sent = await s.change(setUserPassword, { userId, operation: "test", size, password });
      return sent === "accepted" ? "ok" : "unknown";
    } catch (error) {
      if (!(error instanceof CompletionCodeError)) throw error;
      if (error.completionCode === WRONG_PASSWORD) return "wrong";
      if (error.completionCode === WRONG_PASSWORD_SIZE) return "other_size";
      if (error.reason === "privilege_refused") throw error;
      return "unknown";
    }
  };
  const setInForm = async (userId: number, password: Uint8Array, size: PasswordSize): Promise<void> => {
    const request = { userId, operation: "set", size, password } as const;
    const first = await s.change(setUserPassword, request);
    if (first === "accepted") return;
    // The same password once more: whatever became of the first, it is stored then.
    const second = await s.change(setUserPassword, request);
    if (second === "accepted") return;
    throw new OperationError("command", "timeout", "Set User Password: two answers were lost; the password is unknown");
  };

  return {
    async users(channel) {
      const users: BmcUser[] = [];
      let limits = { maximum: 1, fixedNames: 0 };
      for (let id = 1; id <= limits.maximum; id++) {
        const { user: found, access } = await read(id, channel);
        if (id === 1) limits = { maximum: access.maximumUsers, fixedNames: access.fixedNames };
        const isInUse = found.name !== "" || (found.privilege !== "none" && found.enabled !== false);
        if (isInUse) users.push({ ...found, sol: await solOf(id, channel) });
      }
      return { ...limits, users };
    },
    user,
    async setUserName(id, name) {
      if (Buffer.byteLength(name) > USER_NAME_BYTES) {
        const message = `a user name has at most ${USER_NAME_BYTES} bytes`;
        throw new OperationError("command", "unsupported", message);
      }
      return s.store(
        () => s.change(setUserName, { userId: id, userName: name }),
        () => nameOf(id),
        (stored) => stored === name,
      );
    },
    async setUserAccess(id, access, channel) {
      const { privilege, ipmiMessaging: messaging, linkAuthentication, callbackOnly } = access;
      const request = {
        userId: id,
        channel,
        privilegeLimit: privilegeNumber(privilege),
        access: { messaging, linkAuthentication, callbackOnly },
      };
      return s.store(
        () => s.change(setUserAccess, request),
        () => user(id, channel),
        (stored) => hasAccess(stored, access),
      );
    },
    async setUserEnabled(id, enabled) {
      // Some BMCs require a password field, as ipmitool sends it; it is ignored.
      const request = {
        userId: id,
        operation: enabled ? "enable" : "disable",
        size: SHORT,
        password: new Uint8Array(0),
      } as const;
      await s.store(
        () => s.change(setUserPassword, request),
        async () => (await s.run(getUserAccess, { userId: id })).enableState,
        (state) => state === (enabled ? "enabled" : "disabled"),
      );
    },
    async setPassword(id, password) {
      if (password.length > LONG) {
        throw new OperationError("command", "unsupported", `IPMI passwords have at most ${LONG} bytes`);
      }
      if (password.length <= SHORT) {
        await setInForm(id, password, SHORT);
        return SHORT;
      }
      try {
        await setInForm(id, password, LONG);
        return LONG;
      } catch (error) {
        if (!(error instanceof CompletionCodeError) || !NO_LONG_FORM.includes(error.completionCode)) throw error;
        const message = `the BMC stores passwords of at most ${SHORT} bytes, and this one has ${password.length}`;
        throw new OperationError("command", "unsupported", message, {
          completionCode: error.completionCode,
          cause: error,
        });
      }
    },
    async testPassword(id, password) {
      if (password.length > SHORT) return test(id, password, LONG);
      const result = await test(id, password, SHORT);
      return result === "other_size" ? test(id, password, LONG) : result;
    },
    verifyLogin: ({ name, password, privilege }) =>
      s.tools.proveLogin({ userName: Buffer.from(name), password, privilege: privilegeNumber(privilege) }),
    async setUserSol(id, allowed, channel) {
      return s.store(
        () =>
          s.change(setUserPayloadAccess, { userId: id, channel, operation: allowed ? "enable" : "disable", ...SOL }),
        () => solOf(id, channel),
        (stored) => stored === allowed,
      );
    },
  };
}

function hasSol(access: UserPayloadAccess | undefined): boolean | undefined {
  return access && (access.standard & SOL_PAYLOAD_BIT) !== 0;
}

const ABSENT_NAME: readonly number[] = [
  CompletionCode.InvalidDataField,
  CompletionCode.ParameterOutOfRange,
  CompletionCode.NotPresent,
];

/** Refusals of the 20-byte form: the length, or the bit that announces it. */
const NO_LONG_FORM: readonly number[] = [
  CompletionCode.RequestLengthInvalid,
  CompletionCode.RequestLengthExceeded,
  CompletionCode.ParameterOutOfRange,
  CompletionCode.InvalidDataField,
];

function hasAccess(user: BmcUser, access: UserAccessChange): boolean {
  return (
    user.privilege === access.privilege &&
    user.ipmiMessaging === access.ipmiMessaging &&
    user.linkAuthentication === access.linkAuthentication &&
    user.callbackOnly === access.callbackOnly
  );
}
