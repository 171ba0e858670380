import { OperationError, type Operations, type PowerAction } from "../bmc/index.ts";
import { type Clock, pause } from "../lib/index.ts";
import { UnconfirmedError, WrongStateError } from "./outcome.ts";

export interface PowerChangeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest wait for the state after the change; 0: no wait. */
  readonly waitMs: number;
  /** Off: first a soft shutdown, and off after this time. */
  readonly gracefulMs?: number;
  /** Cycle and reset: switch on a host that is off. */
  readonly onIfOff?: boolean;
}

/** Result of a change of power. */
export interface PowerChange {
  /** What was sent; `none` if the host was in the state already. */
  readonly sent: PowerAction | "none";
  /** The state as read afterwards; absent if it was not read. */
  readonly power?: "on" | "off";
}

/** Pauses between two looks at the power state; the last one repeats. */
const LOOKS_MS = [500, 1000, 2000] as const;
/** A host that is on this long after an accepted cycle, and was never seen off, was off between two looks. */
const CYCLE_SETTLES_MS = 10_000;

/**
 * Changes the power of a host and waits until the BMC reports the new state. A change whose answer is lost is not sent
 * again before a look at the state; cycle, reset and NMI are never sent again.
 *
 * @throws OperationError, WrongStateError; UnconfirmedError if the state was not reached, or is not known
 */
export async function changePower(
  operations: Pick<Operations, "readPower" | "setPower">,
  action: PowerAction,
  options: PowerChangeOptions,
): Promise<PowerChange> {
  switch (action) {
    case "off":
      return options.gracefulMs === undefined
        ? toState(operations, "off", options)
        : gracefulOff(operations, options.gracefulMs, options);
    case "on":
      return toState(operations, "on", options);
    case "soft":
      return softOff(operations, options);
    case "cycle":
    case "reset":
      return restart(operations, action, options);
    case "nmi":
      return once(operations, action);
  }
}

type PowerOnly = Pick<Operations, "readPower" | "setPower">;

const powerOf = async (operations: PowerOnly): Promise<"on" | "off"> =>
  (await operations.readPower({ restartCause: false })).on ? "on" : "off";

/** Switches on or off. Both may be sent a second time, after a look. */
async function toState(operations: PowerOnly, state: "on" | "off", options: PowerChangeOptions): Promise<PowerChange> {
  if ((await operations.setPower(state)) === "answer_lost") {
    const found = await look(operations, state);
    if (found === state) return { sent: state, power: state };
    if ((await operations.setPower(state)) === "answer_lost" && options.waitMs === 0)
      throw new UnconfirmedError(`power ${state} was sent, and the BMC did not confirm it`);
  }
  if (options.waitMs === 0) return { sent: state };
  await reach(operations, state, state, options);
  return { sent: state, power: state };
}

async function softOff(operations: PowerOnly, options: PowerChangeOptions): Promise<PowerChange> {
  if ((await powerOf(operations)) === "off") return { sent: "none", power: "off" };
  const answer = await operations.setPower("soft");
  if (options.waitMs === 0) {
    if (answer === "answer_lost") throw new UnconfirmedError("power soft was sent, and the BMC did not confirm it");
    return { sent: "soft" };
  }
  await reach(operations, "soft", "off", options);
  return { sent: "soft", power: "off" };
}

async function gracefulOff(
  operations: PowerOnly,
  gracefulMs: number,
  options: PowerChangeOptions,
): Promise<PowerChange> {
  try {
    return await softOff(operations, { ...options, waitMs: gracefulMs });
  } catch (error) {
    if (!(error instanceof UnconfirmedError)) throw error;
    return toState(operations, "off", options);
  }
}

async function restart(
  operations: PowerOnly,
  action: "cycle" | "reset",
  options: PowerChangeOptions,
): Promise<PowerChange> {
  const before = await powerOf(operations);
  if (before === "off") {
    if (options.onIfOff === true) return toState(operations, "on", options);
    throw new WrongStateError(`the host is off, and ${action} needs a host that is on`);
  }
  const answer = await operations.setPower(action);
  if (action === "reset" || options.waitMs === 0) return acceptedOnly(action, answer);
  return { sent: action, power: await afterCycle(operations, answer === "accepted", options) };
}

async function once(operations: PowerOnly, action: PowerAction): Promise<PowerChange> {
  return acceptedOnly(action, await operations.setPower(action));
}

function acceptedOnly(action: PowerAction, answer: "accepted" | "answer_lost"): PowerChange {
  if (answer === "accepted") return { sent: action };
  throw new UnconfirmedError(`power ${action} was sent, and its answer was lost`);
}

/** Waits until the host was off and is on again. */
async function afterCycle(operations: PowerOnly, accepted: boolean, options: PowerChangeOptions): Promise<"on"> {
  const { clock, waitMs } = options;
  const begin = clock.monotonicMs();
  let wasOff = false;
  for (let n = 0; ; n++) {
    const state = await look(operations, "cycle");
    const passed = clock.monotonicMs() - begin;
    if (state === "off") wasOff = true;
    else if (wasOff || (accepted && passed >= CYCLE_SETTLES_MS)) return "on";
    if (passed >= waitMs) throw new UnconfirmedError(cycleProblem(state, accepted, waitMs));
    await nextLook(n, waitMs - passed, options);
  }
}

function cycleProblem(state: "on" | "off", accepted: boolean, waitMs: number): string {
  if (state === "off") return `power cycle was sent, and the host is still off after ${waitMs / 1000} s`;
  return accepted
    ? `power cycle was sent, and the host was not off within ${waitMs / 1000} s`
    : "power cycle was sent, its answer was lost, and the host was not seen off";
}

/** Waits until the BMC reports the state. */
async function reach(
  operations: PowerOnly,
  sent: PowerAction,
  state: "on" | "off",
  options: PowerChangeOptions,
): Promise<void> {
  const { clock, waitMs } = options;
  const begin = clock.monotonicMs();
  for (let n = 0; ; n++) {
    const found = await look(operations, sent);
    if (found === state) return;
    const passed = clock.monotonicMs() - begin;
    if (passed >= waitMs)
      throw new UnconfirmedError(`power ${sent} was sent, and the host is still ${found} after ${waitMs / 1000} s`);
    await nextLook(n, waitMs - passed, options);
  }
}

async function nextLook(n: number, leftMs: number, { clock, signal }: PowerChangeOptions): Promise<void> {
  await pause(clock, Math.min(LOOKS_MS[Math.min(n, LOOKS_MS.length - 1)] ?? 0, leftMs), signal);
}

/** Reads the state after a change. A failure leaves the change unconfirmed. */
async function look(operations: PowerOnly, sent: PowerAction): Promise<"on" | "off"> {
  try {
    return await powerOf(operations);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new UnconfirmedError(`power ${sent} was sent, then the state could not be read: ${error.message}`);
  }
}
