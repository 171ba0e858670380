import { type FileHandle, open, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuardedFiles, Logger } from "../lib/index.ts";
import type { HostEvent, LogEntry } from "../model/index.ts";

/** An event with its place in the order of all events of this state_dir. */
export interface SpooledEvent {
  readonly seq: number;
  readonly event: HostEvent;
}

/** Events of one segment, of which the next one begins. */
const SEGMENT_EVENTS = 2500;
/** Segments kept though every output has their events: their ids tell which events were read before a crash. */
const KEPT_SEGMENTS = 2;
const SEGMENT = /^(\d{16})\.jsonl$/;
const POSITIONS = "positions.json";
/** Events contain host names and serial numbers. */
const FILE_MODE = 0o600;

interface Segment {
  readonly path: string;
  /** Number of the last event in it. */
  last: number;
}

interface Append {
  readonly lines: string;
  readonly events: number;
  readonly first: number;
  readonly done: (isDurable: boolean) => void;
}

/**
 * Events on disk until every output has them: a folder with segments of JSON lines, and the position of each output.
 *
 * - An event is durable (written and synced) before its host's state says that it was read, so a crash in between
 *   reads it again, with the same id, and loses nothing.
 * - Appends that arrive during a sync share the next one.
 * - Positions are renamed into place and not synced: after a power cut outputs may get events again.
 */
export class EventSpool {
  readonly #folder: string;
  readonly #log: Logger;
  /** Bounds the time of file operations: the file system may hang. */
  readonly #files: GuardedFiles;
  readonly #segments: Segment[] = [];
  readonly #positions = new Map<string, number>();
  #positionsAreLost = false;
  #recovered: SpooledEvent[] = [];
  #next = 1;
  #file: { readonly handle: FileHandle; readonly segment: Segment; events: number } | undefined;
  #queue: Append[] = [];
  #flushing: Promise<void> | undefined;
  #savingPositions: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | undefined;
  #complaint: string | undefined;

  private constructor(folder: string, log: Logger, files: GuardedFiles) {
    this.#folder = folder;
    this.#log = log;
    this.#files = files;
  }

  /** Reads what an earlier process left. A folder that cannot be used is a warning: events then wait in memory only. */
  static async open(folder: string, log: Logger, files: GuardedFiles): Promise<EventSpool> {
    const spool = new EventSpool(folder, log, files);
    try {
      await files.run((privateFiles) => privateFiles.makeFolder(folder));
      await spool.#readPositions();
      await spool.#readSegments();
    } catch (error) {
      spool.#complain("cannot be read", error);
    }
    return spool;
  }

  /** Number of the next event. */
  get next(): number {
    return this.#next;
  }

  /** Events that an earlier process left, delivered or not. Returned once. */
  takeRecovered(): readonly SpooledEvent[] {
    return this.#recovered.splice(0);
  }

  /** Number of the first event that an output of an earlier process did not get; undefined for a new output. */
  positionOf(output: string): number | undefined {
    return this.#positions.get(output) ?? (this.#positionsAreLost ? 0 : undefined);
  }

  /** Numbers the events from `first` on. `durable` resolves to false if they could not be written; never rejects. */
  append(events: readonly HostEvent[]): { readonly first: number; readonly durable: Promise<boolean> } {
    const first = this.#next;
    this.#next += events.length;
    const lines = events.map((event, i) => `${JSON.stringify({ seq: first + i, event })}\n`).join("");
    const durable = new Promise<boolean>((done) => {
      this.#queue.push({ lines, events: events.length, first, done });
    });
    this.#flushing ??= this.#flush();
    return { first, durable };
  }

  /**
   * Saves positions and removes the segments that no output needs. Calls that arrive during a save share the next one.
   *
   * @param positions read when the save begins
   */
  savePositions(positions: () => ReadonlyMap<string, number>): Promise<void> {
    this.#nextSave ??= this.#savingPositions.then(() => {
      this.#nextSave = undefined;
      this.#savingPositions = this.#save(positions());
      return this.#savingPositions;
    });
    return this.#nextSave;
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#savingPositions;
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => {});
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const appends = this.#queue.splice(0);
      const isDurable = await this.#write(appends);
      for (const { done } of appends) done(isDurable);
    }
    this.#flushing = undefined;
  }

  async #write(appends: readonly Append[]): Promise<boolean> {
    try {
      this.#file ??= await this.#begin(appends[0]?.first ?? this.#next);
      const { handle, segment } = this.#file;
      await this.#files.run(async () => {
        await handle.appendFile(appends.map(({ lines }) => lines).join(""));
        await handle.datasync();
      });
      for (const { events, first } of appends) {
        this.#file.events += events;
        segment.last = first + events - 1;
      }
      if (this.#file.events >= SEGMENT_EVENTS) await this.#end();
      if (this.#complaint !== undefined) this.#log.info({ path: this.#folder }, "events can be written to disk again");
      this.#complaint = undefined;
      return true;
    } catch (error) {
      this.#complain("cannot be written", error);
      // A part of a line may be at its end.
      void this.#end();
      return false;
    }
  }

  async #begin(first: number): Promise<{ handle: FileHandle; segment: Segment; events: number }> {
    const path = join(this.#folder, `${String(first).padStart(16, "0")}.jsonl`);
    const handle = await this.#files.run(async () => {
      const file = await open(path, "a", FILE_MODE);
      // A umask can take rights away from the owner, too.
      await file.chmod(FILE_MODE);
      await this.#syncFolder();
      return file;
    });
    const segment = { path, last: first - 1 };
    this.#segments.push(segment);
    return { handle, segment, events: 0 };
  }

  async #end(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => {});
  }

  /** So that a new file has its name after a power cut, too. */
  async #syncFolder(): Promise<void> {
    const handle = await open(this.#folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #save(positions: ReadonlyMap<string, number>): Promise<void> {
    const path = join(this.#folder, POSITIONS);
    const temporary = `${path}.tmp`;
    try {
      const text = JSON.stringify({ format: 1, positions: Object.fromEntries(positions) });
      await this.#files.run(async () => {
        await writeFile(temporary, text, { mode: FILE_MODE });
        await rename(temporary, path);
      });
      await this.#trim(Math.min(...positions.values(), this.#next));
    } catch (error) {
      this.#complain("cannot be written", error);
    }
  }

  async #trim(needed: number): Promise<void> {
    while (this.#segments.length > KEPT_SEGMENTS + 1) {
      const [oldest] = this.#segments;
      if (oldest === undefined || oldest.last >= needed) return;
      this.#segments.shift();
      await this.#files.run((privateFiles) => privateFiles.remove(oldest.path));
    }
  }

  async #readPositions(): Promise<void> {
    let text: string;
    try {
      text = await this.#read(POSITIONS);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    try {
      const { positions } = JSON.parse(text) as { positions: Readonly<Record<string, unknown>> };
      for (const [output, position] of Object.entries(positions))
        if (Number.isSafeInteger(position)) this.#positions.set(output, Number(position));
    } catch {
      // A power cut may leave an empty file. Repeated events are better than lost ones.
      this.#positionsAreLost = true;
      this.#log.warn({ path: this.#folder }, "positions of event outputs are damaged: events are sent again");
    }
    this.#next = Math.max(this.#next, ...this.#positions.values());
  }

  async #readSegments(): Promise<void> {
    const names = await this.#files.run(() => readdir(this.#folder));
    for (const name of names.filter((each) => SEGMENT.test(each)).sort()) {
      const path = join(this.#folder, name);
      const segment = { path, last: Number(SEGMENT.exec(name)?.[1]) - 1 };
      for (const line of (await this.#read(name)).split("\n")) {
        const spooled = parsed(line);
        if (spooled === undefined) continue;
        this.#recovered.push(spooled);
        segment.last = Math.max(segment.last, spooled.seq);
      }
      this.#segments.push(segment);
      this.#next = Math.max(this.#next, segment.last + 1);
    }
  }

  async #read(name: string): Promise<string> {
    const bytes = await this.#files.run((privateFiles) => privateFiles.read(join(this.#folder, name)));
    return bytes.toString("utf8");
  }

  #complain(what: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (this.#complaint === what + code) return;
    this.#complaint = what + code;
    const detail = error instanceof Error ? error.message : String(error);
    this.#log.warn(
      { path: this.#folder, problem: detail },
      `events ${what} on disk: a crash may lose those that are not sent`,
    );
  }
}

/** A line of a segment; undefined for the rest of one that a crash cut off, and for what is no event. */
function parsed(line: string): SpooledEvent | undefined {
  try {
    const spooled = JSON.parse(line) as SpooledEvent;
    const { seq, event } = spooled;
    const isEvent = typeof event.id === "string" && typeof event.host === "string" && typeof event.seenAt === "number";
    const isWhole = event.type === "change" || typeof (event.type === "sel" ? event.entry : event.trap) === "object";
    return Number.isSafeInteger(seq) && isEvent && isWhole ? { seq, event: currentForm(event) } : undefined;
  } catch {
    return undefined;
  }
}

/** An event as the current version writes it. Earlier versions wrote the id of a record as the number `recordId`. */
function currentForm(event: HostEvent): HostEvent {
  if (event.type !== "sel" || event.entry.id !== undefined) return event;
  const { recordId, ...entry } = event.entry as LogEntry & { readonly recordId?: unknown };
  return { ...event, entry: { ...entry, id: String(recordId) } };
}
