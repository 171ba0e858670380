import type { Clock } from "../lib/index.ts";
import type { DiscreteReading, HostChange, LogEntry, PartName } from "../model/index.ts";
import { RedfishError } from "../redfish/index.ts";
import type { Ask, Bmc, IdentityChange, PartReading, TraceLine } from "./bmc.ts";

/** Pause after refused credentials, as long as that of a host whose login is refused. */
const REFUSED_PAUSE_MS = 24 * 3600_000;

export interface BothBmcParts {
  readonly ipmi: Bmc;
  /** Created when a part is read over Redfish for the first time, and after a replacement of the board. */
  readonly redfish: () => Bmc;
  readonly clock: Clock;
}

interface Refusal {
  readonly error: RedfishError;
  /** Monotonic. */
  readonly atMs: number;
}

/**
 * A BMC that is polled over both protocols: each part over IPMI if IPMI has it, and over Redfish otherwise. The
 * Redfish session is opened for a part and closed after it. What fails over Redfish fails that part alone: the host is
 * up if IPMI answers.
 */
export class BothBmc implements Bmc {
  readonly protocol = "ipmi";
  readonly #parts: BothBmcParts;
  #redfish: Bmc | undefined;
  /** State of an earlier run, until Redfish is used. */
  #saved: unknown;
  #refusal: Refusal | undefined;
  #trace: TraceLine | undefined;
  #replaced = 0;

  constructor(parts: BothBmcParts) {
    this.#parts = parts;
  }

  get offeredParts(): ReadonlySet<PartName> | undefined {
    const { offeredParts } = this.#parts.ipmi;
    return offeredParts && new Set([...offeredParts, ...REDFISH_PARTS]);
  }

  /** A part that is read over a connection of its own: its failure says nothing about the host. */
  isApart(part: PartName): boolean {
    return !(this.#parts.ipmi.offeredParts?.has(part) ?? true);
  }

  get quirks(): readonly string[] {
    const theirs = this.#redfish?.quirks ?? [];
    const { quirks } = this.#parts.ipmi;
    return theirs.length === 0 ? quirks : [...quirks, ...theirs];
  }

  get discrete(): DiscreteReading | undefined {
    return this.#parts.ipmi.discrete;
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
    return this.#parts.ipmi.coded;
  }

  set coded(coded: boolean) {
    this.#parts.ipmi.coded = coded;
  }

  get wholeLog(): boolean {
    return this.#parts.ipmi.wholeLog;
  }

  set wholeLog(wholeLog: boolean) {
    this.#parts.ipmi.wholeLog = wholeLog;
  }

  isSilentSince(monotonicMs: number): boolean {
    return this.#parts.ipmi.isSilentSince(monotonicMs);
  }

  ping(ask: Ask): Promise<void> {
    return this.#parts.ipmi.ping(ask);
  }

  open(ask: Ask): Promise<void> {
    return this.#parts.ipmi.open(ask);
  }

  read(part: PartName, ask: Ask): Promise<PartReading> {
    return this.isApart(part) ? this.#readOverRedfish(part, ask) : this.#parts.ipmi.read(part, ask);
  }

  async #readOverRedfish(part: PartName, ask: Ask): Promise<PartReading> {
    const nowMs = this.#parts.clock.monotonicMs();
    // Another login could lock the account, which is often that of IPMI, too.
    if (this.#refusal && nowMs - this.#refusal.atMs < REFUSED_PAUSE_MS) throw this.#refusal.error;
    this.#refusal = undefined;
    const redfish = this.#redfish ?? (await this.#made());
    try {
      await redfish.open(ask);
      return await redfish.read(part, ask);
    } catch (error) {
      if (error instanceof RedfishError && error.failedLogin) this.#refusal = { error, atMs: nowMs };
      throw error;
    } finally {
      await redfish.hold(0);
    }
  }

  async #made(): Promise<Bmc> {
    const redfish = this.#parts.redfish();
    redfish.trace = this.#trace;
    await redfish.restore(this.#saved);
    this.#saved = undefined;
    this.#redfish = redfish;
    return redfish;
  }

  isDue(part: PartName): boolean {
    const bmc = this.isApart(part) ? this.#redfish : this.#parts.ipmi;
    return bmc?.isDue?.(part) ?? false;
  }

  takeIdentityChange(): IdentityChange {
    const change = this.#parts.ipmi.takeIdentityChange?.() ?? "none";
    if (change === "replaced") this.#forgetBoard();
    return change;
  }

  /** Another board has other resources. The certificate of the BMC stays pinned. */
  #forgetBoard(): void {
    this.#saved = withPinOnly(this.#redfish?.save() ?? this.#saved);
    // It has no session: each is closed after its part.
    this.#redfish = undefined;
    this.#replaced++;
  }

  describeRecord(record: Buffer): LogEntry | undefined {
    return this.#parts.ipmi.describeRecord?.(record);
  }

  takeChanges(): readonly HostChange[] {
    return this.#parts.ipmi.takeChanges?.() ?? [];
  }

  acknowledgeRemovals(): void {
    this.#parts.ipmi.acknowledgeRemovals?.();
    this.#redfish?.acknowledgeRemovals?.();
  }

  get revision(): number {
    return this.#parts.ipmi.revision + (this.#redfish?.revision ?? 0) + this.#replaced;
  }

  /** The state of IPMI, as without Redfish, and that of Redfish beside it. */
  save(): unknown {
    const ipmi = this.#parts.ipmi.save();
    const beside = this.#redfish?.save() ?? this.#saved;
    return beside === undefined || !isObject(ipmi) ? ipmi : { ...ipmi, besideIpmi: beside };
  }

  async restore(saved: unknown): Promise<void> {
    await this.#parts.ipmi.restore(saved);
    // `redfish` is what `auto` saves of a BMC that it polls over Redfish.
    if (isObject(saved)) this.#saved = saved.besideIpmi ?? saved.redfish;
  }

  hold(durationMs: number): Promise<void> {
    return this.#parts.ipmi.hold(durationMs);
  }

  async close(): Promise<void> {
    await this.#parts.ipmi.close();
    await this.#redfish?.close();
  }
}

/** Parts of Redfish that IPMI does not have. */
const REDFISH_PARTS: readonly PartName[] = ["components"];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The saved state of Redfish without all that belongs to the board. */
function withPinOnly(saved: unknown): unknown {
  if (!isObject(saved) || !isObject(saved.session)) return undefined;
  return { session: { pin: saved.session.pin } };
}
