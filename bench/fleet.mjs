/** Shared by the measurements: the responder's fleet, the login, and CPU time and duration of one round. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const USER = "monitor";
export const PASSWORD = "bench-password";
/** BMCs that are polled at the same time while commands and polls are measured. */
export const IN_FLIGHT = 128;

/** BMCs per process. Each BMC is a socket, and systems limit the open files of a process. */
const BMCS_PER_RESPONDER = 9_000;
/** The BMCs have the addresses 127.77.0.1 to 127.77.255.254. */
export const MOST_BMCS = 65_000;

/**
 * Starts a process that plays `bmcs` BMCs. Returns their addresses and a function that stops the process.
 *
 * @param from number of the first BMC, if other processes play those with lower numbers
 * @param variant `models`: number of board models, in turn; `halfDiscrete`: half of the sensors are discrete;
 *   `latencyMs`: time until a BMC answers
 */
export async function startResponder(bmcs, from = 0, variant = {}) {
  const args = [String(bmcs), String(from), JSON.stringify(variant)];
  const { listening, stop } = await startServer("responder.mjs", args);
  return { remotes: listening.addresses.map((address) => ({ address, port: listening.port })), stop };
}

/** Starts a server of this folder in a separate process; `listening` is the line of JSON that it prints first. */
export async function startServer(name, args = []) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(() => {
      throw new Error(`${name} did not start`);
    }),
  ]);
  return {
    listening: JSON.parse(line),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** BMCs in as many processes as necessary. The fleet grows on demand; existing BMCs keep their addresses. */
export class GrowingFleet {
  #variant;
  #responders = [];
  #remotes = [];

  /** @param variant as for startResponder */
  constructor(variant = {}) {
    this.#variant = variant;
  }

  /** Addresses of the first `bmcs` BMCs. */
  async first(bmcs) {
    while (this.#remotes.length < bmcs) {
      const from = this.#remotes.length;
      const responder = await startResponder(Math.min(BMCS_PER_RESPONDER, bmcs - from), from, this.#variant);
      this.#responders.push(responder);
      this.#remotes.push(...responder.remotes);
    }
    return this.#remotes.slice(0, bmcs);
  }

  async stop() {
    for (const responder of this.#responders) await responder.stop();
  }
}

/** The login of an exporter, with one cipher suite. */
export function loginWith(suite) {
  const credentials = { userName: Buffer.from(USER), password: Buffer.from(PASSWORD) };
  return { credentials, privilege: 2, cipherSuites: [suite] };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs `work` and returns its CPU time (this process, user and system) and its duration, in microseconds. */
export async function measured(work) {
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: user + system, wall: Number((process.hrtime.bigint() - begin) / 1000n) };
}

/** Runs `work` for each item, `limit` at a time. */
export async function inParallel(items, limit, work) {
  const queue = items.values();
  const one = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, one));
}
