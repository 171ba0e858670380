import type { PasswordSize } from "../../ipmi/commands/index.ts";
import type { BoardUser } from "../boards/board.ts";

export const MAXIMUM_USERS = 16;
export const NO_ACCESS = 0x0f;
/** Names of users up to this id cannot be changed: 1 is the null user. */
export const FIXED_NAMES = 1;

const NOBODY = {
  name: "",
  password: new Uint8Array(0),
  privilege: NO_ACCESS,
  enabled: false,
  messaging: false,
  linkAuthentication: false,
  sol: false,
} as const;

/** Whether a user may open a session. */
export function mayLogIn(user: BoardUser): boolean {
  return user.enabled !== false && user.messaging !== false && user.privilege > 0 && user.privilege < NO_ACCESS;
}

/** The users of one BMC that a console has changed. */
export class UserTable {
  #users: readonly BoardUser[];

  constructor(users: readonly BoardUser[]) {
    this.#users = users;
  }

  get all(): readonly BoardUser[] {
    return this.#users;
  }

  find(id: number): BoardUser | undefined {
    return this.#users.find((user) => user.id === id);
  }

  change(id: number, change: Partial<Omit<BoardUser, "id">>): void {
    const user = { ...(this.find(id) ?? { id, ...NOBODY }), ...change };
    const isEmpty = user.name === "" && user.enabled === false;
    const others = this.#users.filter((other) => other.id !== id);
    this.#users = isEmpty ? others : [...others, user].sort((a, b) => a.id - b.id);
  }

  /** @returns false: another user has the name */
  rename(id: number, name: string): boolean {
    if (name !== "" && this.#users.some((user) => user.id !== id && user.name === name)) return false;
    if (name === "") this.#users = this.#users.filter((user) => user.id !== id);
    else this.change(id, { name });
    return true;
  }

  test(id: number, password: Uint8Array, size: PasswordSize): "same" | "other" | "other size" {
    const user = this.find(id);
    if (!user) return "other";
    const stored = user.passwordSize ?? (user.password.length > 16 ? 20 : 16);
    if (stored === 20 && size === 16) return "other size";
    if (stored === 16 && size === 20 && user.passwordSize !== undefined) return "other size";
    return Buffer.from(user.password).equals(Buffer.from(password)) ? "same" : "other";
  }
}
