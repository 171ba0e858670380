import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { RackBudgets } from "../../src/inventory/index.ts";
import type { Host, Place } from "../../src/model/index.ts";

const budgetsOf = (racks: string): RackBudgets =>
  new RackBudgets(parseConfig(`racks:\n${racks}`, { path: "lightsout.yml" }));
const hostsIn = (...places: readonly Place[]): readonly Host[] =>
  places.map((place, i) => ({
    name: `n${i}`,
    address: "127.0.0.1",
    port: 623,
    module: "default",
    auth: "default",
    place,
    labels: {},
  }));

describe("the power budgets of racks", () => {
  it("are exported once per rack, with the place labels of its hosts except position", () => {
    const budgets = budgetsOf('  - { racks: "r[01-12]", power_budget_watts: 12000 }');
    const here = { site: "s1", room: "b2", rack: "r03" };
    expect(budgets.of(hostsIn({ ...here, position: "07" }, { ...here, position: "08" }, { rack: "r99" }, {}))).toEqual([
      { place: here, watts: 12000 },
    ]);
  });

  it("of a room override those without a room", () => {
    const budgets = budgetsOf(
      "  - { racks: [r1, r2], power_budget_watts: 9000 }\n  - { racks: r1, room: b2, power_budget_watts: 4500.5 }",
    );
    const found = budgets.of(hostsIn({ room: "b1", rack: "r1" }, { room: "b2", rack: "r1" }, { rack: "r2" }));
    expect(found.map(({ watts }) => watts)).toEqual([9000, 4500.5, 9000]);
  });

  it("may be of racks with names that are invalid for hosts", () => {
    const budgets = budgetsOf('  - { racks: "Rack [1-2]/A", power_budget_watts: 1 }');
    expect(budgets.of(hostsIn({ rack: "Rack 2/A" }))).toHaveLength(1);
  });

  it("of racks without hosts are reported, with the place of a rack of the same name", () => {
    const budgets = budgetsOf(
      "  - { racks: 'r[1-3]', room: b2, power_budget_watts: 1 }\n  - { racks: 'x[1-9]', power_budget_watts: 1 }",
    );
    expect(budgets.unused(hostsIn({ room: "b2", rack: "r1" }, { site: "s1", room: "b1", rack: "r2" }))).toEqual([
      "racks[0]: no host is in r2, r3 (room b2); a rack of this name is in site s1, room b1",
      "racks[1]: no host is in x1, x2, x3, x4, x5 and 4 more",
    ]);
    expect(budgetsOf("  - { racks: r1, power_budget_watts: 1 }").unused(hostsIn({ rack: "r1" }))).toEqual([]);
  });

  it.each([
    [
      "twice in one list",
      '  - { racks: "r[1-3],r2", power_budget_watts: 1 }',
      "lightsout.yml:2:14: racks[0].racks: r2 is already in this entry",
    ],
    [
      "twice at one place",
      "  - { racks: r1, power_budget_watts: 1 }\n  - { racks: r1, power_budget_watts: 2 }",
      "lightsout.yml:3:14: racks[1].racks: r1 is already in racks[0]",
    ],
    [
      "that two entries may mean",
      "  - { racks: r1, row: c, power_budget_watts: 1 }\n  - { racks: r1, room: b2, power_budget_watts: 2 }",
      "lightsout.yml:3:14: racks[1].racks: r1 (room b2) may be the same rack as in racks[0] (row c); give both the same keys of site, room and row",
    ],
    [
      "in a list nobody can read",
      '  - { racks: "r[1-", power_budget_watts: 1 }',
      'lightsout.yml:2:14: racks[0].racks: "r[1-" has a [ without a ]',
    ],
  ])("are refused for racks %s", (_, racks, message) => {
    expect(() => budgetsOf(racks)).toThrow(message);
  });

  it("are accepted for racks of the same name in two rooms", () => {
    const racks =
      "  - { racks: r1, room: b1, power_budget_watts: 1 }\n  - { racks: r1, room: b2, power_budget_watts: 2 }";
    expect(budgetsOf(racks).of(hostsIn({ room: "b2", rack: "r1" }))).toEqual([
      { place: { room: "b2", rack: "r1" }, watts: 2 },
    ]);
  });
});
