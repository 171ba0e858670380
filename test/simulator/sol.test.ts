import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deactivatePayload, SolTakenError } from "../../src/ipmi/index.ts";
import {
  completionCodes,
  duplication,
  loss,
  reordering,
  type Scenario,
  solEnds,
  solLostAcks,
  solNoRetries,
  solOverrun,
  solSizes,
  solStrict,
  solStuckOutput,
} from "../../src/simulator/index.ts";
import { Bench } from "./bench-network.ts";
import { SolClient } from "./sol-client.ts";

const SECOND = 1000;

class SolBench extends Bench {
  readonly client: SolClient;

  constructor(options: { readonly scenarios?: readonly Scenario[]; readonly suite?: number } = {}) {
    super({ scenarios: options.scenarios, bmc: { identity: { name: "node017" } } });
    this.client = this.another({ suite: options.suite });
  }

  another(options?: ConstructorParameters<typeof SolClient>[2]): SolClient {
    return new SolClient(this.wire, this.clock, options);
  }

  async active(...scenarios: Scenario[]): Promise<this> {
    await this.within(this.client.activate());
    for (const scenario of scenarios) this.bmc.add(scenario);
    return this;
  }

  /** Types at the host and lets a second pass. */
  async type(text: string): Promise<string> {
    this.client.text = "";
    this.client.type(text);
    await this.clock.advance(SECOND);
    return this.client.text;
  }

  /** Lets time pass until the client's SOL has ended; returns the seconds. */
  async untilEnd(limitSeconds = 200): Promise<number> {
    for (let s = 0; s < limitSeconds; s++) {
      if (this.client.end) return s;
      await this.clock.advance(SECOND);
    }
    throw new Error("SOL did not end");
  }
}

const bench = (...scenarios: Scenario[]): Promise<SolBench> => new SolBench({ scenarios }).active();

describe("our SOL client on a virtual host", () => {
  it("logs in, sees its echo, runs a command and reboots", async () => {
    const b = await bench();
    expect(await b.type("\r")).toBe("\r\nnode017 login: ");
    expect(await b.type("root\r")).toBe("root\r\nPassword: ");
    expect(await b.type("secret\r")).toBe("\r\nroot@node017:~# ");
    expect(await b.type("echo hello world\r")).toBe("echo hello world\r\nhello world\r\nroot@node017:~# ");
    expect(await b.type("reboot\r")).toMatch(/^reboot\r\nBIOS .*node017 login: $/s);
    expect(b.client.marks).toEqual([]);
  });

  it("sees a panic, and what the host printed while nobody was attached", async () => {
    const b = new SolBench();
    b.bmc.state.serial.panic();
    await b.active();
    await b.clock.advance(SECOND);
    expect(b.client.text).toContain("Kernel panic - not syncing: Fatal exception");
    expect(await b.type("\r")).toBe("");
  });

  it("sends a break", async () => {
    const b = await bench();
    b.client.sol.sendBreak();
    await b.clock.advance(SECOND);
    expect(b.bmc.state.serial.breaks).toBe(1);
    expect(b.client.text).toContain("sysrq: HELP");
  });

  it.each(["swapped", "zero", "huge"] as const)("types long lines where sizes are %s", async (report) => {
    const b = await bench(solSizes({ report }));
    const line = "x".repeat(200);
    expect(await b.type(line)).toBe(line);
  });

  it("stays alive through silence, beyond the idle limit of the BMC", async () => {
    const b = await bench();
    await b.clock.advance(600 * SECOND);
    expect([b.client.end, await b.type("\r")]).toEqual([undefined, "\r\nnode017 login: "]);
  });

  it("shares the session with requests", async () => {
    const b = await bench();
    const status = b.client.connection.open().then((session) => session.run(deactivatePayload, { payloadType: 3 }));
    await expect(b.within(status)).rejects.toThrow("invalid data field");
    expect(await b.type("\r")).toBe("\r\nnode017 login: ");
  });
});

describe("SOL of somebody else", () => {
  it("is reported with user and address, and left alone", async () => {
    const b = await bench();
    const second = b.another();
    const refused = await b.within(second.activate().catch((error: unknown) => error));
    expect(refused).toBeInstanceOf(SolTakenError);
    const own = (await b.client.connection.open()).id;
    expect((refused as SolTakenError).owner).toEqual({ sessionId: own, userId: 3, address: "127.0.0.1" });
    expect(await b.type("\r")).toBe("\r\nnode017 login: ");
  });

  it("is taken on request, and its owner finds out within two keep-alives", async () => {
    const b = await bench();
    const second = b.another();
    await b.within(second.activate({ take: true }));
    expect(await b.untilEnd()).toBeLessThanOrEqual(31);
    expect(b.client.end).toBe("taken");
  });

  it("is taken without a request where it is what a previous run left behind", async () => {
    const b = await bench();
    const leftBehind = (await b.client.connection.open()).id;
    const second = b.another();
    await b.within(second.activate({ leftBehind }));
    second.type("\r");
    await b.clock.advance(SECOND);
    expect(second.text).toBe("\r\nnode017 login: ");
  });

  it.each([
    ["the owner is not reported", [{ netFn: 0x06, command: 0x4b }]],
    [
      "neither owner nor status is reported",
      [
        { netFn: 0x06, command: 0x4b },
        { netFn: 0x06, command: 0x4a },
      ],
    ],
  ] as const)("stays active where %s, until SOL is deactivated", async (_what, filters) => {
    const b = await bench(...filters.map((filter) => completionCodes({ filter, code: 0xc1 })));
    await b.clock.advance(600 * SECOND);
    expect([b.client.end, await b.type("\r")]).toEqual([undefined, "\r\nnode017 login: "]);
    b.bmc.sol.deactivate();
    await b.untilEnd();
    expect(b.client.end).toBe(filters.length === 1 ? "inactive" : "silent");
  });

  it("is found out at once by somebody who types", async () => {
    const b = await bench();
    await b.within(b.another().activate({ take: true }));
    b.client.type("rm -rf /\r");
    await b.untilEnd();
    expect(b.client.marks).toEqual(["input in doubt: 9", "taken, 0 unsent"]);
  });
});

describe("SOL that ends", () => {
  it("when the BMC ends it without notice", async () => {
    const b = await bench(solEnds({ afterPackets: 3 }));
    for (let i = 0; i < 4; i++) if (!b.client.end) b.client.sol.write(Buffer.from("\r"));
    await b.untilEnd();
    expect(b.client.end).toBe("inactive");
  });

  it("when the BMC restarts", async () => {
    const b = await bench();
    b.bmc.restart(60 * SECOND);
    await b.untilEnd();
    expect(b.client.end).toBe("lost");
  });

  it("when the BMC reports that it deactivates", async () => {
    const b = await bench();
    b.bmc.sol.deactivate({ notice: true });
    await b.clock.advance(SECOND);
    expect(b.client.end).toBe("deactivated");
  });

  it("on request: the BMC is free for the next one", async () => {
    const b = await bench();
    await b.within(b.client.sol.close());
    expect([b.client.end, b.bmc.sol.owner]).toEqual([undefined, undefined]);
    await b.within(b.another().activate());
  });

  it("and is activated again where output stopped after a power cycle", async () => {
    const b = await bench(solStuckOutput());
    b.bmc.sol.powerChanged();
    expect(await b.type("\r")).toBe("");
    await b.within(b.client.sol.close());
    await b.within(b.client.activate());
    expect(await b.type("\r")).toBe("\r\nnode017 login: ");
  });
});

describe("SOL that loses packets", () => {
  it("marks an overrun of the BMC", async () => {
    const b = await bench(solOverrun({ probability: 1 }));
    await b.type("\r");
    expect(b.client.marks).toContain("output lost: overrun");
  });

  it("marks output that a BMC without retries lost on the way", async () => {
    const b = await bench(solNoRetries());
    b.bmc.add(loss({ probability: 0.3, direction: "out" }));
    for (let i = 0; i < 20; i++) {
      b.bmc.state.serial.print(`line ${i}\r\n`);
      await b.clock.advance(SECOND);
    }
    const lines = b.client.text.match(/line \d+/g) ?? [];
    expect(lines.length).toBeLessThan(20);
    expect(b.client.marks).toContain("output lost: gap");
  });

  it("types every byte once on a strict BMC that loses half of its acknowledgements", async () => {
    const b = new SolBench({ scenarios: [solStrict(), solLostAcks({ probability: 0.5 })] });
    await b.within(b.client.activate({ stream: { strict: true } }));
    const typed: number[] = [];
    b.bmc.state.serial.program = { input: (bytes) => void typed.push(...bytes) };
    const text = "The quick brown fox jumps over the lazy dog.";
    for (const letter of text) {
      b.client.type(letter);
      await b.clock.advance(100);
    }
    await b.clock.advance(300 * SECOND);
    expect([Buffer.from(typed).toString(), b.client.marks]).toEqual([text, []]);
  });

  it.each([3, 17])(
    "carries 1 MiB both ways through loss, duplicates and reordering over suite %i",
    async (suite) => {
      const b = new SolBench({ suite });
      await b.active();
      b.bmc.add(loss({ probability: 0.05 }));
      b.bmc.add(duplication({ probability: 0.02, delayMs: 30 }));
      b.bmc.add(reordering({ probability: 0.02, holdMs: 40 }));
      const size = 1024 * 1024;
      const received = createHash("sha256");
      let count = 0;
      b.bmc.state.serial.program = {
        input: (bytes) => {
          received.update(bytes);
          count += bytes.length;
        },
      };
      const data = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
      let printed = 0;
      let typed = 0;
      for (let turns = 0; turns < 80_000 && (count < size || b.client.bytes < size); turns++) {
        const space = Math.min(b.bmc.sol.space, 4096);
        b.bmc.state.serial.print(data.subarray(printed, printed + space));
        printed = Math.min(size, printed + space);
        const piece = data.subarray(typed, typed + 4096);
        if (piece.length > 0 && b.client.sol.queuedBytes < 8192 && b.client.sol.write(piece)) typed += piece.length;
        await b.clock.advance(50);
      }
      const expected = createHash("sha256").update(data).digest("hex");
      expect([b.client.marks, b.client.bytes, count]).toEqual([[], size, size]);
      expect(b.client.hash.digest("hex")).toBe(expected);
      expect(received.digest("hex")).toBe(expected);
    },
    120_000,
  );
});
