import { describe, expect, it } from "vitest";
import { OperationError, type PowerAction } from "../../src/bmc/index.ts";
import type { Clock } from "../../src/lib/index.ts";
import { changePower, UnconfirmedError, WrongStateError } from "../../src/operate/index.ts";

/** A clock whose timers are due at once: waits take no time, and the clock shows it. */
class JumpingClock implements Clock {
  #now = 0;
  wallMs = (): number => this.#now;
  monotonicMs = (): number => this.#now;
  after(delayMs: number, callback: () => void) {
    const handle = setImmediate(() => {
      this.#now += delayMs;
      callback();
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

interface HostOptions {
  readonly on: boolean;
  /** Lost packets by number of the change: the request is lost, or only its answer. */
  readonly lost?: readonly ("request" | "answer" | "none")[];
  /** Looks until the state follows. */
  readonly lag?: number;
  readonly ignores?: readonly PowerAction[];
  /** Number of looks that are answered. */
  readonly looks?: number;
}

/** A host with a power state that follows the requests late. */
class FakeHost {
  readonly sent: PowerAction[] = [];
  readonly clock = new JumpingClock();
  readonly #options: HostOptions;
  /** States that the next looks report. */
  #states: boolean[] = [];
  #on: boolean;
  #looks = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#on = options.on;
  }

  readPower = async () => {
    if (this.#looks++ >= (this.#options.looks ?? Number.POSITIVE_INFINITY))
      throw new OperationError("command", "no_answer", "no answer");
    this.#on = this.#states.shift() ?? this.#on;
    return { on: this.#on, lastEvents: [], faults: [] };
  };

  setPower = async (action: PowerAction) => {
    const { lost = [], lag = 0, ignores = [] } = this.#options;
    const packet = lost[this.sent.length] ?? "none";
    this.sent.push(action);
    if (packet === "request") return "answer_lost" as const;
    const before = this.#on;
    const late = Array.from({ length: lag }, () => before);
    if (!ignores.includes(action)) {
      if (action === "on") this.#states = [...late, true];
      if (action === "off" || action === "soft") this.#states = [...late, false];
      if (action === "cycle") this.#states = [...late, false, true];
    }
    return packet === "answer" ? ("answer_lost" as const) : ("accepted" as const);
  };

  change(
    action: PowerAction,
    options: { readonly waitMs?: number; readonly gracefulMs?: number; readonly onIfOff?: boolean } = {},
  ) {
    const { clock } = this;
    return changePower(this, action, { clock, signal: new AbortController().signal, waitMs: 90_000, ...options });
  }
}

describe("a change of power", () => {
  it.each(["on", "off", "soft"] as const)("waits until the BMC reports the state after %s", async (action) => {
    const host = new FakeHost({ on: action !== "on", lag: 5 });
    expect(await host.change(action)).toEqual({ sent: action, power: action === "on" ? "on" : "off" });
    expect(host.sent).toEqual([action]);
  });

  it("waits until a host was off and is on again after cycle", async () => {
    const host = new FakeHost({ on: true, lag: 4 });
    expect(await host.change("cycle")).toEqual({ sent: "cycle", power: "on" });
  });

  it("is unconfirmed if the state does not follow", async () => {
    const host = new FakeHost({ on: true, ignores: ["soft"] });
    await expect(host.change("soft")).rejects.toThrow("power soft was sent, and the host is still on after 90 s");
    expect(host.sent).toEqual(["soft"]);
  });

  it("is unconfirmed if the BMC goes silent after it", async () => {
    const host = new FakeHost({ on: true, lag: 10, looks: 3 });
    await expect(host.change("off")).rejects.toThrow(UnconfirmedError);
  });

  it("is not sent again without a look if its answer is lost", async () => {
    const answer = new FakeHost({ on: false, lost: ["answer"] });
    expect(await answer.change("on")).toEqual({ sent: "on", power: "on" });
    expect(answer.sent).toEqual(["on"]);
    const request = new FakeHost({ on: false, lost: ["request"] });
    expect(await request.change("on")).toEqual({ sent: "on", power: "on" });
    expect(request.sent).toEqual(["on", "on"]);
  });

  it.each(["cycle", "reset", "nmi"] as const)("is sent once for %s, whatever is lost", async (action) => {
    for (const packet of ["request", "answer", "none"] as const)
      for (const lag of [0, 1, 3])
        for (const looks of [1, 2, 3, 10, 1000])
          for (const waitMs of [0, 90_000]) {
            const host = new FakeHost({ on: true, lost: [packet], lag, looks });
            const result = await host.change(action, { waitMs }).catch((error: unknown) => error);
            expect(host.sent).toEqual([action]);
            if (packet === "request") expect(result).toBeInstanceOf(UnconfirmedError);
          }
  });

  it("refuses cycle and reset of a host that is off, unless it is to be switched on", async () => {
    const host = new FakeHost({ on: false });
    await expect(host.change("cycle")).rejects.toThrow(WrongStateError);
    await expect(host.change("reset")).rejects.toThrow("the host is off, and reset needs a host that is on");
    expect(host.sent).toEqual([]);
    expect(await host.change("cycle", { onIfOff: true })).toEqual({ sent: "on", power: "on" });
  });

  it("switches off after a soft shutdown that is ignored", async () => {
    const host = new FakeHost({ on: true, ignores: ["soft"] });
    expect(await host.change("off", { gracefulMs: 300_000 })).toEqual({ sent: "off", power: "off" });
    expect(host.sent).toEqual(["soft", "off"]);
    const obedient = new FakeHost({ on: true, lag: 3 });
    expect(await obedient.change("off", { gracefulMs: 300_000 })).toEqual({ sent: "soft", power: "off" });
  });

  it("does not send soft to a host that is off", async () => {
    const host = new FakeHost({ on: false });
    expect(await host.change("soft")).toEqual({ sent: "none", power: "off" });
    expect(host.sent).toEqual([]);
  });
});
