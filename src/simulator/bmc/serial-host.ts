import type { SerialLine, SerialProgram } from "./serial-line.ts";

const BOOT = [
  "BIOS 1.2.3  4 processors  65536 MB of memory",
  "Booting from disk 0",
  "[    0.000000] Linux version 6.1.0 (console=tty0 console=ttyS1,115200)",
  "[    0.412387] smp: Brought up 2 nodes, 64 CPUs",
  "[    3.108154] EXT4-fs (sda2): mounted filesystem with ordered data mode",
  "[    5.731020] systemd[1]: Reached target Multi-User System.",
];
const PANIC = [
  "[ 8123.441201] BUG: unable to handle page fault for address: ffffffffc0de0000",
  "[ 8123.441377] Oops: 0002 [#1] PREEMPT SMP NOPTI",
  "[ 8123.442519] Kernel panic - not syncing: Fatal exception",
  "[ 8123.442820] ---[ end Kernel panic - not syncing: Fatal exception ]---",
];
const ENTER = 0x0d;
const LINE_FEED = 0x0a;
const BACKSPACES = [0x08, 0x7f];
/** Longest line that can be typed. */
const LINE_LIMIT = 256;

/** A host with a login and a tiny shell on its serial port: echo, `reboot`, `exit`, `echo TEXT`. */
export class SerialHost implements SerialProgram {
  readonly #name: () => string;
  #state: "login" | "password" | "shell" | "stopped" = "login";
  #typed = "";

  /** @param name host name in the prompts */
  constructor(name: () => string) {
    this.#name = name;
  }

  boot(line: SerialLine): void {
    line.print(`${BOOT.join("\r\n")}\r\n`);
    this.#state = "login";
    this.#typed = "";
    this.#prompt(line);
  }

  panic(line: SerialLine): void {
    line.print(`\r\n${PANIC.join("\r\n")}\r\n`);
    this.#state = "stopped";
  }

  breakReceived(line: SerialLine): void {
    if (this.#state !== "stopped") line.print("\r\n[ 8000.000001] sysrq: HELP : reboot(b) crash(c) sync(s)\r\n");
  }

  input(bytes: Uint8Array, line: SerialLine): void {
    if (this.#state === "stopped") return;
    for (const byte of bytes) this.#key(byte, line);
  }

  #key(byte: number, line: SerialLine): void {
    if (byte === ENTER || byte === LINE_FEED) {
      const typed = this.#typed;
      this.#typed = "";
      line.print("\r\n");
      this.#entered(typed, line);
    } else if (BACKSPACES.includes(byte)) {
      if (this.#typed.length > 0 && this.#state !== "password") line.print("\b \b");
      this.#typed = this.#typed.slice(0, -1);
    } else if (this.#typed.length < LINE_LIMIT) {
      this.#typed += String.fromCharCode(byte);
      if (this.#state !== "password") line.print(Uint8Array.of(byte));
    }
  }

  #entered(typed: string, line: SerialLine): void {
    if (this.#state === "login" && typed !== "") this.#state = "password";
    else if (this.#state === "password") this.#state = "shell";
    else if (this.#state === "shell") {
      const [command = "", ...words] = typed.split(" ");
      if (command === "reboot") {
        this.boot(line);
        return;
      }
      if (command === "exit") this.#state = "login";
      else if (command === "echo") line.print(`${words.join(" ")}\r\n`);
      else if (command !== "") line.print(`${command}: command not found\r\n`);
    }
    this.#prompt(line);
  }

  #prompt(line: SerialLine): void {
    const prompts = { login: `${this.#name()} login: `, password: "Password: ", shell: `root@${this.#name()}:~# ` };
    if (this.#state !== "stopped") line.print(prompts[this.#state]);
  }
}
