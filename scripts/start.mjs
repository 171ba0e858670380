/**
 * `npm start`: installs and builds what is missing, then runs the exporter with the configuration in LIGHTSOUT_CONFIG
 * or ./lightsout.yml, or with a simulated data centre if there is neither.
 * Arguments are passed to the exporter: `npm start -- --web.listen-address :9700`.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { currentBuild, nodePackages, root } from "./steps.mjs";

const args = process.argv.slice(2);
const main = join(root, "dist", "cli", "main.js");

/** Runs a lightsout command and resolves to its exit code. Forwards signals; the second signal kills the command. */
function lightsout(command, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, command, ...args], {
      cwd: process.cwd(),
      stdio: ["ignore", "inherit", "inherit"],
    });
    let signals = 0;
    const pass = (signal) => child.kill(signals++ === 0 ? signal : "SIGKILL");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass);
    // npm sends SIGTERM to the shell between npm and this script. The shell exits without forwarding it.
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== "start" || process.ppid === shell) return;
      clearInterval(watch);
      pass("SIGTERM");
    }, 200);
    // The child also gets a Ctrl-C from the terminal, so its end after a signal is not a failure.
    child.once("close", (code, signal) => {
      clearInterval(watch);
      done(code ?? (signals > 0 && signal !== "SIGKILL" ? 0 : 1));
    });
    child.once("error", (error) => {
      console.error(error.message);
      done(1);
    });
  });
}

async function run() {
  if ((await nodePackages()) !== 0 || (await currentBuild()) !== 0) return 1;
  if (!existsSync(main)) {
    console.error("The build did not create dist/cli/main.js; nothing to start.");
    return 1;
  }
  if (args.some((a) => a === "--config.file" || a.startsWith("--config.file="))) return lightsout("serve", args);
  const config = process.env.LIGHTSOUT_CONFIG ?? (existsSync("lightsout.yml") ? "lightsout.yml" : undefined);
  if (config !== undefined) return lightsout("serve", ["--config.file", config, ...args]);
  return lightsout("demo", args);
}

process.exitCode = await run().catch((error) => {
  console.error(error.message);
  return 1;
});
