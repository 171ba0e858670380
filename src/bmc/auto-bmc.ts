import { IpmiError } from "../ipmi/index.ts";
import type { Clock } from "../lib/index.ts";
import type { DiscreteReading, HostChange, LogEntry, PartName } from "../model/index.ts";
import { RedfishError, type RedfishReason } from "../redfish/index.ts";
import type { Ask, Bmc, IdentityChange, PartReading, TraceLine } from "./bmc.ts";

/** Time for IPMI to answer the first login, before Redfish is tried. */
const IPMI_FIRST_MS = 4000;

export interface AutoBmcParts {
  readonly ipmi: Bmc;
  /** Created when IPMI does not answer, which is rare. */
  readonly redfish: () => Bmc;
  readonly clock: Clock;
}

/**
 * A BMC whose protocol is detected: IPMI, or Redfish if nothing answers IPMI. The protocol that answered first is
 * saved. If a BMC refuses the credentials, the other protocol is not tried.
 */
export class AutoBmc implements Bmc {
  readonly #parts: AutoBmcParts;
  #redfish: Bmc | undefined;
  #chosen: Bmc | undefined;
  #trace: TraceLine | undefined;
  #coded = false;
  #wholeLog = false;

  constructor(parts: AutoBmcParts) {
    this.#parts = parts;
  }

  get #current(): Bmc {
    return this.#chosen ?? this.#parts.ipmi;
  }

  #madeRedfish(): Bmc {
    if (!this.#redfish) {
      this.#redfish = this.#parts.redfish();
      this.#redfish.trace = this.#trace;
      this.#redfish.coded = this.#coded;
      this.#redfish.wholeLog = this.#wholeLog;
    }
    return this.#redfish;
  }

  get protocol(): "ipmi" | "redfish" {
    return this.#current.protocol;
  }

  get offeredParts(): ReadonlySet<PartName> | undefined {
    return this.#current.offeredParts;
  }

  get quirks(): readonly string[] {
    return this.#current.quirks;
  }

  get discrete(): DiscreteReading | undefined {
    return this.#current.discrete;
  }

  get trace(): TraceLine | undefined {
    return this.#trace;
  }

  set trace(trace: TraceLine | undefined) {
    this.#trace = trace;
    this.#parts.ipmi.trace = trace;
    if (this.#redfish) this.#redfish.trace = trace;
  }

  get coded(): boolean {
    return this.#coded;
  }

  set coded(coded: boolean) {
    this.#coded = coded;
    this.#parts.ipmi.coded = coded;
    if (this.#redfish) this.#redfish.coded = coded;
  }

  get wholeLog(): boolean {
    return this.#wholeLog;
  }

  set wholeLog(wholeLog: boolean) {
    this.#wholeLog = wholeLog;
    this.#parts.ipmi.wholeLog = wholeLog;
    if (this.#redfish) this.#redfish.wholeLog = wholeLog;
  }

  isSilentSince(monotonicMs: number): boolean {
    if (this.#chosen) return this.#chosen.isSilentSince(monotonicMs);
    return this.#parts.ipmi.isSilentSince(monotonicMs) && (this.#redfish?.isSilentSince(monotonicMs) ?? true);
  }

  async ping(ask: Ask): Promise<void> {
    if (this.#chosen) return this.#chosen.ping(ask);
    await this.#either(ask, (bmc, own) => bmc.ping(own));
  }

  async open(ask: Ask): Promise<void> {
    if (this.#chosen) return this.#chosen.open(ask);
    this.#chosen = await this.#either(ask, (bmc, own) => bmc.open(own));
    if (this.#chosen.protocol === "ipmi") this.#redfish = undefined;
  }

  /** Returns the protocol that works. Throws the failure of the protocol that got further in the login. */
  async #either(ask: Ask, work: (bmc: Bmc, ask: Ask) => Promise<void>): Promise<Bmc> {
    const { ipmi } = this.#parts;
    const beginMs = this.#parts.clock.monotonicMs();
    let failure: unknown;
    try {
      await this.#bounded(ask, (own) => work(ipmi, own));
      return ipmi;
    } catch (error) {
      ask.signal.throwIfAborted();
      if (!isSilence(error) && !ipmi.isSilentSince(beginMs)) throw error;
      failure = error;
    }
    this.#trace?.("note", "nothing answers IPMI; trying Redfish");
    const redfish = this.#madeRedfish();
    try {
      await work(redfish, ask);
      await ipmi.close();
      return redfish;
    } catch (error) {
      await redfish.close();
      if (error instanceof RedfishError && !SILENT.has(error.reason)) throw error;
      throw isSilence(failure) || ask.signal.aborted ? failure : error;
    }
  }

  async #bounded(ask: Ask, work: (ask: Ask) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(ask.signal.reason);
    ask.signal.addEventListener("abort", onAbort);
    const beginMs = this.#parts.clock.monotonicMs();
    const noAnswer = new IpmiError("no_answer", `nothing answered IPMI within ${IPMI_FIRST_MS / 1000} s`);
    const timer = this.#parts.clock.after(IPMI_FIRST_MS, () => {
      if (this.#parts.ipmi.isSilentSince(beginMs)) controller.abort(noAnswer);
    });
    try {
      await work({ ...ask, signal: controller.signal });
    } finally {
      timer.cancel();
      ask.signal.removeEventListener("abort", onAbort);
    }
  }

  read(part: PartName, ask: Ask): Promise<PartReading> {
    return this.#current.read(part, ask);
  }

  isDue(part: PartName): boolean {
    return this.#current.isDue?.(part) ?? false;
  }

  takeIdentityChange(): IdentityChange {
    return this.#current.takeIdentityChange?.() ?? "none";
  }

  describeRecord(record: Buffer): LogEntry | undefined {
    return this.#current.describeRecord?.(record);
  }

  takeChanges(): readonly HostChange[] {
    return this.#current.takeChanges?.() ?? [];
  }

  /** The detected protocol is new data to save. */
  get revision(): number {
    return this.#current.revision + (this.#chosen?.protocol === "redfish" ? 1 : 0);
  }

  save(): unknown {
    return this.#chosen?.protocol === "redfish" ? { redfish: this.#chosen.save() } : this.#parts.ipmi.save();
  }

  async restore(saved: unknown): Promise<void> {
    const file = typeof saved === "object" && saved !== null ? (saved as Readonly<Record<string, unknown>>) : {};
    if (file.redfish === undefined) return this.#restoreIpmi(file);
    const redfish = this.#madeRedfish();
    await redfish.restore(file.redfish);
    this.#chosen = redfish;
  }

  async #restoreIpmi(file: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#parts.ipmi.restore(file);
    // A saved repository was read over IPMI, so the BMC answers IPMI.
    if (file.repository !== undefined) this.#chosen = this.#parts.ipmi;
  }

  async hold(durationMs: number): Promise<void> {
    await this.#current.hold(durationMs);
  }

  async close(): Promise<void> {
    await this.#parts.ipmi.close();
    await this.#redfish?.close();
  }
}

const SILENT: ReadonlySet<RedfishReason | string> = new Set(["no_answer", "unreachable", "timeout"]);

/** True if nothing answered. A refusal is an answer. */
function isSilence(error: unknown): boolean {
  return (error instanceof IpmiError || error instanceof RedfishError) && SILENT.has(error.reason);
}
