export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/** Longer credentials are invalid: bcrypt itself uses 72 bytes of a password. */
const MAX_LENGTH = 2048;

/** User and password of an Authorization header (RFC 7617, UTF-8); undefined if it has none. */
export function basicCredentials(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
