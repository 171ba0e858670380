import type { ChassisFault } from "../../model/index.ts";

/**
 * Result of a change that is sent once. `answer_lost`: the BMC may or may not have done it. Read the state before
 * anything else; never send a cycle, reset or NMI again.
 */
export type Acceptance = "accepted" | "answer_lost";

/** `off` is immediate; `soft` requests a shutdown from the operating system through ACPI. */
export const POWER_ACTIONS = ["on", "off", "soft", "cycle", "reset", "nmi"] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

/** What a host does when its input power returns. */
export const POWER_POLICIES = ["always-on", "previous", "always-off"] as const;
export type PowerPolicy = (typeof POWER_POLICIES)[number];

export const POWER_EVENTS = ["ac_failed", "overload", "interlock", "power_fault", "on_by_command"] as const;
export type PowerEvent = (typeof POWER_EVENTS)[number];

export interface PowerReport {
  readonly on: boolean;
  /** What caused the last change of the power state. */
  readonly lastEvents: readonly PowerEvent[];
  /** Why the host started last, e.g. "chassis control". Absent if the BMC does not report it. */
  readonly restartCause?: string;
  /** Absent if the BMC reports it as unknown. */
  readonly policy?: PowerPolicy;
  readonly faults: readonly ChassisFault[];
}

/** `on` without an end, or `timed`: it switches off by itself. Absent in a report: the BMC does not report it. */
export type IdentifyLight = "off" | "timed" | "on";

export interface PowerOperations {
  /**
   * Reads power state, last power event, restart cause and restore policy.
   *
   * @param options restartCause false: leaves out the cause, which is a second command
   */
  readPower(options?: { readonly restartCause?: boolean }): Promise<PowerReport>;
  /**
   * Sends one Chassis Control; never twice. The state follows later: 1 to 60 s.
   *
   * @throws OperationError with completion code D5h if the host is in the wrong power state, e.g. a cycle while off
   */
  setPower(action: PowerAction): Promise<Acceptance>;
  /** Sets and reads back what the host does when its input power returns. */
  setPowerPolicy(policy: PowerPolicy): Promise<PowerPolicy | undefined>;
  /** The identify light; undefined if the BMC does not report it. */
  readIdentify(): Promise<IdentifyLight | undefined>;
  /**
   * Switches the identify light.
   *
   * @param light a number of seconds from 1 to 255, "on" until it is switched off, or "off"
   */
  setIdentify(light: number | "on" | "off"): Promise<Acceptance>;
}
