import { closeSession } from "../commands/app/close-session.ts";
import { setSessionPrivilegeLevel } from "../commands/app/set-session-privilege-level.ts";
import type { Command } from "../commands/command.ts";
import { CompletionCodeError, IpmiError } from "../errors.ts";
import { PrivilegeLevel, privilegeName } from "../tables/privilege-level.ts";
import { type BridgeTarget, bridged, sendBridged } from "./bridge.ts";
import type { Framing } from "./framing.ts";
import type { Answer, Requester, RequestOptions } from "./requester.ts";
import { runSeries, type Series } from "./series.ts";

/** What kind of session was opened. */
export interface SessionInfo {
  readonly protocol: "1.5" | "2.0";
  /** Of RMCP+ sessions. */
  readonly cipherSuite?: number;
  /** Of IPMI 1.5 sessions: 0 none, 2 MD5, 4 straight password. */
  readonly authType?: number;
  readonly privilege: number;
}

export interface RunOptions extends RequestOptions {
  /** Sends the command through the BMC to another controller. */
  readonly bridge?: BridgeTarget;
}

/** Payloads of one type in a session. */
export interface PayloadChannel {
  send(payload: Uint8Array): void;
  /** Stops receiving. */
  close(): void;
}

/** An open session with a BMC. `run` is the method to call. */
export class Session {
  readonly info: SessionInfo;
  readonly #requester: Requester;
  readonly #framing: Framing;
  readonly #id: number;
  #closed = false;

  constructor(requester: Requester, framing: Framing, id: number, info: SessionInfo) {
    this.#requester = requester;
    this.#framing = framing;
    this.#id = id;
    this.info = info;
  }

  /**
   * Runs a command and returns its decoded response. Commands that read are sent up to four times with growing waits;
   * commands that change something are sent once. Queued while another command is in flight.
   *
   * @throws CompletionCodeError if the BMC refuses; DecodeError if its answer has an invalid layout; IpmiError `timeout` if
   *   it does not answer, which may mean that it lost the session; the signal's reason
   */
  run<Q, R>(command: Command<Q, R>, request: Q, options: RunOptions = {}): Promise<R> {
    if (!options.bridge) return this.#requester.run(this.#framing, command, request, options);
    return bridged(this.#requester, this.#framing, options.bridge, command, request, options);
  }

  /** The session id that the BMC has chosen; Get Payload Instance Info reports it for payloads of this session. */
  get id(): number {
    return this.#id;
  }

  /**
   * Opens the way for payloads of another type than IPMI messages, e.g. SOL. They share the session with its requests,
   * and neither waits for the other. One at a time; RMCP+ only.
   *
   * @param receive called with each payload, a view of the packet
   */
  openPayload(type: number, receive: (payload: Uint8Array) => void): PayloadChannel {
    const { conversation } = this.#requester;
    conversation.listen(type, (packet) => {
      const opened = this.#framing.open(packet, type);
      if (typeof opened === "string") conversation.observer.packetDropped(opened);
      else receive(opened);
    });
    return {
      send: (payload) => {
        if (!this.#closed) conversation.sendOnly(this.#framing.seal(payload, type));
      },
      close: () => conversation.stopListening(),
    };
  }

  /** Runs one command of this BMC many times; see `runSeries`. */
  runSeries<Q, R>(command: Command<Q, R>, series: Series<R>, options: Pick<RunOptions, "signal"> = {}): Promise<void> {
    return runSeries(this.#requester, this.#framing, command, series, options);
  }

  /**
   * Returns the raw answer to raw request data, whatever its completion code.
   *
   * @throws also CompletionCodeError of Send Message, for a controller that the BMC cannot reach
   */
  send(
    command: Pick<Command<never, unknown>, "name" | "netFn" | "code" | "effect" | "confidential">,
    data: Uint8Array,
    options: RunOptions = {},
  ): Promise<Answer> {
    const { bridge } = options;
    if (bridge) return sendBridged(this.#requester, this.#framing, bridge, command, data, options);
    return this.#requester.send(this.#framing, command, data, options);
  }

  /** Raises the privilege from User, at which sessions start, to the requested level. */
  async raisePrivilege(privilege: number, signal?: AbortSignal): Promise<void> {
    if (privilege <= PrivilegeLevel.User) return;
    const stage = "session_privilege";
    try {
      await this.run(setSessionPrivilegeLevel, { privilege }, { signal, stage });
    } catch (error) {
      if (!(error instanceof CompletionCodeError)) throw error;
      const message = `${error.message}; requested ${privilegeName(privilege)}`;
      throw new IpmiError("privilege_refused", message, { stage, cause: error });
    }
  }

  /**
   * Frees the session of the BMC. One packet and a short wait, without an error: some BMCs never answer. With
   * `answer: false` there is no wait; with `tries` the packet is sent again if no answer comes.
   */
  async close(options: { readonly answer?: boolean; readonly tries?: number } = {}): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { conversation } = this.#requester;
    conversation.observer.sessionClosed();
    const request = { sessionId: this.#id };
    if (options.answer === false) {
      void this.#requester.run(this.#framing, closeSession, request, { tries: 1 }).catch(() => {});
      return;
    }
    try {
      await this.#requester.run(this.#framing, closeSession, request, { tries: options.tries ?? 1 });
    } catch (error) {
      if (!(error instanceof IpmiError)) throw error;
      conversation.trace?.("note", `Close Session: ${error.message}`);
    }
  }

  /** Drops a session that the BMC has lost; sends nothing. */
  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#requester.conversation.observer.sessionClosed();
  }
}
