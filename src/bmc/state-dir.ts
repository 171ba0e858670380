import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Clock,
  FolderInUseError,
  type FolderLock,
  GuardedFiles,
  type Logger,
  lockFolder,
  type PrivateFiles,
  privateFiles,
  systemClock,
} from "../lib/index.ts";

/** Saves data about hosts and boards for the next run. */
export interface StateKeeper {
  /** The saved state of a host; undefined if there is none, or none that can be read. */
  loadHost(key: string): Promise<unknown>;
  /**
   * Resolves to false if the state could not be written and should be tried again.
   *
   * @param after the state is serialised at once, and written after this has resolved
   */
  saveHost(key: string, state: unknown, after?: Promise<unknown>): Promise<boolean>;
  forgetHost(key: string): Promise<void>;
  /** The records of a repository, by their digest. */
  loadRecords(digest: string): Promise<readonly Buffer[] | undefined>;
  saveRecords(digest: string, records: readonly Uint8Array[]): Promise<void>;
}

/** Digest of a repository: of its records in order. */
export function digestOf(records: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const record of records) hash.update(record);
  return hash.digest("hex");
}

const FORMAT = 1;
const HEADER_BYTES = 5;
const HOSTS = "hosts";
const RECORDS = "sdr";

export interface StateDirOptions {
  readonly clock?: Clock;
  readonly files?: PrivateFiles;
  /** Locks the folder under this name, e.g. "process 4711"; absent: no lock. */
  readonly owner?: string;
}

/**
 * State in a folder: `hosts/` has a JSON file per host, `sdr/` the records of each kind of board once.
 *
 * Damaged or foreign files, and files that cannot be written, cause a warning and work that is repeated, but never a
 * failed poll, even while the file system does not respond. Files contain serial numbers and event logs, so only this
 * user can read them.
 */
export class StateDir implements StateKeeper {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #files: GuardedFiles;
  #lock: FolderLock | undefined;
  /** The last problem, so that a full disk is not logged once for each host and round. */
  #problem: string | undefined;

  private constructor(folder: string, log: Logger, files: GuardedFiles) {
    this.#folder = folder;
    this.#log = log;
    this.#files = files;
  }

  /**
   * Creates the folder if it does not exist, and removes files that a killed process was writing. An unusable folder
   * causes a warning, and polling continues without it.
   */
  static async open(folder: string, log: Logger, options: StateDirOptions = {}): Promise<StateDir> {
    const { clock = systemClock, files = privateFiles } = options;
    const dir = new StateDir(folder, log, new GuardedFiles(clock, files));
    const folders = [folder, join(folder, HOSTS), join(folder, RECORDS)];
    const makeFolders = async (): Promise<void> => {
      for (const path of folders) await dir.#files.run((files) => files.makeFolder(path));
    };
    if (!(await dir.#attempt("cannot create", folder, makeFolders))) return dir;
    if (options.owner !== undefined) await dir.#takeLock(options.owner);
    const clean = async (): Promise<void> => {
      for (const path of folders) await dir.#files.run((files) => files.removeTemporary(path));
    };
    await dir.#attempt("cannot remove temporary files", folder, clean);
    return dir;
  }

  /** @throws FolderInUseError */
  async #takeLock(owner: string): Promise<void> {
    try {
      this.#lock = await lockFolder(this.#folder, owner);
    } catch (error) {
      if (error instanceof FolderInUseError) throw error;
      this.#warn("cannot lock", this.#folder, error);
    }
  }

  /** For other files in this folder: together they may use only a few threads while the file system hangs. */
  get files(): GuardedFiles {
    return this.#files;
  }

  /** Another process uses the folder. */
  async close(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async loadHost(key: string): Promise<unknown> {
    const path = this.#hostPath(key);
    const text = await this.#read(path);
    if (text === undefined) return undefined;
    try {
      const file: unknown = JSON.parse(text.toString("utf8"));
      if (!isHostFile(file)) throw new Error("not a state file of this format");
      // Digests only collide on purpose; but a folder copied from elsewhere may have a file of another host.
      return file.key === key ? file.state : undefined;
    } catch (error) {
      this.#log.warn({ path, problem: messageOf(error) }, "state file ignored: damaged or foreign");
      return undefined;
    }
  }

  async saveHost(key: string, state: unknown, after?: Promise<unknown>): Promise<boolean> {
    const bytes = Buffer.from(JSON.stringify({ format: FORMAT, key, state }));
    await after;
    return this.#write(this.#hostPath(key), bytes);
  }

  async forgetHost(key: string): Promise<void> {
    await this.#files.run((files) => files.remove(this.#hostPath(key))).catch(() => {});
  }

  async loadRecords(digest: string): Promise<readonly Buffer[] | undefined> {
    const path = this.#recordsPath(digest);
    const bytes = await this.#read(path);
    if (bytes === undefined) return undefined;
    const records: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = HEADER_BYTES + (bytes[at + 4] ?? bytes.length);
      records.push(bytes.subarray(at, at + length));
      at += length;
    }
    if (digestOf(records) === digest) return records;
    this.#log.warn({ path }, "state file ignored: damaged or foreign");
    return undefined;
  }

  async saveRecords(digest: string, records: readonly Uint8Array[]): Promise<void> {
    await this.#write(this.#recordsPath(digest), Buffer.concat(records));
  }

  /** The name of a host may be any text, but not every text is a valid file name. */
  #hostPath(key: string): string {
    return join(this.#folder, HOSTS, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.json`);
  }

  #recordsPath(digest: string): string {
    return join(this.#folder, RECORDS, `${digest}.sdr`);
  }

  async #read(path: string): Promise<Buffer | undefined> {
    try {
      return await this.#files.run((files) => files.read(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#warn("cannot read", path, error);
      return undefined;
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<boolean> {
    const isWritten = await this.#attempt("cannot write", path, () =>
      this.#files.run((files) => files.write(path, bytes)),
    );
    if (isWritten) this.#problem = undefined;
    return isWritten;
  }

  async #attempt(what: string, path: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#warn(what, path, error);
      return false;
    }
  }

  #warn(what: string, path: string, error: unknown): void {
    const problem = `${what}: ${(error as NodeJS.ErrnoException).code ?? messageOf(error)}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.warn({ path, problem: messageOf(error) }, `state_dir: ${what}; a restart has to learn again`);
  }
}

function isHostFile(file: unknown): file is { readonly key: string; readonly state: unknown } {
  return typeof file === "object" && file !== null && "format" in file && file.format === FORMAT && "key" in file;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
