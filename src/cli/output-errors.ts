import { fileProblem } from "../lib/index.ts";

/**
 * Ends the process with one sentence if standard output cannot be written, e.g. on a full disk, and quietly if its
 * reader has gone away, as in `lightsout probe HOST | head`.
 */
export function endOnOutputErrors(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    process.stderr.write(`lightsout: cannot write to standard output: ${fileProblem(error)}\n`);
    process.exit(1);
  });
  // Nobody is left to read about it.
  process.stderr.on("error", () => process.exit(process.exitCode ?? 1));
}
