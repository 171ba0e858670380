import { spawn } from "node:child_process";
import { eventually } from "../e2e/lightsout.ts";
import { whenWeAreGone } from "../rig/child.ts";

/** A running program under test. */
export interface Started {
  output(): string;
  /** Requests a URL until the answer is good; otherwise fails with the output of the program. */
  answers(url: string, good: (text: string) => boolean, withinMs?: number): Promise<string>;
  /** Sends SIGTERM and returns the exit code. */
  stop(): Promise<number | null>;
}

export function startProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly uid?: number | undefined; readonly env?: NodeJS.ProcessEnv },
): Started {
  const { cwd, uid, env } = options;
  const child = spawn(program, [...args], {
    cwd,
    env: env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  const ended = new Promise<number | null>((done) => {
    child.once("close", (code) => done(code));
    child.once("error", (error) => {
      text += error.message;
      done(null);
    });
  });
  void ended.then(whenWeAreGone({ pid: child.pid }));
  return {
    output: () => text,
    async answers(url, good, withinMs = 20_000) {
      const ask = () =>
        fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
          (answer) => answer.text(),
          () => "",
        );
      try {
        return await eventually(ask, (answer) => good(answer), withinMs);
      } catch (error) {
        throw new Error(`${url} did not give the expected answer; output of the program:\n${text.slice(-2000)}`, {
          cause: error,
        });
      }
    },
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
