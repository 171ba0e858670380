import type { Ask, Bmc, PartReading } from "../../src/bmc/bmc.ts";
import type { PartName } from "../../src/model/index.ts";

type Reads = (ask: Ask) => PartReading | Promise<PartReading>;

/** A BMC whose parts answer as the test says, and that remembers what it was asked. */
export class FakeBmc implements Bmc {
  readonly protocol = "ipmi";
  readonly quirks: readonly string[] = [];
  readonly revision = 0;
  /** Sends nothing whatever it is sent. */
  isSilent = false;
  trace: Bmc["trace"];
  coded = false;
  wholeLog = false;
  readonly asked: string[] = [];
  /** Absent parts answer with nothing in particular. */
  parts: Partial<Record<PartName, Reads>> = {};
  /** Parts that are to be read whatever their age. */
  due: PartName[] = [];
  opens: (ask: Ask) => Promise<void> = async () => {};

  isSilentSince(): boolean {
    return this.isSilent;
  }

  async ping(ask: Ask): Promise<void> {
    this.asked.push("ping");
    await this.opens(ask);
  }

  async open(ask: Ask): Promise<void> {
    this.asked.push("open");
    await this.opens(ask);
  }

  async read(part: PartName, ask: Ask): Promise<PartReading> {
    this.asked.push(part);
    return (await this.parts[part]?.(ask)) ?? { data: {} };
  }

  isDue(part: PartName): boolean {
    return this.due.includes(part);
  }

  save(): unknown {
    return undefined;
  }

  async restore(): Promise<void> {}
  async hold(): Promise<void> {}
  async close(): Promise<void> {}

  /** What was asked since the last call. */
  take(): string[] {
    return this.asked.splice(0);
  }
}
