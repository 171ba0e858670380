import { createSocket } from "node:dgram";
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A port that no other test uses until `release()`. */
export interface ReservedPort {
  readonly port: number;
  release(): void;
}

/**
 * Below the range the kernel hands out by itself, so that no client socket takes a port between our
 * look and the start of the program that binds it.
 */
const FIRST = 20_000;
const COUNT = 12_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes the lock file of a port; a lock whose process is gone is taken over. */
function lock(path: string): boolean {
  for (let round = 0; round < 2; round++) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, String(process.pid));
      closeSync(file);
      return true;
    } catch {
      let owner: number;
      try {
        owner = Number(readFileSync(path, "utf8"));
      } catch {
        continue; // just released
      }
      // An empty file is a lock in the making.
      if (owner === 0 || isAlive(owner)) return false;
      try {
        unlinkSync(path);
      } catch {
        return false;
      }
    }
  }
  return false;
}

function udpFree(address: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createSocket("udp4");
    socket.once("error", () => done(false));
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => done(true)));
  });
}

function tcpFree(address: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => done(true)));
  });
}

/**
 * A port that is free for UDP and TCP on `address`, reserved among all processes of this machine that
 * use this function. Needed because ipmi_sim binds with SO_REUSEADDR: two of them on one port
 * both start, and answer each other's clients.
 */
export async function reservePort(address = "127.0.0.1"): Promise<ReservedPort> {
  const folder = join(tmpdir(), "lightsout-ports");
  mkdirSync(folder, { recursive: true });
  for (let tries = 0; tries < 200; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const path = join(folder, String(port));
    if (!lock(path)) continue;
    const release = (): void => {
      try {
        unlinkSync(path);
      } catch {
        // gone already
      }
    };
    if ((await udpFree(address, port)) && (await tcpFree(address, port))) return { port, release };
    release();
  }
  throw new Error("no free port found in 200 tries");
}
