import { execFile } from "node:child_process";

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; undefined when a signal ended it, ours at the deadline included. */
  readonly code: number | undefined;
}

/** Where and as whom a foreign client logs in. */
export interface Login {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** "lanplus" is RMCP+ (IPMI 2.0), "lan" is IPMI 1.5. */
  readonly protocol?: "lanplus" | "lan";
  /** Only for lanplus; default 3, which every tool and ipmi_sim support. */
  readonly cipherSuite?: number;
  /** Only for lan; default MD5. */
  readonly authType?: "none" | "md5" | "straight";
  readonly privilege?: "user" | "operator" | "admin";
  readonly kg?: string;
  /** Tries of ipmitool per packet, a second apart; default 4. */
  readonly tries?: number;
}

/** A program failed; the message holds its output and not its arguments. */
class RunError extends Error {
  readonly result: RunResult;
  constructor(program: string, result: RunResult) {
    super(
      `${program} ended with ${result.code ?? "a signal"}: ${(result.stderr || result.stdout).trim().slice(-2000)}`,
    );
    this.name = "RunError";
    this.result = result;
  }
}

/** Runs a program to its end with English words and UTC; rejects only when it cannot be started. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<RunResult> {
  return new Promise((done, failed) => {
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC", ...options.env };
    const child = execFile(
      program,
      [...args],
      {
        env,
        timeout: options.timeoutMs ?? 30_000,
        killSignal: "SIGKILL",
        maxBuffer: 64 * 1024 * 1024,
        encoding: "latin1",
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "string") failed(error);
        else done({ stdout, stderr, code: code ?? undefined });
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** As `run`; rejects with RunError unless the program exits with 0. */
export async function runOrFail(...args: Parameters<typeof run>): Promise<RunResult> {
  const result = await run(...args);
  if (result.code !== 0) throw new RunError(args[0], result);
  return result;
}

/** "Key : value" lines as a map; the first colon with a blank or end of line behind it separates. */
export function keyValues(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = line.match(/^\s*(.*?)\s*:(?:\s+(.*?))?\s*$/);
    if (match?.[1]) found.set(match[1], match[2] ?? "");
  }
  return found;
}
