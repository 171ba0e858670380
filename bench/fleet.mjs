/** What the measurements share: the responder's fleet, the login, and numbers of one round. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const USER = "monitor";
export const PASSWORD = "bench-password";
/** Conversations in flight while commands and polls are measured. */
export const IN_FLIGHT = 128;

/** Sockets that one process has: less than the files systems allow it, and each BMC is a socket. */
const BMCS_PER_RESPONDER = 9_000;
/** The loopback network has 127.77.0.1 to 127.77.255.254 for them. */
export const MOST_BMCS = 65_000;

/**
 * Starts a process that plays `bmcs` BMCs: their remotes, and how to end it.
 *
 * @param from number of the first, for another process that plays the ones before
 */
export async function startResponder(bmcs, from = 0) {
  const script = fileURLToPath(new URL("responder.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, String(bmcs), String(from)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(() => {
      throw new Error("the responder did not start");
    }),
  ]);
  const told = JSON.parse(line);
  return {
    remotes: told.addresses.map((address) => ({ address, port: told.port })),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** BMCs in as many processes as it takes, more of them when more are asked for: those there are stay where they are. */
export class GrowingFleet {
  #responders = [];
  #remotes = [];

  /** The remotes of the first so many. */
  async first(bmcs) {
    while (this.#remotes.length < bmcs) {
      const from = this.#remotes.length;
      const responder = await startResponder(Math.min(BMCS_PER_RESPONDER, bmcs - from), from);
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

/** Runs `work` and gives its CPU time (this process, user and system) and its duration, in microseconds. */
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
