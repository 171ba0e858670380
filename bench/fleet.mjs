/** What the measurements share: the responder's fleet, the login, and numbers of one round. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const USER = "monitor";
export const PASSWORD = "bench-password";
/** Conversations in flight while commands and polls are measured. */
export const IN_FLIGHT = 128;

/** Starts a process that plays `bmcs` BMCs: their remotes, and how to end it. */
export async function startResponder(bmcs) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("responder.mjs", import.meta.url)), String(bmcs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(() => {
      throw new Error("the responder did not start");
    }),
  ]);
  const { addresses, port } = JSON.parse(line);
  return {
    remotes: addresses.map((address) => ({ address, port })),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
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
