import { randomUUID } from "node:crypto";
import { closeSync, constants, openSync } from "node:fs";
import { rename, stat, unlink } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const NAME = "lock";
/** Bytes of a socket's path, without the last. */
const LONGEST_PATH = 107;
const ANSWER_MS = 1000;
const MOST_OWNER_BYTES = 512;
/** Time in which a process that removed the same dead lock would have put its own in its place. */
const RACE_MS = 100;
const TRIES = 10;

/** Another process uses the folder. */
export class FolderInUseError extends Error {
  override readonly name = "FolderInUseError";
  /** As the other process names itself. */
  readonly owner: string;

  constructor(folder: string, owner: string) {
    super(`${folder} is in use by ${owner}`);
    this.owner = owner;
  }
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder for this process: a Unix socket in it that answers with the owner's name. A dead process does not
 * answer, and its lock is replaced; unlike the number of a process, this holds between containers on one machine.
 *
 * @param owner one line for the sentence that refuses others, e.g. "process 4711"
 * @throws FolderInUseError, or the system's error where the file system has no sockets
 */
export async function lockFolder(folder: string, owner: string): Promise<FolderLock> {
  const place = new Place(folder);
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const server = await listen(place.path, owner);
      if (server && (await isStillOurs(place.path))) return new HeldLock(server, place);
      server?.close();
      const found = await identityOf(place.path);
      const other = await ownerOf(place.path);
      if (typeof other === "object") throw new FolderInUseError(folder, other.owner);
      // What came or went meanwhile is looked at again.
      if (other === "dead" && found !== undefined) await removeDead(place.path, found);
    }
    throw new FolderInUseError(folder, "processes that start at the same time");
  } catch (error) {
    place.close();
    throw error;
  }
}

class HeldLock implements FolderLock {
  readonly #server: Server;
  readonly #place: Place;

  constructor(server: Server, place: Place) {
    this.#server = server;
    this.#place = place;
  }

  /** Node removes the socket. */
  async release(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#place.close();
  }
}

/** The path of the socket; by the open folder where it would be too long. */
class Place {
  readonly path: string;
  readonly #folder: number | undefined;

  constructor(folder: string) {
    const path = join(folder, NAME);
    if (Buffer.byteLength(path) <= LONGEST_PATH) {
      this.path = path;
      return;
    }
    this.#folder = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    this.path = `/proc/self/fd/${this.#folder}/${NAME}`;
  }

  close(): void {
    if (this.#folder !== undefined) closeSync(this.#folder);
  }
}

/** Undefined where something has the path already. */
function listen(path: string, owner: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => {
      client.on("error", () => {});
      client.end(`${owner}\n`);
    });
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server));
    server.unref();
  });
}

/** "dead" where nobody answers: the lock of a dead process, or no socket. "gone": the lock was just removed. */
function ownerOf(path: string): Promise<{ readonly owner: string } | "dead" | "gone"> {
  return new Promise((resolve) => {
    let answer = "";
    let isConnected = false;
    let isGone = false;
    const client = createConnection(path);
    const end = (): void => {
      client.destroy();
      if (isGone) resolve("gone");
      else resolve(isConnected ? { owner: answer.split("\n")[0]?.trim() || "another process" } : "dead");
    };
    client.setTimeout(ANSWER_MS, end);
    client.on("connect", () => {
      isConnected = true;
    });
    client.on("data", (bytes) => {
      answer += bytes.toString("utf8");
      if (answer.length > MOST_OWNER_BYTES) end();
    });
    client.on("end", end);
    client.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") isGone = true;
      end();
    });
  });
}

/** Identifies one socket: numbers of inodes are used again. Undefined where there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  const file = await stat(path).catch(() => undefined);
  return file && `${file.ino} ${file.mtimeMs}`;
}

/** Of two processes that remove one dead lock, the second one may remove the new lock of the first one, too. */
async function isStillOurs(path: string): Promise<boolean> {
  const before = await identityOf(path);
  await delay(RACE_MS);
  return before !== undefined && before === (await identityOf(path));
}

/** Removes the lock that was found dead. Another process may have replaced it since: its lock is put back. */
async function removeDead(path: string, found: string): Promise<void> {
  const aside = `${path}.${process.pid}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    // Somebody else removed it.
    return;
  }
  if ((await identityOf(aside)) === found) await unlink(aside).catch(() => {});
  else await rename(aside, path).catch(() => {});
}
