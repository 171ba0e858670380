import { createInterface } from "node:readline/promises";
import { Secret } from "../../lib/index.ts";
import { Refusal } from "./refusal.ts";

/** Both ends of a question are a terminal. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** A line from the terminal. Ctrl-C rejects with Refusal. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question, { signal: interrupted(lines) })).trim();
  } catch {
    throw new Refusal("interrupted; nothing was sent");
  } finally {
    lines.close();
  }
}

function interrupted(lines: ReturnType<typeof createInterface>): AbortSignal {
  const controller = new AbortController();
  for (const event of ["SIGINT", "close"] as const) lines.once(event, () => controller.abort());
  return controller.signal;
}

const ENTER = new Set(["\r", "\n"]);
const INTERRUPT = new Set(["\u0003", "\u0004"]);
const ERASE = new Set(["\u007f", "\b"]);

/** A password from the terminal, which does not show it. */
export async function askPassword(question: string): Promise<Secret> {
  const { stdin, stderr } = process;
  if (!hasTerminal()) throw new Refusal("--ask-password needs a terminal; give --password-file");
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  try {
    return new Secret(await typedLine(stdin));
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

function typedLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = "";
    const onData = (text: string): void => {
      for (const character of text) {
        if (ENTER.has(character) || INTERRUPT.has(character)) {
          input.off("data", onData);
          if (ENTER.has(character)) resolve(typed);
          else reject(new Refusal("interrupted; nothing was sent"));
          return;
        }
        typed = ERASE.has(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    input.on("data", onData);
  });
}
