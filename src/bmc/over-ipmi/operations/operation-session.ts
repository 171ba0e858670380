import {
  type Answer,
  type BmcMemory,
  type Command,
  type CommandRunner,
  type RunOptions,
  type Session,
  SilenceError,
} from "../../../ipmi/index.ts";
import type { Clock } from "../../../lib/index.ts";
import type { Acceptance } from "../../operations/index.ts";
import type { Roles } from "../../roles.ts";
import type { SdrCache } from "../../sdr-cache.ts";
import type { Severities } from "../../severities.ts";
import { pause } from "./pause.ts";

/**
 * Shortest wait for the answer to a change. It is sent once, so patience is all that keeps a slow answer from counting
 * as lost.
 */
const CHANGE_PATIENCE_MS = 5000;

export interface OperationTools {
  readonly memory: BmcMemory;
  readonly clock: Clock;
  readonly cache: SdrCache;
  readonly signal: AbortSignal;
  /** Reads sensors and FRUs of controllers behind the BMC. */
  readonly bridge: boolean;
  readonly roles?: () => Roles;
  readonly severities?: () => Severities;
  /** Opens and closes a session of another account with the same BMC. */
  readonly proveLogin: (account: ProvenAccount) => Promise<void>;
}

export interface ProvenAccount {
  readonly userName: Uint8Array;
  readonly password: Uint8Array;
  readonly privilege: number;
}

/** The one session of an operation. A lost session is not opened again: that would need a second slot of the BMC. */
export class OperationSession implements CommandRunner {
  readonly session: Session;
  readonly tools: OperationTools;
  /** The last command was not answered. */
  #isSilent = false;

  constructor(session: Session, tools: OperationTools) {
    this.session = session;
    this.tools = tools;
  }

  get signal(): AbortSignal {
    return this.tools.signal;
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Runs a command. Commands that read are sent again if no answer comes; commands that change are sent once. */
  async run<Q, R>(command: Command<Q, R>, request: Q, options: RunOptions = {}): Promise<R> {
    const patienceMs = command.effect === "changes" ? CHANGE_PATIENCE_MS : undefined;
    return this.watched(this.session.run(command, request, { signal: this.signal, patienceMs, ...options }));
  }

  /** Sends raw request data; returns the answer with any completion code. */
  send(
    command: Pick<Command<never, unknown>, "name" | "netFn" | "code" | "effect" | "confidential">,
    data: Uint8Array,
    options: RunOptions = {},
  ): Promise<Answer> {
    const patienceMs = command.effect === "changes" ? CHANGE_PATIENCE_MS : undefined;
    return this.watched(this.session.send(command, data, { signal: this.signal, patienceMs, ...options }));
  }

  /** Waits between two requests. */
  pause(milliseconds: number): Promise<void> {
    return pause(this.tools.clock, milliseconds, this.signal);
  }

  /** The BMC is not expected to answer any more. */
  expectSilence(): void {
    this.#isSilent = true;
  }

  /** Notes whether a request of the session was answered. */
  async watched<T>(answer: Promise<T>): Promise<T> {
    try {
      const response = await answer;
      this.#isSilent = false;
      return response;
    } catch (error) {
      this.#isSilent = error instanceof SilenceError;
      throw error;
    }
  }

  /** Sends a change once. */
  async change<Q, R>(command: Command<Q, R>, request: Q, options: RunOptions = {}): Promise<Acceptance> {
    try {
      await this.run(command, request, options);
      return "accepted";
    } catch (error) {
      if (error instanceof SilenceError) return "answer_lost";
      throw error;
    }
  }

  /**
   * Stores a setting and reads it back. Sent a second time only if the answer was lost and the setting is not stored.
   *
   * @returns what was read back
   */
  async store<T>(send: () => Promise<Acceptance>, read: () => Promise<T>, isStored: (value: T) => boolean): Promise<T> {
    const first = await send();
    const value = await read();
    if (first === "accepted" || isStored(value)) return value;
    await send();
    return read();
  }
}
