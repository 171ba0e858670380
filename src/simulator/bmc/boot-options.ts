import {
  BOOT_FLAGS_PARAMETER,
  bootFlags,
  bootInfoAcknowledge,
  bootSetInProgress,
  bootValidBitClearing,
} from "../../ipmi/commands/index.ts";

/** Without a Chassis Control within this time the flags become invalid - IPMI 2.0 table 28-14, parameter 3. */
const FLAGS_EXPIRE_MS = 60_000;
const EXPIRE_ALWAYS = {
  keepAfterPef: false,
  keepWithoutCommand: false,
  keepAfterWatchdog: false,
  keepAfterReset: false,
  keepAfterPowerButton: false,
};

/** The boot options of one machine, and what its last start made of them. */
export class BootOptions {
  readonly #data = new Map<number, Buffer>([
    [bootSetInProgress.number, bootSetInProgress.encode("complete")],
    [bootValidBitClearing.number, bootValidBitClearing.encode(EXPIRE_ALWAYS)],
    [bootInfoAcknowledge.number, bootInfoAcknowledge.encode({ mask: 0, acknowledged: 0 })],
    [BOOT_FLAGS_PARAMETER, Buffer.alloc(5)],
  ]);
  readonly #invalid = new Set<number>();
  /** Session id of the console that has set in progress. */
  #owner: number | undefined;
  #flagsSetAtMs = 0;
  /** Device number of the last start; 0: the order of the BIOS. */
  bootedDevice = 0;

  /** Undefined: no such parameter. */
  get(parameter: number, nowMs: number): { readonly data: Buffer; readonly invalid: boolean } | undefined {
    this.#expire(nowMs);
    const data = this.#data.get(parameter);
    return data && { data, invalid: this.#invalid.has(parameter) };
  }

  /** @returns "unknown" for a parameter that does not exist; "taken" while another console has set in progress */
  set(
    request: { readonly parameter: number; readonly invalid?: boolean; readonly data: Uint8Array },
    session: number,
    nowMs: number,
  ): "done" | "unknown" | "taken" | "too short" {
    const { parameter, invalid = false, data } = request;
    const stored = this.#data.get(parameter);
    if (!stored) return "unknown";
    if (data.length > 0 && data.length < stored.length) return "too short";
    if (parameter === bootSetInProgress.number) return this.#setInProgress(bootSetInProgress.decode(data), session);
    if (invalid) this.#invalid.add(parameter);
    else this.#invalid.delete(parameter);
    if (data.length === 0) return "done";
    this.#data.set(parameter, Buffer.from(data.subarray(0, stored.length)));
    if (parameter === BOOT_FLAGS_PARAMETER) this.#flagsSetAtMs = nowMs;
    return "done";
  }

  #setInProgress(state: "complete" | "in progress" | "commit", session: number): "done" | "taken" {
    if (state === "in progress" && this.#owner !== undefined && this.#owner !== session) return "taken";
    this.#owner = state === "in progress" ? session : undefined;
    this.#data.set(bootSetInProgress.number, bootSetInProgress.encode(state === "commit" ? "complete" : state));
    return "done";
  }

  /** Ends what a console that is gone has left open. */
  release(session: number): void {
    if (this.#owner === session) this.#setInProgress("complete", session);
  }

  /** The machine starts: the choice is used, and once only unless it is persistent. */
  start(nowMs: number): void {
    this.#expire(nowMs);
    const flags = bootFlags.decode(this.#data.get(BOOT_FLAGS_PARAMETER) ?? Buffer.alloc(5));
    this.bootedDevice = flags.valid ? flags.device : 0;
    if (!flags.valid || flags.persistent) return;
    this.forget();
  }

  /** Makes the flags invalid. */
  forget(): void {
    const flags = this.#data.get(BOOT_FLAGS_PARAMETER) ?? Buffer.alloc(5);
    this.#data.set(BOOT_FLAGS_PARAMETER, Buffer.from([(flags[0] ?? 0) & 0x7f, ...flags.subarray(1)]));
  }

  #expire(nowMs: number): void {
    const flags = bootFlags.decode(this.#data.get(BOOT_FLAGS_PARAMETER) ?? Buffer.alloc(5));
    const { keepWithoutCommand } = bootValidBitClearing.decode(
      this.#data.get(bootValidBitClearing.number) ?? Buffer.alloc(1),
    );
    if (!flags.valid || flags.persistent || keepWithoutCommand) return;
    if (nowMs - this.#flagsSetAtMs >= FLAGS_EXPIRE_MS) this.forget();
  }
}
