import { describe, expect, it } from "vitest";
import {
  FAMILIES,
  PieceStock,
  renderFleet,
  renderHost,
  renderProbe,
  renderRackBudgets,
  Slabs,
  textOf,
} from "../../src/exposition/index.ts";
import { escapeValue } from "../../src/exposition/labels.ts";
import { awkward, dead, full, hundredSensors, stale } from "./records.ts";

const texts = [full, awkward, dead, stale].map((record) => renderHost(record, { placed: true }));

describe("renderFleet", () => {
  it("gives the same bytes for any size of pieces", () => {
    const whole = Buffer.concat([...renderFleet(texts)]);
    for (const chunkBytes of [7, 64, 1000, whole.length, whole.length + 1]) {
      const pieces = [...renderFleet(texts, { stock: new PieceStock(chunkBytes) })];
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(chunkBytes);
      expect(Buffer.concat(pieces).equals(whole), `pieces of ${chunkBytes}`).toBe(true);
    }
  });

  it("gives the same bytes if pieces are reused after they were sent", () => {
    const whole = Buffer.concat([...renderFleet(texts)]);
    const stock = new PieceStock(512);
    const used = new Set<Buffer>();
    let sent = "";
    for (const piece of renderFleet(texts, { stock })) {
      used.add(piece);
      sent += piece.toString("latin1");
      stock.give(Buffer.from(piece));
      stock.give(piece);
      stock.give(piece);
    }
    expect(sent).toBe(whole.toString("latin1"));
    // One is filled while the other is sent, and the rest is a part of one.
    expect(used.size).toBeLessThanOrEqual(3);
  });

  it("gives the same bytes for texts in memory of their own and in shared memory", () => {
    const slabs = new Slabs({ ownBelow: 100 });
    const allocate = (length: number) => slabs.allocate(length, 60_000);
    const together = [full, awkward, dead, stale].map((record) => renderHost(record, { placed: true, allocate }));
    expect(together[0]?.bytes).toBe(together[1]?.bytes);
    expect(together.map((text) => `${textOf(text)}`)).toEqual(texts.map((text) => `${textOf(text)}`));
    expect(`${Buffer.concat([...renderFleet(together)])}`).toBe(`${Buffer.concat([...renderFleet(texts)])}`);
  });

  it("has HELP and TYPE once for each family that a host has, and for no other", () => {
    const text = Buffer.concat([...renderFleet([dead, stale].map((r) => renderHost(r, { placed: true })))]).toString();
    expect(text.match(/^# TYPE bmc_up /gm)).toHaveLength(1);
    expect(text).not.toContain("bmc_temperature_celsius");
  });

  it("gives nothing without hosts", () => {
    expect([...renderFleet([])]).toEqual([]);
  });

  it("gives the hosts present at its beginning, even if others are added", () => {
    const list = [...texts];
    const pieces = renderFleet(list, { stock: new PieceStock(1000) });
    const first = pieces.next().value as Buffer;
    list.push(renderHost(hundredSensors("late"), { placed: true }));
    expect(Buffer.concat([first, ...pieces]).toString()).not.toContain('host="late"');
  });
});

describe("renderHost", () => {
  it("puts host and place first on every series", () => {
    const lines = renderHost(full, { placed: true }).bytes.toString().trimEnd().split("\n");
    const place = '{host="node017",site="vil1",room="1.07",row="b",rack="r12",position="07"';
    expect(lines.filter((line) => !line.includes(place))).toEqual([]);
  });

  it("knows where each family ends, also with characters beyond ASCII", () => {
    const { bytes, bounds } = renderHost(awkward, { placed: true });
    expect(bounds).toHaveLength(FAMILIES.length + 1);
    expect([bounds.at(0), bounds.at(-1)]).toEqual([0, bytes.length]);
    for (const [index, { name }] of FAMILIES.entries())
      for (const line of bytes
        .subarray(bounds[index], bounds[index + 1])
        .toString()
        .trimEnd()
        .split("\n"))
        if (line !== "") expect(line.startsWith(`${name}{`), line).toBe(true);
  });

  it("never exports a value that is not finite", () => {
    expect(renderProbe(awkward).toString()).not.toMatch(/ (NaN|-?Infinity)$/m);
  });
});

describe("escapeValue", () => {
  it.each([
    ['say "hi"', 'say \\"hi\\"'],
    ["C:\\", "C:\\\\"],
    ["two\nlines", "two\\nlines"],
    ["a\0b", "a\uFFFDb"],
    ["plain ü", "plain ü"],
  ])("writes %j as %j", (value, text) => {
    expect(escapeValue(value)).toBe(text);
  });
});

describe("renderRackBudgets", () => {
  it("exports each rack once, with labels of its place only", () => {
    const place = { site: "s", rack: "r1", position: "07" };
    const text = renderRackBudgets([
      { place, watts: 5000 },
      { place, watts: 6000 },
    ]).toString();
    expect(text.split("\n").slice(1)).toEqual([
      "# TYPE bmc_rack_power_budget_watts gauge",
      'bmc_rack_power_budget_watts{site="s",rack="r1"} 6000',
      "",
    ]);
    expect(renderRackBudgets([])).toHaveLength(0);
  });
});
