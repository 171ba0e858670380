import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder, untilReady, whenWeAreGone } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { type RunResult, run } from "../rig/run.ts";
import { builtMain } from "./build.ts";

export interface LightsoutOptions {
  /** lightsout.yml as text, or as a value that is written as JSON, which is YAML as well. */
  readonly config: string | object;
  /** Files that lie beside it. */
  readonly files?: Readonly<Record<string, string>>;
  /** More flags. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take until it says it is ready. */
  readonly readyWithinMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** The exporter as a user runs it: a process of its own. */
export interface Lightsout {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Folder of lightsout.yml. */
  readonly folder: string;
  /** All it printed so far, standard output and standard error. */
  logs(): string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string): Promise<Answer>;
  /** Samples of a path, by series as written. */
  samples(path: string): Promise<Map<string, number>>;
  /** Writes lightsout.yml or a file beside it anew. */
  write(config: string | object, name?: string): void;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM; how it ended and how long that took. SIGKILL after 15 s. */
  stop(): Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

const asText = (config: string | object): string => (typeof config === "string" ? config : JSON.stringify(config));

/** Samples of an exposition, by series as written. */
export function samplesOf(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][^ {]*(?:\{.*\})?) (\S+)$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], Number(match[2]));
  }
  return found;
}

/** Runs one command of the program to its end. */
export async function lightsout(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<RunResult> {
  return run(process.execPath, [await builtMain(), ...args], options);
}

function shown(answer: unknown): string {
  // What a host is called, how it is: the readings would be pages.
  const samples = answer instanceof Map ? [...answer].filter(([series]) => /^bmc_(up|fail|part)/.test(series)) : answer;
  return JSON.stringify(samples)?.slice(0, 2000);
}

/** Asks again and again until the answer is as wished; fails with the last answer. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  good: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms; last: ${shown(answer)}`);
    await sleep(50);
  }
}

/** A folder with lightsout.yml and what lies beside it. */
export function configFolder(
  config: string | object,
  files: Readonly<Record<string, string>> = {},
): {
  readonly folder: string;
  readonly file: string;
  write(text: string | object, name?: string): void;
  remove(): void;
} {
  const { path: folder, remove } = temporaryFolder("e2e");
  const write = (text: string | object, name = "lightsout.yml"): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), asText(text));
  };
  write(config);
  for (const [name, text] of Object.entries(files)) write(text, name);
  return { folder, file: join(folder, "lightsout.yml"), write, remove };
}

/** Starts `lightsout serve` on a free loopback port and waits until it is ready. */
export async function startLightsout(options: LightsoutOptions): Promise<Lightsout> {
  const main = await builtMain();
  const { folder, file, write, remove } = configFolder(options.config, options.files);
  const reserved = await reservePort();
  const url = `http://127.0.0.1:${reserved.port}`;
  const args = ["serve", "--config.file", file, "--web.listen-address", `127.0.0.1:${reserved.port}`];
  const child = spawn(process.execPath, [main, ...args, ...(options.args ?? [])], {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  let ending: Omit<Ending, "tookMs"> | undefined;
  const ended = new Promise<void>((done) =>
    child.once("close", (code, signal) => {
      ending = { code, signal };
      reserved.release();
      done();
    }),
  );
  void ended.then(whenWeAreGone({ pid: child.pid }));

  const get = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(30_000), ...init });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const stop = async (): Promise<Ending> => {
    const begin = performance.now();
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(late);
    remove();
    return { code: ending?.code ?? null, signal: ending?.signal ?? null, tookMs: performance.now() - begin };
  };
  const ready = (): Promise<boolean> =>
    get("/-/ready").then(
      ({ status }) => status === 200,
      () => false,
    );
  const rigChild = {
    get running() {
      return ending === undefined;
    },
    output: () => text,
    kill: async () => void (await stop()),
  };
  await untilReady(rigChild, ready, "lightsout serve", options.readyWithinMs ?? 30_000);

  return {
    url,
    port: reserved.port,
    pid: child.pid ?? 0,
    folder,
    logs: () => text,
    get: (path, headers) => get(path, { headers }),
    post: (path) => get(path, { method: "POST" }),
    samples: async (path) => samplesOf((await get(path)).text),
    write,
    signal: (signal) => void child.kill(signal),
    stop,
  };
}
