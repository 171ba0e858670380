import { type FileHandle, open } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { foldHosts } from "../inventory/index.ts";
import { fileProblem } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import type { Outcome } from "./outcome.ts";

/** The audit log cannot be written; nothing may be changed then. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/** What is about to be done. */
export interface AuditedChange {
  /** The command in words, without secrets, e.g. "power cycle". */
  readonly command: string;
  readonly hosts: readonly Host[];
  /** How it was confirmed, e.g. "--yes", "typed 36", "none needed". */
  readonly confirmation: string;
  /** Reason for doing what `operate.protect` refuses. */
  readonly overrideReason?: string;
}

export type AuditEnvironment = Readonly<Record<string, string | undefined>>;

/** The log of changes: one JSON line before a change and one after it, on disk before the work goes on. */
export class AuditLog {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws AuditError if the file cannot be opened for appending */
  static async open(path: string): Promise<AuditLog> {
    try {
      return new AuditLog(path, await open(path, "a", 0o640));
    } catch (error) {
      throw problem(path, error);
    }
  }

  /** @throws AuditError */
  async before(change: AuditedChange, env: AuditEnvironment, nowMs: number): Promise<void> {
    const { command, hosts, confirmation, overrideReason } = change;
    await this.#write({
      at: new Date(nowMs).toISOString(),
      event: "start",
      ...whoOf(env),
      command,
      hosts: foldHosts(hosts.map(({ name }) => name)),
      count: hosts.length,
      confirmation,
      ...(overrideReason !== undefined && { override_protection: overrideReason }),
    });
  }

  /** @throws AuditError */
  async after(
    command: string,
    outcomes: readonly Outcome<unknown>[],
    { nowMs, durationMs }: { readonly nowMs: number; readonly durationMs: number },
  ): Promise<void> {
    const results = new Map<string, string[]>();
    for (const outcome of outcomes) {
      const result = outcome.ok ? "ok" : outcome.error.reason;
      results.set(result, [...(results.get(result) ?? []), outcome.host.name]);
    }
    await this.#write({
      at: new Date(nowMs).toISOString(),
      event: "end",
      pid: process.pid,
      command,
      results: Object.fromEntries([...results].map(([result, names]) => [result, foldHosts(names)])),
      duration_ms: Math.round(durationMs),
    });
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #write(line: object): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(line)}\n`);
      await this.#file.datasync();
    } catch (error) {
      throw problem(this.#path, error);
    }
  }
}

function problem(path: string, error: unknown): AuditError {
  return new AuditError(`operate.audit.path: cannot write ${path}: ${fileProblem(error)}`);
}

function whoOf(env: AuditEnvironment): object {
  return {
    uid: process.getuid?.(),
    login: loginName(),
    ...(env.SUDO_USER !== undefined && { sudo_user: env.SUDO_USER }),
    ...(env.SSH_CONNECTION !== undefined && { ssh_connection: env.SSH_CONNECTION }),
    host: hostname(),
    pid: process.pid,
  };
}

/** A container may run with a uid that has no name. */
function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
