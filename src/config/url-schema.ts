import { z } from "zod";
import { secretMustBe } from "./sentences.ts";

const FORM = secretMustBe("an http:// or https:// URL");
export const NO_CREDENTIALS = "must not hold credentials; use basic_auth";

const isHttpUrl = (text: string): boolean => /^https?:\/\/[^/\\]/i.test(text) && URL.canParse(text);

/** A user name or a password in a URL, whether or not the rest of it is valid. */
export function holdsCredentials(text: unknown): boolean {
  if (typeof text !== "string") return false;
  if (/^\s*[a-z]+:[/\\]*[^/?#]*@/i.test(text)) return true;
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
}

/** A URL of a server. Its errors do not quote it: its path and query may hold a token. */
export const httpUrl = () =>
  z
    .string({ error: FORM })
    .refine((text) => !holdsCredentials(text), { error: NO_CREDENTIALS, abort: true })
    .refine(isHttpUrl, { error: FORM });
