import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Events, type EventsOptions } from "../../src/events/index.ts";
import { silentLogger } from "../../src/lib/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const report = { eventsEnded: () => {}, outputConfigured: () => {}, eventsWaiting: () => {} };

/** Collects garbage; once in a turn of its own, so that no frame below still holds something. */
async function collect(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("garbage cannot be collected on demand");
  for (let n = 0; n < 3; n++) {
    await turn();
    gc();
  }
}

function settings(edition: number, labels: Readonly<Record<string, string>>): EventsOptions {
  const alertmanager = { urls: ["http://127.0.0.1:9"], minSeverity: "critical" as const, resolveAfterMs: 1, labels };
  return { historical: edition < 0, alertmanager: { ...alertmanager, timeoutMs: 1000 } };
}

describe("outputs over many reloads", () => {
  it("do not keep earlier settings in memory", async () => {
    const events = new Events({ clock: new FakeClock(), log: silentLogger, report });
    const configured = async (edition: number): Promise<WeakRef<object>> => {
      const labels = { edition: String(edition) };
      await events.configure(settings(edition, labels), 0);
      return new WeakRef(labels);
    };
    const editions: WeakRef<object>[] = [];
    for (let edition = 0; edition < 5; edition++) editions.push(await configured(edition));
    await collect();
    expect(editions.map((edition) => edition.deref() !== undefined)).toEqual([false, false, false, false, true]);
    await events.close(0);
  });
});
