import { randomInt } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** More than any file of ours; a larger one is something else. */
const MOST_BYTES = 64 * 2 ** 20;
const MOST_RANDOM = 2 ** 40;
/** Files that are being written: `<path>.<pid>.<number>.tmp`. */
const TEMPORARY = /\.\d+\.\d+\.tmp$/;

/** Small files that only this user may read, whatever the umask. */
export interface PrivateFiles {
  read(path: string): Promise<Buffer>;
  /** Writes beside the file, syncs and renames: a crash or a power cut leaves the old file or the new one. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Creates a folder and those above it; one that exists is made private. */
  makeFolder(path: string): Promise<void>;
  /** Removes what a killed process was writing. */
  removeTemporary(folder: string): Promise<void>;
}

export const privateFiles: PrivateFiles = {
  async read(path) {
    // Without O_NONBLOCK, opening a FIFO waits for a writer and occupies one of Node's four threads for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      assertSmallFile(await file.stat());
      return await file.readFile();
    } finally {
      await file.close();
    }
  },

  async write(path, bytes) {
    const beside = `${path}.${process.pid}.${randomInt(MOST_RANDOM)}.tmp`;
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      await fill(await open(beside, flags, FILE_MODE), bytes);
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => {});
      throw error;
    }
  },

  remove: (path) => rm(path, { force: true }),

  async makeFolder(path) {
    await makeFolders(path);
    await chmod(path, FOLDER_MODE);
  },

  async removeTemporary(folder) {
    for (const name of await readdir(folder)) if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
  },
};

function assertSmallFile(stats: Stats): void {
  if (!stats.isFile()) throw new Error("not a regular file");
  if (stats.size > MOST_BYTES) throw new Error(`larger than ${MOST_BYTES} bytes`);
}

async function fill(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    // A umask can take rights away from the owner, too.
    await file.chmod(FILE_MODE);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Not mkdir's own recursion: that never ends where the file system says "no such folder" of one whose parent is
 * there, as /proc does.
 */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, FOLDER_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path, FOLDER_MODE);
  }
}
