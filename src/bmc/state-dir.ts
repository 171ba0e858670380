import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "../lib/index.ts";

/** What is kept of hosts and boards from one run to the next. */
export interface StateKeeper {
  /** What was saved of a host; undefined when nothing was, or nothing readable. */
  loadHost(key: string): Promise<unknown>;
  /**
   * False: it could not be written, and is worth another try.
   *
   * @param after the state is taken at once and written when this has resolved
   */
  saveHost(key: string, state: unknown, after?: Promise<unknown>): Promise<boolean>;
  forgetHost(key: string): Promise<void>;
  /** The records of a repository by their digest. */
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
/** A sync keeps one of Node's four threads, which names are resolved on, too. */
const FILES_AT_ONCE = 2;

/**
 * State in a folder: `hosts/` has a JSON file per host, `sdr/` the records of each kind of board once.
 *
 * Files are written beside and renamed, so that a crash leaves the old or the new one. What is damaged,
 * foreign or cannot be written costs a warning and the work that would have been saved, never a poll.
 */
export class StateDir implements StateKeeper {
  readonly #folder: string;
  readonly #log: Logger;
  #counter = 0;
  #writing = 0;
  readonly #waiting: (() => void)[] = [];
  /** The last complaint, so that a full disk is not told once per host and round. */
  #complaint: string | undefined;

  private constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Makes the folder where it is missing. A folder that cannot be made is a warning, too: polling goes on without. */
  static async open(folder: string, log: Logger): Promise<StateDir> {
    const dir = new StateDir(folder, log);
    try {
      for (const path of [folder, join(folder, "hosts"), join(folder, "sdr")]) await makeFolder(path);
    } catch (error) {
      dir.#complain("cannot make", folder, error);
    }
    return dir;
  }

  async loadHost(key: string): Promise<unknown> {
    const path = this.#hostPath(key);
    const text = await this.#read(path);
    if (text === undefined) return undefined;
    try {
      const file: unknown = JSON.parse(text.toString("utf8"));
      if (!isHostFile(file)) throw new Error("not a state file of this format");
      // Another host's name may have the same digest only by foul play; a copied folder has other keys.
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
    await rm(this.#hostPath(key), { force: true }).catch(() => {});
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

  /** Names of hosts are anything; names of files are not. */
  #hostPath(key: string): string {
    return join(this.#folder, "hosts", `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.json`);
  }

  #recordsPath(digest: string): string {
    return join(this.#folder, "sdr", `${digest}.sdr`);
  }

  async #read(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#complain("cannot read", path, error);
      return undefined;
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<boolean> {
    const beside = `${path}.${process.pid}.${this.#counter++}.tmp`;
    const leave = await this.#turn();
    try {
      // Synced before it is renamed: after a power cut there is the old file or the new one, and not an empty one.
      await writeFile(beside, bytes, { flush: true });
      await rename(beside, path);
      this.#complaint = undefined;
      return true;
    } catch (error) {
      this.#complain("cannot write", path, error);
      await rm(beside, { force: true }).catch(() => {});
      return false;
    } finally {
      leave();
    }
  }

  /** Waits until few files are being written; gives the function that lets the next one go on. */
  async #turn(): Promise<() => void> {
    if (this.#writing >= FILES_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#writing++;
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#writing--;
    };
  }

  #complain(what: string, path: string, error: unknown): void {
    const complaint = `${what}: ${(error as NodeJS.ErrnoException).code ?? messageOf(error)}`;
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    this.#log.warn({ path, problem: messageOf(error) }, `state_dir: ${what}; a restart will have to learn again`);
  }
}

/**
 * A folder and those above it. Not mkdir's own recursion: that never ends where the file system says
 * "no such folder" of one whose parent is there, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

function isHostFile(file: unknown): file is { readonly key: string; readonly state: unknown } {
  return typeof file === "object" && file !== null && "format" in file && file.format === FORMAT && "key" in file;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
