import { MAX_USER_NAME } from "../../ipmi/wire/rakp.ts";
import type { LoginHashing, Scenario } from "../bmc/misbehaviour.ts";

const LEVEL = 0x0f;
const PAD = 16;
const INVALID_ROLE = 0x09;

const HASHINGS = {
  /** The role byte holds the privilege only, without the bit for name-only look-up (Supermicro X8). */
  role_without_lookup_bit: { exchange: (said) => ({ ...said, role: said.role & LEVEL }) },
  /** The role byte is that of Open Session: 0. */
  zero_role: { exchange: (said) => ({ ...said, role: 0 }) },
  /** The user name is padded with zeros to 16 bytes (Intel SE7520AF2, 82571). */
  padded_user_name: {
    exchange: (said) => {
      const userName = Buffer.alloc(MAX_USER_NAME);
      userName.set(said.userName);
      return { ...said, role: said.role & LEVEL, userName };
    },
  },
  /** RAKP 2 has one byte too many (Supermicro H8QME). */
  long_rakp2: { rakp2: (code) => Buffer.concat([code, Buffer.of(0)]) },
  /** RAKP 2 has 16 of 20 bytes (Sun). */
  short_rakp2: { rakp2: (code) => code.subarray(0, PAD) },
  rakp4_by_integrity: { rakp4ByIntegrity: true },
  password_16: { passwordBytes: PAD },
} satisfies Readonly<Record<string, LoginHashing>>;

type OddRakp = keyof typeof HASHINGS | "privilege_refused";

/** Firmware that computes the codes of a login differently, or refuses a privilege in Open Session. */
export function oddRakp(options: { readonly way: OddRakp }): Scenario {
  const { way } = options;
  if (way !== "privilege_refused") return () => ({ name: "odd RAKP", hashing: HASHINGS[way] });
  return () => ({
    name: "odd RAKP",
    refuseLogin: (step, privilege = 0) => (step === "open_session" && privilege !== 0 ? INVALID_ROLE : undefined),
  });
}
