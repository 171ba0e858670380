import { readFile } from "node:fs/promises";
import { fileProblem, nearest, Secret } from "../lib/index.ts";
import type { AuthConfig, Config, Privilege, SecretSource } from "./config.ts";
import { decodeKey, keyProblem, passwordProblem } from "./secret-schema.ts";

/** Credentials for a BMC. */
export interface Credentials {
  readonly username: string;
  readonly password: Secret;
  /** Bytes of Kg, for two-key login. */
  readonly kg?: Secret;
  /** Overrides the privilege of the module. */
  readonly privilege?: Privilege;
}

/** Credentials that cannot be loaded: unknown name, unreadable file, variable not set, or too long. */
export class CredentialsError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CredentialsError";
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials of an entry of `auths`. Reads files and variables on each call, so a reload finds a rotated
 * password. Throws CredentialsError.
 */
export async function resolveCredentials(
  config: Pick<Config, "auths">,
  authName: string,
  env: Environment = process.env,
): Promise<Credentials> {
  const auth = config.auths.get(authName);
  if (!auth) {
    const near = nearest(authName, config.auths.keys());
    throw new CredentialsError(`no auth is named "${authName}"${near ? `; did you mean "${near}"?` : ""}`);
  }
  const password = await readSecret(auth.password, `auths.${authName}.password`, env);
  refuse(passwordProblem(password.reveal()), auth, "password");
  const kg = auth.kg && (await readSecret(auth.kg, `auths.${authName}.kg`, env));
  if (kg) refuse(keyProblem(kg.reveal()), auth, "kg");
  return {
    username: auth.username,
    password,
    ...(kg && { kg: new Secret(decodeKey(kg.reveal())) }),
    ...(auth.privilege && { privilege: auth.privilege }),
  };
}

/** The secret of a source; `what` names it in errors. One trailing newline of a file is removed. */
export async function readSecret(source: SecretSource, what: string, env: Environment = process.env): Promise<Secret> {
  switch (source.from) {
    case "config":
      return source.secret;
    case "env": {
      const value = env[source.name];
      if (value === undefined) throw new CredentialsError(`${what}: environment variable ${source.name} is not set`);
      return new Secret(value);
    }
    case "file":
      try {
        return new Secret((await readFile(source.path, "utf8")).replace(/\r?\n$/, ""));
      } catch (cause) {
        throw new CredentialsError(`${what}: cannot read ${source.path}: ${fileProblem(cause)}`, { cause });
      }
  }
}

function refuse(problem: string | undefined, auth: AuthConfig, key: string): void {
  if (problem !== undefined) throw new CredentialsError(`auths.${auth.name}.${key}: ${problem}`);
}
