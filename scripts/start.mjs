/**
 * `npm start`: installs and builds what is missing, then serves what is at hand: the configuration in
 * LIGHTSOUT_CONFIG or ./lightsout.yml, or else a simulated data centre.
 * Arguments go to the exporter: `npm start -- --web.listen-address :9700`.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { currentBuild, nodePackages, root } from "./steps.mjs";

const asked = process.argv.slice(2);
const main = join(root, "dist", "cli", "main.js");

/** Runs a command of lightsout to its end; signals are passed on, the second one hard. Resolves to an exit code. */
function lightsout(command, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, command, ...args], {
      cwd: process.cwd(),
      stdio: ["ignore", "inherit", "inherit"],
    });
    let signals = 0;
    const pass = (signal) => child.kill(signals++ === 0 ? signal : "SIGKILL");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass);
    // npm passes a SIGTERM to the shell between us, which dies of it and tells nobody.
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== "start" || process.ppid === shell) return;
      clearInterval(watch);
      pass("SIGTERM");
    }, 200);
    // A Ctrl-C reaches the child from the terminal as well; that it is gone after one of these is no failure.
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
    console.error("There is no dist/cli/main.js after the build; nothing to start.");
    return 1;
  }
  if (asked.some((a) => a === "--config.file" || a.startsWith("--config.file="))) return lightsout("serve", asked);
  const config = process.env.LIGHTSOUT_CONFIG ?? (existsSync("lightsout.yml") ? "lightsout.yml" : undefined);
  if (config !== undefined) return lightsout("serve", ["--config.file", config, ...asked]);
  return lightsout("demo", asked);
}

process.exitCode = await run().catch((error) => {
  console.error(error.message);
  return 1;
});
