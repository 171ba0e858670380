/**
 * `npm start`: installs and builds what is missing, then serves what is at hand: the configuration in
 * LIGHTSOUT_CONFIG or ./lightsout.yml, or else a demo server played by OpenIPMI's simulator.
 * Arguments go to `lightsout serve`: `npm start -- --web.listen-address :9700`.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentBuild, installed, nodePackages, root } from "./steps.mjs";

const EXAMPLE = `  auths:
    default: { username: monitor, password_env: BMC_PASSWORD }
  targets:
    - hosts: node[001-036]
      address: "{host}-bmc.example.org"
      rack: r1`;

const asked = process.argv.slice(2);
const main = join(root, "dist", "cli", "main.js");

/** A UDP port of the loopback address nobody uses now. */
function freePort() {
  return new Promise((found, failed) => {
    const socket = createSocket("udp4");
    socket.once("error", failed);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => found(port));
    });
  });
}

/** Whether a BMC answers Get Channel Authentication Capabilities there. */
function answers(port) {
  return new Promise((done) => {
    const socket = createSocket("udp4");
    const end = (answer) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.close();
      done(answer);
    };
    const timer = setTimeout(() => end(false), 200);
    socket.once("message", () => end(true));
    socket.once("error", () => end(false));
    socket.connect(port, "127.0.0.1", () =>
      socket.send(Buffer.from("0600ff07000000000000000000092018c88104380e0431", "hex")),
    );
  });
}

/** Starts the demo server in a temporary folder; its configuration file and how to end it. */
async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), "lightsout-demo-"));
  const port = await freePort();
  const demo = (name) => join(root, "scripts", "demo", name);
  mkdirSync(join(folder, "state"));
  writeFileSync(join(folder, "lan.conf"), readFileSync(demo("lan.conf"), "utf8").replaceAll("@PORT@", String(port)));
  writeFileSync(
    join(folder, "lightsout.yml"),
    readFileSync(demo("lightsout.yml"), "utf8").replaceAll("@PORT@", String(port)),
  );
  // Its input is our pipe: it ends when that closes, so it cannot outlive us. A group of its own, so that Ctrl-C is ours to handle.
  const args = ["-c", join(folder, "lan.conf"), "-f", demo("board.emu"), "-s", join(folder, "state")];
  const sim = spawn("ipmi_sim", args, { stdio: ["pipe", "ignore", "ignore"], detached: true });
  const ended = new Promise((done) => sim.once("close", done).once("error", done));
  sim.stdin.on("error", () => {});
  const stop = async () => {
    sim.kill("SIGTERM");
    await Promise.race([ended, sleep(2000, undefined, { ref: false })]);
    sim.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries < 50 && sim.exitCode === null && sim.signalCode === null) {
      await sleep(50);
      continue;
    }
    await stop();
    throw new Error("the demo server (ipmi_sim) did not start");
  }
  return { config: join(folder, "lightsout.yml"), stop };
}

/** Runs `lightsout serve` to its end; signals are passed on, the second one hard. Resolves to an exit code. */
function serve(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, "serve", ...args], {
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
  if (asked.some((a) => a === "--config.file" || a.startsWith("--config.file="))) return serve(asked);
  const config = process.env.LIGHTSOUT_CONFIG ?? (existsSync("lightsout.yml") ? "lightsout.yml" : undefined);
  if (config !== undefined) return serve(["--config.file", config, ...asked]);
  if (!installed("ipmi_sim")) {
    console.error(
      `There is nothing to serve yet. Write a lightsout.yml here (or name one in LIGHTSOUT_CONFIG), for example:\n\n${EXAMPLE}\n\n` +
        "then run BMC_PASSWORD=... npm start. To look at it without hardware, install OpenIPMI's simulator\n(Debian: apt-get install openipmi) and run npm start again.",
    );
    return 1;
  }
  const demo = await startDemo();
  console.log("No lightsout.yml here: serving a demo server played by OpenIPMI's simulator.");
  try {
    return await serve(["--config.file", demo.config, ...asked]);
  } finally {
    await demo.stop();
  }
}

process.exitCode = await run().catch((error) => {
  console.error(error.message);
  return 1;
});
