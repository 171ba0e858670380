import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a measurement (see worker.mjs) in a separate process. */
export async function startMeasurement(module, options, execArgv = []) {
  const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
  const child = fork(worker, [new URL(module, import.meta.url).href], { execArgv });
  const ended = once(child, "exit").then(([code]) => code);
  const next = () => {
    const message = once(child, "message").then(([{ result }]) => result);
    const early = ended.then((code) => {
      throw new Error(`${module} ended with code ${code}`);
    });
    return Promise.race([message, early]);
  };
  // Sent as a message, because the addresses of a fleet are longer than an argument may be.
  child.send({ options });
  await next();
  return {
    /** Runs one round and returns its figures. */
    round(what = {}) {
      child.send({ round: what });
      return next();
    },
    async close() {
      child.send({ close: true });
      await ended;
    },
  };
}
