import { z } from "zod";
import { secretSourceShape } from "./secret-schema.ts";
import { addressMustBe, mustBe } from "./sentences.ts";

const LISTEN = mustBe('an address with a port such as ":9162" or "10.0.0.5:162"');
const RATE = mustBe("a whole number from 1 to 100000");
const LISTEN_FORM = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z.-]*)):(\d{1,5})$/;

/** Address and port of `:9162`, `10.0.0.5:162` or `[::]:162`; undefined for anything else. */
export function parseListen(text: string): { readonly address: string; readonly port: number } | undefined {
  const match = LISTEN_FORM.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) return undefined;
  return { address: match[1] ?? (match[2] || "0.0.0.0"), port };
}

const userSchema = z
  .strictObject({
    name: z
      .string()
      .min(1, { error: mustBe("a user name") })
      .describe("User name."),
    auth_protocol: z
      .enum(["md5", "sha", "sha224", "sha256", "sha384", "sha512"])
      .default("sha")
      .describe("Protocol of the authentication."),
    ...secretSourceShape("auth_password"),
    priv_protocol: z.enum(["des", "aes"]).default("aes").describe("Protocol of the encryption."),
    ...secretSourceShape("priv_password"),
  })
  .describe("A user of SNMP version 3.");

/** `traps`: traps of BMCs. */
export const trapsSchema = z.strictObject({
  listen: z
    .string({ error: LISTEN })
    .refine((text) => parseListen(text) !== undefined, { error: LISTEN })
    .default(":9162")
    .describe("Address and UDP port. Port 162 needs a capability or a redirect; see [traps](traps.md)."),
  communities_file: z
    .string()
    .min(1, { error: mustBe("a file") })
    .optional()
    .describe(
      "File with the communities of versions 1 and 2c, one a line. Relative to this file. Without it, only version 3 is accepted.",
    ),
  v3_users: z.array(userSchema).prefault([]).describe("Users of version 3."),
  relays: z
    .array(z.union([z.ipv4(), z.ipv6()], { error: addressMustBe("an IP address") }))
    .default([])
    .describe(
      "Addresses of programs that forward traps of BMCs, e.g. of snmptrapd. Only from them the agent address in the trap counts.",
    ),
  acknowledge: z
    .boolean()
    .default(true)
    .describe("Acknowledge platform event traps to the BMC, which repeats them otherwise."),
  rate: z
    .int({ error: RATE })
    .min(1, { error: RATE })
    .max(100_000, { error: RATE })
    .default(200)
    .describe("Traps per second that are decoded. More are counted and dropped; of one BMC, 10 a second are decoded."),
});
