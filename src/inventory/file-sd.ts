import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LineCounter } from "yaml";
import { type FileSdConfig, yamlDocument, yamlFaultText } from "../config/index.ts";
import { type Clock, fileProblem, matchesWildcard, type Timer } from "../lib/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Rejection } from "./rejection.ts";
import type { Source, SourceChanged, SourceFailure } from "./source.ts";
import { type Discovered, discovered, type TargetGroup, targetGroups } from "./target-groups.ts";

/** Editors and config maps make several events of one change. */
const SETTLE_MS = 100;
const MAX_BYTES = 64 * 1024 * 1024;

/** Contents of a file, and the digest that shows whether they changed. */
interface ReadFile {
  readonly digest: string;
  readonly found: Discovered;
}

/**
 * Hosts from files in the file_sd format of Prometheus. It watches folders and not files, because editors replace
 * files and mounted config maps swap a link. A timer reads the files again on file systems without events (NFS).
 */
export class FileSource implements Source {
  readonly #config: FileSdConfig;
  readonly #clock: Clock;
  readonly #changed: SourceChanged;
  readonly #watchers = new Map<string, FSWatcher>();
  /** In the order of their paths. */
  #files: ReadonlyMap<string, ReadFile> = new Map();
  #failures: readonly SourceFailure[] = [];
  #wasRead = false;
  #timer: Timer | undefined;
  #settling: Timer | undefined;
  #reading: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(config: FileSdConfig, options: { readonly clock: Clock; readonly changed: SourceChanged }) {
    this.#config = config;
    this.#clock = options.clock;
    this.#changed = options.changed;
  }

  start(): Promise<void> {
    return this.#refresh();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#settling?.cancel();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  candidates(): readonly Candidate[] {
    return [...this.#files.values()].flatMap(({ found }) => found.candidates);
  }

  rejections(): readonly Rejection[] {
    return [...this.#files.values()].flatMap(({ found }) => found.rejections);
  }

  failures(): readonly SourceFailure[] {
    return this.#failures;
  }

  /** One reading after the other: two at once could keep the older text. */
  #refresh(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      if (this.#stopped) return;
      this.#watchFolders();
      const before = { files: this.#files, failures: this.#failures };
      await this.#readAll();
      if (this.#stopped) return;
      this.#timer?.cancel();
      this.#timer = this.#clock.after(this.#config.refreshMs, () => this.#refreshByTimer());
      // Most readings find no change: then the lists of all sources need not be merged again.
      const same = sameFiles(before.files, this.#files) && isDeepStrictEqual(before.failures, this.#failures);
      if (this.#wasRead && same) return;
      this.#wasRead = true;
      this.#changed();
    });
    return this.#reading;
  }

  /** A watch ends silently with its folder, so each is replaced from time to time. */
  #refreshByTimer(): void {
    for (const folder of [...this.#watchers.keys()]) this.#unwatch(folder);
    void this.#refresh();
  }

  #watchFolders(): void {
    for (const folder of new Set(this.#config.files.map((file) => dirname(file)))) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#settle());
        watcher.on("error", () => this.#unwatch(folder));
        this.#watchers.set(folder, watcher);
      } catch {
        // No such folder, or no watches left: the timer reads it and tries to watch it again.
      }
    }
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #settle(): void {
    if (this.#stopped) return;
    this.#settling?.cancel();
    this.#settling = this.#clock.after(SETTLE_MS, () => void this.#refresh());
  }

  async #readAll(): Promise<void> {
    const failures: SourceFailure[] = [];
    const failed = (text: string, isMissing = false): void => void failures.push({ text, isMissing });
    const paths = new Set<string>();
    for (const pattern of this.#config.files) {
      const found = await filesOf(pattern).catch((error) => {
        failed(`file_sd: cannot search for ${pattern}: ${reason(error)}; its previous hosts stay`);
        return [...this.#files.keys()].filter((path) => dirname(path) === dirname(pattern));
      });
      if (found.length === 0) failed(`file_sd: no file matches ${pattern}`, true);
      for (const path of found) paths.add(path);
    }
    const files = new Map<string, ReadFile>();
    for (const path of [...paths].sort()) {
      const known = this.#files.get(path);
      try {
        files.set(path, await this.#read(path, known));
      } catch (error) {
        const isKept = known && (error as NodeJS.ErrnoException).code !== "ENOENT";
        if (isKept) files.set(path, known);
        failed(`${path}: ${reason(error)}${isKept ? "; its previous hosts stay" : ""}`);
      }
    }
    this.#files = files;
    this.#failures = failures;
  }

  /** The same object as before if the text did not change. */
  async #read(path: string, known: ReadFile | undefined): Promise<ReadFile> {
    if ((await stat(path)).size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`);
    const text = await readFile(path, "utf8");
    const digest = createHash("sha256").update(text).digest("base64");
    if (known?.digest === digest) return known;
    return { digest, found: discovered(groupsIn(path, text), this.#config, path) };
  }
}

function sameFiles(a: ReadonlyMap<string, ReadFile>, b: ReadonlyMap<string, ReadFile>): boolean {
  return a.size === b.size && [...a].every(([path, file]) => b.get(path) === file);
}

/** YAML without types, as Prometheus reads it: `rack: 07` is the text 07. */
function groupsIn(path: string, text: string): TargetGroup[] {
  return targetGroups(/\.json$/i.test(path) ? JSON.parse(text) : (yamlValues(text) ?? []));
}

function yamlValues(text: string): unknown {
  const lineCounter = new LineCounter();
  const { document, faults } = yamlDocument(text, { schema: "failsafe", lineCounter });
  const [fault] = faults;
  if (!fault) return document.toJS();
  const { line, col } = lineCounter.linePos(fault.at);
  throw new SyntaxError(`${yamlFaultText(fault.code)} at line ${line}, column ${col}`);
}

/** The files that a path with * and ? in its last part matches. */
async function filesOf(pattern: string): Promise<string[]> {
  const last = basename(pattern);
  if (!/[*?]/.test(last)) return (await exists(pattern)) ? [pattern] : [];
  const names = await readdir(dirname(pattern)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => matchesWildcard(last, name) && !name.startsWith("."))
    .map((name) => join(dirname(pattern), name));
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n");
  return error instanceof SyntaxError ? `invalid JSON or YAML: ${line}` : "code" in error ? fileProblem(error) : line;
}
