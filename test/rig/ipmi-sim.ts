import { createSocket } from "node:dgram";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Board, type BoardSensor, boardCommands, readingCommands, selStateFile } from "./board.ts";
import { fullBoard } from "./boards/full-board.ts";
import { type RigChild, startChild, temporaryFolder, untilReady } from "./child.ts";
import { reservePort } from "./ports.ts";

/**
 * OpenIPMI's ipmi_sim with a board of ours, as a child of the test.
 *
 * What it cannot do (2.0.33): suite 17 and every SHA256 suite, MD2, DCMI, Get Sensor Reading Factors,
 * the "reading unavailable" bit, chassis faults, passwords or Kg keys set over LAN beyond 16 bytes.
 * Its HMAC-MD5 suites (6-8) make K1 and K2 from 16-byte constants where every client uses 20: no sessions.
 * Its SEL clock starts near 0 and runs from boot of the machine until it is set.
 */
type SimPrivilege = "callback" | "user" | "operator" | "admin";
type SimAuthType = "none" | "md2" | "md5" | "straight";

export interface SimUser {
  /** At most 16 bytes. */
  readonly name: string;
  /** At most 20 bytes; IPMI 1.5 uses the first 16. */
  readonly password: string;
  readonly privilege: SimPrivilege;
  /** Disabled users exist and cannot log in. */
  readonly enabled?: boolean;
  /** For IPMI 1.5; all the channel allows unless given. */
  readonly authTypes?: readonly SimAuthType[];
}

interface IpmiSimOptions {
  readonly board?: Board;
  readonly users?: readonly SimUser[];
  /** The BMC key of two-key logins, at most 19 bytes of text without spaces. */
  readonly kg?: string;
  /** IPMI 1.5 authentication types the channel offers; an empty list leaves only RMCP+. */
  readonly authTypes?: readonly SimAuthType[];
  readonly privilegeLimit?: SimPrivilege;
  /** Per-message authentication of IPMI 1.5; default on. */
  readonly perMessageAuth?: boolean;
  /** 32 hex digits. */
  readonly guid?: string;
  /** Chassis power at start; default on. */
  readonly power?: boolean;
  /** A loopback address; many simulators can share the port number when each has an address of its own. */
  readonly address?: string;
  readonly selCapacity?: number;
  /** TCP port on 127.0.0.1 that plays the serial port of the host for SOL. */
  readonly solPort?: number;
  /** More lines for the simulator, see ipmi_sim_cmd(5), run after the board is there. */
  readonly commands?: readonly string[];
}

export interface IpmiSim {
  readonly address: string;
  readonly port: number;
  readonly board: Board;
  readonly users: readonly SimUser[];
  readonly guid: string;
  /** Runs one console command; rejects when the simulator refuses it. */
  command(line: string): Promise<void>;
  /** Changes what a sensor answers: reading byte and states, one mask for each sensor of a shared record. */
  setReading(sensor: BoardSensor, raw: number, states?: readonly number[]): Promise<void>;
  /** Adds an event record (13 bytes after the record type); the simulator stamps it with its own clock. */
  addEvent(recordType: number, data: readonly number[]): Promise<void>;
  /** Ends the simulator as an operator would and removes everything it left. */
  stop(): Promise<void>;
  /** Ends it hard, as a power cut: sessions are gone, state and port are kept for `restart()`. */
  kill(): Promise<void>;
  /** Ends it if it runs and starts it again on the same port with the event log and users it had. */
  restart(): Promise<void>;
}

/** One of every privilege and password length; `user(sim, "admin")` picks one. */
const defaultUsers: readonly SimUser[] = [
  { name: "admin", password: "secret", privilege: "admin" },
  { name: "monitor", password: "watch-the-fans", privilege: "user" },
  { name: "operator", password: "0123456789abcdef", privilege: "operator" },
  { name: "long", password: "Ninet33n-byte-passw", privilege: "admin" },
  { name: "longest", password: "Exactly-20-bytes-pw!", privilege: "user" },
  { name: "sixteen-byte-usr", password: "pw", privilege: "user" },
  { name: "former", password: "gone", privilege: "admin", enabled: false },
];

/** The user of that name, for tests. */
export function simUser(sim: Pick<IpmiSim, "users">, name: string): SimUser {
  const found = sim.users.find((u) => u.name === name);
  if (found === undefined) throw new Error(`the simulator has no user ${name}`);
  return found;
}

const DEFAULT_GUID = "a123456789abcdefa123456789abcdef";
/** User 1 is the null user by definition; ours begin after it. */
const FIRST_USER = 2;
const CONFIG_PASSWORD_MAX = 19;

const text = (value: string): string => {
  if (/[\s"]/.test(value)) throw new Error("ipmi_sim takes no blanks or quotes in names and passwords");
  return `"${value}"`;
};

/** lan.conf, see ipmi_lan(5). */
function lanConfig(
  o: IpmiSimOptions & { address: string; port: number; users: readonly SimUser[] },
  folder: string,
): string {
  const auth = (o.authTypes ?? ["md5", "straight", "none"]).join(" ");
  const user = (u: SimUser, i: number): string => {
    // Names of 16 bytes have no place for the closing zero of the text form, so all are given in hex.
    const name = Buffer.alloc(16, 0);
    name.write(u.name, "latin1");
    const password = text(u.password.slice(0, CONFIG_PASSWORD_MAX));
    const types = (u.authTypes ?? ["md5", "straight", "none"]).join(" ");
    return `  user ${FIRST_USER + i} ${u.enabled === false ? "false" : "true"} ${name.toString("hex")} ${password} ${u.privilege} 10 ${types}`;
  };
  return `${[
    'name "board"',
    "set_working_mc 0x20",
    "  startlan 1",
    `    addr ${o.address} ${o.port}`,
    `    priv_limit ${o.privilegeLimit ?? "admin"}`,
    ...["callback", "user", "operator", "admin"].map((level) => `    allowed_auths_${level} ${auth}`),
    `    per_msg_auth ${o.perMessageAuth === false ? "false" : "true"}`,
    `    guid ${o.guid ?? DEFAULT_GUID}`,
    ...(o.kg === undefined ? [] : [`    bmc_key ${text(o.kg)}`]),
    "  endlan",
    ...(o.solPort === undefined ? [] : [`  sol "tcp:127.0.0.1:${o.solPort}" 115200`]),
    `  chassis_control ${text(join(folder, "chassis"))}`,
    ...o.users.map(user),
  ].join("\n")}\n`;
}

/** Chassis power as a file of one digit, which ipmi_sim reads and writes through this program. */
const CHASSIS_PROGRAM = `#!/bin/sh
state="$0.power"
case "$1 $2" in
  "get power") echo "power:$(cat "$state")" ;;
  "get boot") echo "boot:default" ;;
  "set power") echo "$3" > "$state" ;;
  "set shutdown") echo 0 > "$state" ;;
  "set reset" | "set boot" | "set identify") ;;
  *) echo "unknown: $*"; exit 1 ;;
esac
`;

/** Passwords of 20 bytes do not fit the configuration file; the file the simulator keeps its users in takes them. */
function userState(users: readonly SimUser[]): string {
  const lines = users.flatMap((u, i) => {
    const bytes = Buffer.alloc(20);
    if (u.password.length <= CONFIG_PASSWORD_MAX || bytes.write(u.password, "latin1") > bytes.length) return [];
    return [`${FIRST_USER + i}.passwd:d:${[...bytes].map((b) => `\\${b.toString(16).padStart(2, "0")}`).join("")}`];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Get Channel Authentication Capabilities for the channel it arrives on, privilege administrator, in IPMI 1.5 framing. */
const PROBE = Buffer.from("0600ff07000000000000000000092018c88104380e0431", "hex");

/** Whether an IPMI BMC answers there within `timeoutMs`. */
function ipmiAnswers(address: string, port: number, timeoutMs = 200): Promise<boolean> {
  return new Promise((done) => {
    const socket = createSocket("udp4");
    let open = true;
    const finish = (answer: boolean): void => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      socket.close(() => done(answer));
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.once("message", (packet) => finish(packet.length > 20 && packet[19] === 0x38));
    socket.once("error", () => finish(false)); // port unreachable: not there yet
    socket.connect(port, address, () => socket.send(PROBE, () => {}));
  });
}

/** Starts a simulator on a free port and waits until it answers. */
export async function startIpmiSim(options: IpmiSimOptions = {}): Promise<IpmiSim> {
  const address = options.address ?? "127.0.0.1";
  const board = options.board ?? fullBoard;
  const users = options.users ?? defaultUsers;
  const folder = temporaryFolder("ipmi-sim");
  const reserved = await reservePort(address);
  const { port } = reserved;
  const file = (name: string): string => join(folder.path, name);
  const state = join(folder.path, "state", "ipmi_sim", "board");

  mkdirSync(state, { recursive: true });
  writeFileSync(file("lan.conf"), lanConfig({ ...options, address, port, users }, folder.path));
  writeFileSync(
    file("board.emu"),
    `${[...boardCommands(board, options.selCapacity), ...(options.commands ?? [])].join("\n")}\n`,
  );
  writeFileSync(file("chassis"), CHASSIS_PROGRAM);
  chmodSync(file("chassis"), 0o755);
  writeFileSync(file("chassis.power"), options.power === false ? "0" : "1");
  writeFileSync(join(state, "sel.20"), selStateFile(board.sel));
  const stateOfUsers = userState(users);
  if (stateOfUsers !== "") writeFileSync(join(state, "users.mc20"), stateOfUsers);

  // Standard input is our pipe: the simulator reads console commands from it and ends when it closes,
  // so it does not outlive even a test process that was killed.
  const launch = async (): Promise<RigChild> => {
    const child = await startChild("ipmi_sim", ["-c", file("lan.conf"), "-f", file("board.emu"), "-s", file("state")]);
    await untilReady(child, () => ipmiAnswers(address, port), "ipmi_sim");
    const refused = child.output().match(/^(\*\*|Error on line|Unable to).*$/m);
    if (refused !== null) {
      await child.kill();
      throw new Error(`ipmi_sim did not take its configuration: ${refused[0]}`);
    }
    return child;
  };

  const clean = (): void => {
    folder.remove();
    reserved.release();
  };
  let child = await launch().catch((error: unknown) => {
    clean();
    throw error;
  });

  const command = async (line: string): Promise<void> => {
    const mark = child.printed;
    child.stdin.write(`${line}\n`);
    const deadline = performance.now() + 5000;
    // the prompt comes back when the command has run
    while (!/> $/.test(child.outputSince(mark))) {
      if (!child.running || performance.now() > deadline) throw new Error(`ipmi_sim does not answer: ${line}`);
      await sleep(2);
    }
    const refused = child.outputSince(mark).match(/^\*\*.*$/m);
    if (refused !== null) throw new Error(`ipmi_sim: ${line}: ${refused[0]}`);
  };

  return {
    address,
    port,
    board,
    users,
    guid: options.guid ?? DEFAULT_GUID,
    command,
    async setReading(sensor, raw, states) {
      for (const line of readingCommands(sensor, raw, states)) await command(line);
    },
    async addEvent(recordType, data) {
      const bytes = [recordType, ...data].map((b) => `0x${b.toString(16)}`);
      await command(`sel_add 0x20 ${bytes.join(" ")}`);
    },
    async stop() {
      await child.stop();
      clean();
    },
    kill: () => child.kill(),
    async restart() {
      await child.stop();
      child = await launch();
    },
  };
}
