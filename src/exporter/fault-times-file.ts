import { join } from "node:path";
import { fileProblem, type GuardedFiles, type Logger } from "../lib/index.ts";
import { FaultTimes } from "../store/index.ts";

const NAME = "faults.json";

/**
 * The file of the state directory that keeps since when each fault lasts, so that a restart does not begin them anew. A
 * file that cannot be read or written causes a warning and nothing else.
 */
export class FaultTimesFile {
  readonly times = new FaultTimes();
  readonly #path: string;
  readonly #files: GuardedFiles;
  readonly #log: Logger;
  #problem: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, files: GuardedFiles, log: Logger) {
    this.#path = join(folder, NAME);
    this.#files = files;
    this.#log = log;
  }

  static async open(folder: string, files: GuardedFiles, log: Logger): Promise<FaultTimesFile> {
    const file = new FaultTimesFile(folder, files, log);
    try {
      file.times.restore((await files.run((f) => f.read(file.#path))).toString("utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") file.#warn("cannot read the times of faults", error);
    }
    return file;
  }

  /**
   * Writes the file if a fault began or ended. One write at a time.
   *
   * @param hosts number of hosts of the inventory
   */
  save(hosts: number, isHost: (name: string) => boolean): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      this.times.prune(hosts, isHost);
      const text = this.times.takeText();
      if (text === undefined) return;
      try {
        await this.#files.run((files) => files.write(this.#path, Buffer.from(text)));
        this.#problem = undefined;
      } catch (error) {
        this.times.setChanged();
        this.#warn("cannot save the times of faults", error);
      }
    });
    return this.#writing;
  }

  #warn(what: string, error: unknown): void {
    const problem = fileProblem(error);
    // A full disk is logged once and not at each attempt.
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.warn({ path: this.#path, problem }, what);
  }
}
