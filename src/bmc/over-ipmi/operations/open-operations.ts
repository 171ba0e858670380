import {
  BmcMemory,
  CompletionCodeError,
  type DatagramTransport,
  IpmiConnection,
  IpmiError,
  type IpmiObserver,
  resolveAddress,
  type Session,
} from "../../../ipmi/index.ts";
import type { Clock } from "../../../lib/index.ts";
import type { Host } from "../../../model/index.ts";
import type { TraceLine } from "../../bmc.ts";
import { failureOf } from "../../failure.ts";
import { OperationError, type Operations } from "../../operations/index.ts";
import { type PollSettings, SettingsError } from "../../poll-settings.ts";
import type { Roles } from "../../roles.ts";
import type { SdrCache } from "../../sdr-cache.ts";
import type { Severities } from "../../severities.ts";
import { ipmiOperations } from "./ipmi-operations.ts";
import { OperationSession, type ProvenAccount } from "./operation-session.ts";
import { pause } from "./pause.ts";

/** Waits between logins while the BMC has no free session; the last one repeats. */
const SLOT_WAITS_MS = [500, 1000, 2000, 4000] as const;
/** Close Session is sent this often, because a lost one leaves the session open until the BMC's idle limit. */
const CLOSE_TRIES = 3;

export interface OperationParts {
  readonly transport: DatagramTransport;
  readonly clock: Clock;
  /** Repositories that hosts share. */
  readonly cache: SdrCache;
  readonly observer?: IpmiObserver;
  readonly roles?: () => Roles;
  readonly severities?: () => Severities;
}

export interface OpenOptions extends OperationParts {
  /** Aborting ends the work and closes the session; the operations reject with the reason of the signal. */
  readonly signal: AbortSignal;
  /**
   * Monotonic time by which everything must be done; the session is closed right after. While the BMC has no free
   * session, the login is repeated until then; without a deadline it fails at once.
   */
  readonly deadlineMs?: number;
  readonly trace?: TraceLine;
}

/** How to log in; `login` has the operator's account and privilege. */
export type OperationSettings = Pick<
  PollSettings,
  "protocol" | "beyondIpmi" | "login" | "bridge" | "quirks" | "tries" | "packetsPerSecond"
>;

/**
 * Opens one session with the BMC of a host, runs `work` with it, and closes it in every case: success, error, deadline
 * and abort.
 *
 * @throws OperationError; the reason of the signal; SettingsError for a host that has no IPMI; what `work` throws
 */
export async function withOperations<T>(
  host: Pick<Host, "address" | "port">,
  settings: OperationSettings,
  options: OpenOptions,
  work: (operations: Operations) => Promise<T>,
): Promise<T> {
  if (settings.protocol === "redfish" || settings.beyondIpmi)
    throw new SettingsError("operations need IPMI, and the host uses Redfish");
  options.signal.throwIfAborted();
  const { clock, deadlineMs } = options;
  const deadline = new AbortController();
  const timer =
    deadlineMs === undefined
      ? undefined
      : clock.after(Math.max(0, deadlineMs - clock.monotonicMs()), () => deadline.abort(new DeadlineOver()));
  const signal = AbortSignal.any([options.signal, deadline.signal]);
  try {
    return await inSession(host, settings, { ...options, signal }, work);
  } catch (error) {
    if (deadline.signal.aborted && error === deadline.signal.reason) throw deadlineError();
    throw error;
  } finally {
    timer?.cancel();
  }
}

class DeadlineOver extends Error {}

function deadlineError(): OperationError {
  return new OperationError("command", "timeout", "the time for this host was over before its BMC had answered");
}

async function inSession<T>(
  { address, port }: Pick<Host, "address" | "port">,
  settings: OperationSettings,
  options: OpenOptions,
  work: (operations: Operations) => Promise<T>,
): Promise<T> {
  const { signal, transport, clock, observer } = options;
  const { login, tries, packetsPerSecond, quirks, bridge } = settings;
  const startedAt = clock.monotonicMs();
  const memory = new BmcMemory(quirks);
  let connection: IpmiConnection | undefined;
  let opened: OperationSession | undefined;
  const inWords = (error: unknown): unknown => operationError(error, signal, connection, startedAt);
  try {
    const remote = { address: await resolveAddress(address, signal), port };
    const common = { transport, remote, clock, observer, tries, packetsPerSecond, readOnly: false };
    const open = new IpmiConnection({ ...common, login, memory });
    connection = open;
    open.trace = options.trace;
    const proveLogin = async ({ userName, password, privilege }: ProvenAccount): Promise<void> => {
      const credentials = { userName, password, kg: login.credentials.kg };
      const second = new IpmiConnection({ ...common, login: { ...login, credentials, privilege } });
      try {
        await second.open(signal);
      } finally {
        await second.close({ tries: CLOSE_TRIES });
      }
    };
    const session = await logIn(open, options);
    const { cache, roles, severities } = options;
    opened = new OperationSession(session, { memory, clock, cache, signal, bridge, roles, severities, proveLogin });
    return await work(inWordsOf(ipmiOperations(opened), inWords));
  } catch (error) {
    throw inWords(error);
  } finally {
    await connection?.close({ tries: opened?.isSilent ? 1 : CLOSE_TRIES });
  }
}

/** Logs in; again and again while the BMC has no free session and there is time. */
async function logIn(connection: IpmiConnection, { signal, clock, deadlineMs }: OpenOptions): Promise<Session> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connection.open(signal);
    } catch (error) {
      const waitMs = SLOT_WAITS_MS[Math.min(attempt, SLOT_WAITS_MS.length - 1)] ?? 0;
      const hasTime = deadlineMs !== undefined && clock.monotonicMs() + waitMs < deadlineMs;
      if (!(error instanceof IpmiError && error.reason === "no_free_session" && hasTime)) throw error;
      await pause(clock, waitMs, signal);
    }
  }
}

/** The same operations, with errors in terms of the model. */
function inWordsOf(operations: Operations, inWords: (error: unknown) => unknown): Operations {
  const methods = Object.entries(operations).map(([name, method]) => {
    const wrapped = async (...given: unknown[]): Promise<unknown> => {
      try {
        return await method(...given);
      } catch (error) {
        throw inWords(error);
      }
    };
    return [name, wrapped];
  });
  return Object.fromEntries(methods);
}

/** Errors of IPMI become OperationError; all others, e.g. the reason of an aborted signal, are left as they are. */
function operationError(
  error: unknown,
  signal: AbortSignal,
  connection: IpmiConnection | undefined,
  startedAt: number,
): unknown {
  if (error instanceof DeadlineOver && signal.aborted) {
    if (connection?.isSilentSince(startedAt) !== true) return deadlineError();
    return new OperationError("connect", "no_answer", "the BMC sent nothing during the whole time for this host");
  }
  if (!(error instanceof IpmiError)) return error;
  const { stage, reason, message } = failureOf(error, "connect");
  const { failedLogin } = error;
  const completionCode = error instanceof CompletionCodeError ? error.completionCode : undefined;
  const isOfCommand = error.stage === undefined || error.stage === "command";
  return new OperationError(isOfCommand ? "command" : stage, reason, message, {
    completionCode,
    failedLogin,
    cause: error,
  });
}
