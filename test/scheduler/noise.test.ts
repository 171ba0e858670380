import { describe, expect, it } from "vitest";
import { FAILURE_REASONS, type Host } from "../../src/model/index.ts";
import { type Behaviour, fleetOf, hostNamed, MINUTE, Rig, seeded } from "./fleet.ts";

/** Whatever happens in whatever order, these hold. */
describe("under random load", () => {
  const seeds = [1, 2, 3, Math.floor(Math.random() * 2 ** 32)];

  it.each(seeds)("keeps its limits, answers every probe and polls every host (seed %i)", async (seed) => {
    const random = seeded(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const rig = new Rig({ concurrency: 12, groupConcurrency: 5, probeQueueLimit: 40 }, { random });
    const behaviour = (): Behaviour => {
      const kind = random();
      if (kind < 0.5) return { afterMs: below(8_000) };
      if (kind < 0.7) return "silent";
      if (kind < 0.75) return "wedged";
      return { afterMs: below(3_000), reason: FAILURE_REASONS[below(FAILURE_REASONS.length)] };
    };
    const pool = fleetOf(400, { timeoutMs: 10_000 }).filter((_, i) => i % 4 === 0);
    const anyHost = (): Host => pool[below(pool.length)]?.host ?? hostNamed("x1");
    let asked = 0;
    let answered = 0;
    for (let step = 0; step < 150; step++) {
      for (let i = 0; i < 5; i++) rig.behaviours.set(anyHost().name, behaviour());
      if (random() < 0.3) {
        rig.scheduler.setHosts(
          pool
            .filter(() => random() < 0.9)
            .map((s) => ({ ...s, intervalMs: MINUTE * (1 + below(2)), revision: random() < 0.05 ? `${step}` : "0" })),
        );
      }
      if (random() < 0.1) rig.scheduler.pollRefusedHosts();
      for (let i = below(6); i > 0; i--) {
        const controller = new AbortController();
        const request = {
          signal: controller.signal,
          deadlineMs: random() < 0.5 ? rig.clock.monotonicMs() + below(20_000) : undefined,
          parts: random() < 0.2 ? (["power"] as const) : undefined,
        };
        asked++;
        const count = (): void => void answered++;
        rig.scheduler.pollNow({ ...anyHost(), auth: random() < 0.8 ? "default" : "admin" }, request).then(count, count);
        if (random() < 0.2) rig.clock.after(below(15_000), () => controller.abort());
      }
      await rig.clock.advance(below(20_000));
      const totals = rig.scheduler.totals();
      expect(totals.running).toBeLessThanOrEqual(12);
      expect(totals.queuedProbes).toBeLessThanOrEqual(40);
      for (const { host } of pool) {
        const state = rig.scheduler.state(host.name);
        if (state?.activity !== "idle") continue;
        // An idle host has a time at which it is polled, unless only a reload can help.
        if (state.nextDueAt === undefined) expect(state.stopped?.reason, host.name).toBe("not_configured");
      }
    }
    // Left alone with healthy BMCs, everything is back on its rounds.
    rig.behaviours.clear();
    rig.byDefault = { afterMs: 100 };
    rig.scheduler.setHosts(pool.map((s) => ({ ...s, revision: "new" })));
    await rig.clock.advance(20 * MINUTE);
    expect(answered).toBe(asked);
    expect(rig.scheduler.totals()).toMatchObject({ hosts: 100, queuedProbes: 0, backedOff: 0, stopped: 0 });
    const before = rig.polls.length;
    await rig.clock.advance(10 * MINUTE);
    // One may start just before or after each end of the ten minutes.
    expect(Math.abs(rig.polls.length - before - 1_000)).toBeLessThanOrEqual(5);
    await rig.scheduler.stop();
    expect(rig.clock.pending).toBe(0);
  });
});
