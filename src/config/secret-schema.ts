import { z } from "zod";
import { Secret } from "../lib/index.ts";
import { secretMustBe } from "./sentences.ts";

/** Limits of IPMI 2.0: user names have 16 bytes, passwords and Kg have 20. */
export const MAX_USERNAME_BYTES = 16;
export const MAX_PASSWORD_BYTES = 20;

const QUOTED = secretMustBe("text; put it in quotes");
/** Limit for Redfish, whose services accept longer ones. */
const MAX_REDFISH_BYTES = 255;
const KG_LIMIT = `is longer than ${MAX_PASSWORD_BYTES} bytes, the limit of IPMI`;
const REDFISH_LIMIT = `is longer than ${MAX_REDFISH_BYTES} bytes`;

const secretText = () => z.string({ error: QUOTED });
const toSecret = (text: string): Secret => new Secret(text);
const fits = (limit: number) => (text: string) => Buffer.byteLength(text) <= limit;

/** `name`, `name_file` and `name_env`: where a secret comes from. */
export function secretSourceShape<N extends string>(name: N) {
  const text = secretText()
    .transform(toSecret)
    .optional()
    .describe("The secret itself; a file or a variable is safer.");
  return { [name]: text, ...elsewhere(name) } as { [K in N]: typeof text } & ReturnType<typeof elsewhere<N>>;
}

function elsewhere<N extends string>(name: N) {
  const file = secretText()
    .min(1, { error: "is empty; name a file" })
    .optional()
    .describe(`File with the ${name}; one trailing newline is ignored. Relative to this file.`);
  const env = secretText()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: secretMustBe("the name of an environment variable") })
    .optional()
    .describe(`Environment variable with the ${name}.`);
  return { [`${name}_file`]: file, [`${name}_env`]: env } as { [K in `${N}_file`]: typeof file } & {
    [K in `${N}_env`]: typeof env;
  };
}

const password = secretText()
  .refine(fits(MAX_REDFISH_BYTES), { error: REDFISH_LIMIT })
  .transform(toSecret)
  .optional()
  .describe(
    `Password, up to ${MAX_PASSWORD_BYTES} bytes over IPMI and ${MAX_REDFISH_BYTES} over Redfish; a file or a variable is safer.`,
  );

const kg = secretText()
  .refine((text) => keyProblem(text) === undefined, { error: (issue) => keyProblem(String(issue.input)) })
  .transform(toSecret)
  .optional()
  .describe(`BMC key Kg, for BMCs with two-key login: text up to ${MAX_PASSWORD_BYTES} bytes, or \`hex:\` and digits.`);

const account = {
  username: z
    .string()
    .refine(fits(MAX_REDFISH_BYTES), { error: REDFISH_LIMIT })
    .describe(`User name, up to ${MAX_USERNAME_BYTES} bytes over IPMI and ${MAX_REDFISH_BYTES} over Redfish.`),
  password,
  ...elsewhere("password"),
  kg,
  ...elsewhere("kg"),
};

const operateAuthSchema = z.strictObject({
  ...account,
  privilege: z
    .enum(["operator", "administrator"])
    .optional()
    .describe("Highest privilege level of its sessions. Without it, the level that the command needs."),
});

export const authSchema = z.strictObject({
  ...account,
  privilege: z
    .enum(["user", "operator", "administrator"])
    .optional()
    .describe("Privilege level of this account's sessions, instead of the one of the module."),
  operate: operateAuthSchema
    .optional()
    .describe(
      "Account for changes, see [operate](operate.md). Only the command line reads it, and only when it changes something. Without it, changes use the account above.",
    ),
});

/** Why a password is invalid for every protocol; undefined if it is valid. */
export function passwordProblem(text: string): string | undefined {
  return fits(MAX_REDFISH_BYTES)(text) ? undefined : REDFISH_LIMIT;
}

/** Why a user name or password is too long for IPMI; undefined if it is not. */
export function ipmiLimitProblem(what: "username" | "password", bytes: number): string | undefined {
  const most = what === "username" ? MAX_USERNAME_BYTES : MAX_PASSWORD_BYTES;
  if (bytes <= most) return undefined;
  return `has ${bytes} bytes, and IPMI allows ${most}; shorten it, or poll its BMCs with a module that has protocol: redfish`;
}

/** Why a Kg is invalid as written; undefined if it is valid. */
export function keyProblem(text: string): string | undefined {
  if (text.startsWith("hex:") && !/^hex:([0-9a-fA-F]{2})+$/.test(text))
    return "must have pairs of hex digits after hex:";
  if (text === "") return "is empty";
  return decodeKey(text).length > MAX_PASSWORD_BYTES ? KG_LIMIT : undefined;
}

/** The bytes of a Kg as written. */
export function decodeKey(text: string): Buffer {
  return text.startsWith("hex:") ? Buffer.from(text.slice(4), "hex") : Buffer.from(text, "utf8");
}
