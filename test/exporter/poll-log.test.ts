import { describe, expect, it } from "vitest";
import { PollLog } from "../../src/exporter/poll-log.ts";
import { silentLogger } from "../../src/lib/index.ts";
import { snapshot } from "../exposition/records.ts";

describe("the log of polls", () => {
  it("has one line when a host begins to exceed its limits, and one when it no longer does", () => {
    const lines: unknown[] = [];
    const keep = (fields: object, message: string): void => void lines.push({ ...fields, message });
    const log = new PollLog({ ...silentLogger, info: keep, warn: keep });
    const within = snapshot("n", { sensors: [] });
    const omitted = { sensors: 61_534, series: 12 };
    log.polled(within);
    for (let round = 0; round < 3; round++) log.polled({ ...within, omitted });
    // Sensors that were not read say nothing about limits.
    log.polled(snapshot("n"));
    log.polled({ ...within, omitted: { sensors: 61_534 } });
    log.polled(within);
    expect(lines).toEqual([
      {
        host: "n",
        limits: "sensors, series",
        omitted,
        message: "host exceeds its limits; what exceeds them is left out",
      },
      {
        host: "n",
        limits: "sensors",
        omitted: { sensors: 61_534 },
        message: "host exceeds its limits; what exceeds them is left out",
      },
      { host: "n", message: "host is within its limits again" },
    ]);
  });
});
