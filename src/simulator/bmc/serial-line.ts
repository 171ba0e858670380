/** What runs on the host behind its serial port. */
export interface SerialProgram {
  /** Characters that were typed. */
  input(bytes: Uint8Array, line: SerialLine): void;
  breakReceived?(line: SerialLine): void;
  /** The host was powered on or reset. */
  boot?(line: SerialLine): void;
  /** The kernel of the host stops. */
  panic?(line: SerialLine): void;
}

/** Output that is kept while nobody is attached; older output is dropped. */
const KEPT_BYTES = 1024;

/** The serial port of a host, as its BMC sees it. */
export class SerialLine {
  program: SerialProgram;
  /** Breaks that the host received. */
  breaks = 0;
  readonly #isOn: () => boolean;
  #kept = Buffer.alloc(0);
  #listener: ((bytes: Uint8Array) => void) | undefined;

  /** @param isOn whether the host has power */
  constructor(program: SerialProgram, isOn: () => boolean) {
    this.program = program;
    this.#isOn = isOn;
  }

  /** Sends output to `listener` from now on, beginning with what was kept. */
  attach(listener: (bytes: Uint8Array) => void): void {
    const kept = this.#kept;
    this.#kept = Buffer.alloc(0);
    this.#listener = listener;
    if (kept.length > 0) listener(kept);
  }

  detach(): void {
    this.#listener = undefined;
  }

  /** The host prints. */
  print(output: string | Uint8Array): void {
    const bytes = Buffer.from(output);
    if (this.#listener) this.#listener(bytes);
    else this.#kept = Buffer.concat([this.#kept, bytes]).subarray(-KEPT_BYTES);
  }

  input(bytes: Uint8Array): void {
    if (this.#isOn() && bytes.length > 0) this.program.input(bytes, this);
  }

  sendBreak(): void {
    this.breaks++;
    if (this.#isOn()) this.program.breakReceived?.(this);
  }

  boot(): void {
    this.program.boot?.(this);
  }

  panic(): void {
    if (this.#isOn()) this.program.panic?.(this);
  }
}
