import { readFile } from "node:fs/promises";
import { fileProblem, nearest, Secret } from "../lib/index.ts";
import type { Config, OperateAuthConfig, Privilege, SecretSource } from "./config.ts";
import type { ConfigPath } from "./problem.ts";
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
  /** Where the configuration names them. */
  readonly path: ConfigPath;

  constructor(message: string, options: { cause?: unknown; path?: ConfigPath } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CredentialsError";
    this.path = options.path ?? [];
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
  const secretOf = async (key: "password" | "kg", source: SecretSource, problemOf: typeof keyProblem) => {
    const path = ["auths", authName, `${key}${SUFFIXES[source.from]}`];
    const what = `auths.${authName}.${key}`;
    const secret = await readSecret(source, what, env, path);
    const problem = problemOf(secret.reveal());
    if (problem !== undefined) throw new CredentialsError(`${what}: ${problem}`, { path });
    return secret;
  };
  const password = await secretOf("password", auth.password, passwordProblem);
  const kg = auth.kg && (await secretOf("kg", auth.kg, keyProblem));
  return {
    username: auth.username,
    password,
    ...(kg && { kg: new Secret(decodeKey(kg.reveal())) }),
    ...(auth.privilege && { privilege: auth.privilege }),
  };
}

/**
 * The password of `auths.NAME.operate`. Files and variables are read on each call.
 *
 * @throws CredentialsError
 */
export async function resolveOperatePassword(
  { password: source }: OperateAuthConfig,
  authName: string,
  env: Environment = process.env,
): Promise<Secret> {
  const what = `auths.${authName}.operate`;
  if (source === undefined)
    throw new CredentialsError(`${what} has no password; give one of password_file, password_env, or --ask-password`);
  const password = await readSecret(source, `${what}.password`, env);
  const problem = passwordProblem(password.reveal());
  if (problem !== undefined) throw new CredentialsError(`${what}.password: ${problem}`);
  return password;
}

/** `password`, `password_file` and `password_env` are keys for the same secret. */
const SUFFIXES = { config: "", file: "_file", env: "_env" } as const;

/** The secret of a source; `what` names it in errors. One trailing newline of a file is removed. */
export async function readSecret(
  source: SecretSource,
  what: string,
  env: Environment = process.env,
  path?: ConfigPath,
): Promise<Secret> {
  switch (source.from) {
    case "config":
      return source.secret;
    case "env": {
      const value = env[source.name];
      if (value === undefined)
        throw new CredentialsError(`${what}: environment variable ${source.name} is not set`, { path });
      return new Secret(value);
    }
    case "file":
      try {
        return new Secret((await readFile(source.path, "utf8")).replace(/\r?\n$/, ""));
      } catch (cause) {
        throw new CredentialsError(`${what}: cannot read ${source.path}: ${fileProblem(cause)}`, { cause, path });
      }
  }
}
