import { describe, expect, it } from "vitest";
import { FAILURE_REASONS } from "../../src/model/index.ts";
import { backOffMs, followUpOf, soonMs } from "../../src/scheduler/back-off.ts";
import { seeded } from "./fleet.ts";

describe("what follows a failure", () => {
  it("is decided for every reason", () => {
    expect(Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, followUpOf(reason)]))).toEqual({
      name_not_resolved: "back_off",
      unreachable: "back_off",
      no_answer: "back_off",
      timeout: "back_off",
      unknown_user: "stop",
      wrong_password: "stop",
      privilege_refused: "stop",
      no_cipher_suite: "stop",
      not_configured: "stop",
      no_free_session: "soon",
      bmc_busy: "soon",
      unsupported: "next_round",
      protocol_error: "next_round",
      tls_error: "next_round",
    });
  });

  it("is the next round, and not back-off, for a BMC that accepted the login and was too slow for a part", () => {
    expect(followUpOf("timeout", "sensors")).toBe("next_round");
    expect(followUpOf("timeout", "connect")).toBe("back_off");
    expect(followUpOf("no_answer", "sensors")).toBe("back_off");
    expect(followUpOf("wrong_password", "sensors")).toBe("stop");
  });
});

describe("back-off", () => {
  it("starts at one interval, doubles up to the longest, and is shortened by a quarter at most", () => {
    const random = seeded(3);
    for (let level = 1; level <= 100; level++) {
      const full = Math.min(60_000 * 2 ** (level - 1), 900_000);
      for (let i = 0; i < 100; i++) {
        const wait = backOffMs(level, 60_000, 900_000, random);
        expect(wait).toBeLessThanOrEqual(full);
        expect(wait).toBeGreaterThanOrEqual(Math.max(60_000, full * 0.75));
      }
    }
  });

  it("never polls a silent host more often than a healthy one", () => {
    for (const draw of [0, 0.999]) expect(backOffMs(9, 3_600_000, 900_000, () => draw)).toBe(3_600_000);
  });

  it("polls again after 30 to 75 s if no session is free, but not later than the next round", () => {
    expect(soonMs(300_000, () => 0)).toBe(30_000);
    expect(soonMs(300_000, () => 0.9999)).toBeCloseTo(75_000, -2);
    expect(soonMs(20_000, () => 0.5)).toBe(20_000);
  });
});
