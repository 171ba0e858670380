import { describe, expect, it } from "vitest";
import { renderFleet, renderHost, renderProbe, renderRackBudgets } from "../../src/exposition/index.ts";
import type { HostRecord } from "../../src/model/index.ts";
import { golden } from "../support/golden.ts";
import { checkMetrics, promtoolMissing } from "./promtool.ts";
import { awkward, dead, full, stale, unheard } from "./records.ts";

const fleet = (records: readonly HostRecord[]): Buffer =>
  Buffer.concat([...renderFleet(records.map((record) => renderHost(record, { placed: true })))]);

const budgets = [{ place: { site: "vil1", room: "1.07", rack: "r12" }, watts: 12_000 }];

const EXPOSITIONS: readonly (readonly [title: string, file: string, text: () => Buffer])[] = [
  ["a probe of a host with all families", "full.probe.txt", () => renderProbe(full)],
  ["a probe of a host with awkward texts and values", "awkward.probe.txt", () => renderProbe(awkward)],
  ["a probe of a dead host", "dead.probe.txt", () => renderProbe(dead)],
  ["a fleet of one host of each kind", "fleet.txt", () => fleet([full, awkward, dead, stale, unheard])],
  [
    "a fleet of hosts without readings, with a rack budget",
    "silent.fleet.txt",
    () => Buffer.concat([fleet([dead, stale, unheard]), renderRackBudgets(budgets)]),
  ],
];

describe("the exposition of", () => {
  it.each(EXPOSITIONS)("%s is the golden text", (_, file, text) => {
    expect(text().toString()).toBe(golden(import.meta.dirname, file, text()));
  });

  // A complaint of promtool about a name that is decided would be explained here; there is none.
  it.skipIf(promtoolMissing)(`is clean for promtool (skipped where ${promtoolMissing ?? "it is missing"})`, () => {
    for (const [title, , text] of EXPOSITIONS) expect(checkMetrics(text()), title).toEqual([]);
  });
});
