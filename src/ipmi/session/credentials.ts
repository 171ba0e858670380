/** Who we are to a BMC. Lives no longer than the connection it was made for; never printed. */
export interface Credentials {
  /** Up to 16 bytes. */
  readonly userName: Uint8Array;
  /** Up to 20 bytes; IPMI 1.5 uses the first 16. */
  readonly password: Uint8Array;
  /** The BMC key, 20 bytes; absent for one-key logins. */
  readonly kg?: Uint8Array;
}

/** From text; UTF-8, as most BMC web pages store it. */
export function credentials(userName: string, password: string, kg?: Uint8Array): Credentials {
  return { userName: Buffer.from(userName), password: Buffer.from(password), kg };
}
