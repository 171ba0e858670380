import { describe, expect, it } from "vitest";
import type { Ask, Bmc, IdentityChange, PartReading } from "../../src/bmc/bmc.ts";
import { BothBmc } from "../../src/bmc/both-bmc.ts";
import type { PartName } from "../../src/model/index.ts";
import { RedfishError } from "../../src/redfish/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ask: Ask = { signal: new AbortController().signal };

/** A BMC that notes what it is asked. */
class FakeBmc implements Bmc {
  readonly calls: string[] = [];
  readonly quirks = [];
  trace: Bmc["trace"];
  coded = false;
  wholeLog = false;
  revision = 0;
  saved: unknown = {};
  change: IdentityChange = "none";
  refusal: RedfishError | undefined;
  readonly protocol: "ipmi" | "redfish";
  readonly offeredParts: ReadonlySet<PartName>;

  constructor(protocol: "ipmi" | "redfish", offeredParts: readonly PartName[]) {
    this.protocol = protocol;
    this.offeredParts = new Set(offeredParts);
  }

  isSilentSince = () => false;
  ping = async () => {};
  open = async () => {
    this.calls.push("open");
    if (this.refusal) throw this.refusal;
  };
  read = async (part: PartName): Promise<PartReading> => {
    this.calls.push(part);
    return { data: {} };
  };
  isDue = () => true;
  takeIdentityChange = () => this.change;
  save = () => this.saved;
  restore = async (saved: unknown) => void this.calls.push(`restore ${JSON.stringify(saved)}`);
  hold = async (ms: number) => void this.calls.push(`hold ${ms}`);
  close = async () => void this.calls.push("close");
}

function bench() {
  const clock = new FakeClock();
  const ipmi = new FakeBmc("ipmi", ["power", "sensors", "sel"]);
  const made: FakeBmc[] = [];
  const refusal: { error?: RedfishError } = {};
  const redfish = (): FakeBmc => {
    const bmc = new FakeBmc("redfish", ["power", "sensors", "sel", "components"]);
    bmc.refusal = refusal.error;
    made.push(bmc);
    return bmc;
  };
  return { clock, ipmi, made, refusal, both: new BothBmc({ ipmi, redfish, clock }) };
}

describe("a BMC over both protocols", () => {
  it("reads each part over IPMI if IPMI has it, and over a session of Redfish of its own otherwise", async () => {
    const { both, ipmi, made } = bench();
    await both.open(ask);
    for (const part of ["power", "sel", "components"] as const) await both.read(part, ask);
    expect(ipmi.calls).toEqual(["open", "power", "sel"]);
    expect(made.map(({ calls }) => calls)).toEqual([["restore undefined", "open", "components", "hold 0"]]);
    expect([...(both.offeredParts ?? [])]).toEqual(["power", "sensors", "sel", "components"]);
    expect([both.isApart("sel"), both.isApart("components"), both.isDue("components")]).toEqual([false, true, true]);
  });

  it("does not open Redfish while IPMI refuses the login", async () => {
    const { both, ipmi, made } = bench();
    ipmi.refusal = new RedfishError("wrong_password", "refused");
    await expect(both.open(ask)).rejects.toThrow("refused");
    expect(made).toEqual([]);
  });

  it("logs in to Redfish again a day after refused credentials, and closes what it opened", async () => {
    const { both, made, refusal, clock } = bench();
    refusal.error = new RedfishError("wrong_password", "HTTP 401", { stage: "session" });
    await expect(both.read("components", ask)).rejects.toThrow("HTTP 401");
    await clock.advance(23 * 3600_000);
    await expect(both.read("components", ask)).rejects.toThrow("HTTP 401");
    expect(made[0]?.calls.filter((call) => call === "open")).toHaveLength(1);
    expect(made[0]?.calls.at(-1)).toBe("hold 0");
    await clock.advance(2 * 3600_000);
    if (made[0]) made[0].refusal = undefined;
    await both.read("components", ask);
    expect(made[0]?.calls.filter((call) => call === "open")).toHaveLength(2);
  });

  it("retries other failures in the next poll", async () => {
    const { both, made, refusal } = bench();
    refusal.error = new RedfishError("no_free_session", "HTTP 503");
    await expect(both.read("components", ask)).rejects.toThrow("HTTP 503");
    await expect(both.read("components", ask)).rejects.toThrow("HTTP 503");
    expect(made[0]?.calls.filter((call) => call === "open")).toHaveLength(2);
  });

  it("saves the state of Redfish beside that of IPMI, and restores what ipmi and auto have saved", async () => {
    const { both, ipmi, made } = bench();
    ipmi.saved = { memory: 1 };
    await both.read("components", ask);
    if (made[0]) made[0].saved = { session: { pin: "aa" }, topology: {} };
    expect(both.save()).toEqual({ memory: 1, besideIpmi: { session: { pin: "aa" }, topology: {} } });
    const of = async (saved: unknown) => {
      const next = bench();
      await next.both.restore(saved);
      await next.both.read("components", ask);
      return [next.ipmi.calls[0], next.made[0]?.calls[0]];
    };
    expect(await of({ memory: 1, besideIpmi: { a: 1 } })).toEqual([
      'restore {"memory":1,"besideIpmi":{"a":1}}',
      'restore {"a":1}',
    ]);
    expect((await of({ memory: 1 }))[1]).toBe("restore undefined");
    expect((await of({ redfish: { b: 1 } }))[1]).toBe('restore {"b":1}');
  });

  it("forgets the resources of a board that was replaced, and keeps the pinned certificate", async () => {
    const { both, ipmi, made } = bench();
    await both.read("components", ask);
    if (made[0]) made[0].saved = { session: { pin: "aa", session: "/x" }, topology: {} };
    const before = both.revision;
    ipmi.change = "replaced";
    expect(both.takeIdentityChange()).toBe("replaced");
    expect(both.revision).not.toBe(before);
    ipmi.change = "none";
    await both.read("components", ask);
    expect(made[1]?.calls[0]).toBe('restore {"session":{"pin":"aa"}}');
  });
});
