import { describe, expect, it } from "vitest";
import { differences, seriesOf } from "../../src/dialect/compare.ts";

const strict = { tolerance: 0 };

describe("differences between two answers", () => {
  it("are series that only one has, and values that are too far apart", () => {
    const theirs = 'ipmi_a{x="1"} 1\nipmi_b 100\nipmi_c 5\n';
    const ours = 'ipmi_b 104\nipmi_c 5\nipmi_d{x="1"} NaN\n';
    expect(differences(theirs, ours, { tolerance: 0.03 })).toEqual([
      { kind: "missing", series: 'ipmi_a{x="1"}', theirs: 1 },
      { kind: "value", series: "ipmi_b", theirs: 100, ours: 104 },
      { kind: "extra", series: 'ipmi_d{x="1"}', ours: Number.NaN },
    ]);
    expect(differences(theirs, ours, { tolerance: 0.05 }).map(({ kind }) => kind)).toEqual(["missing", "extra"]);
  });

  it("do not include NaN and NaN, label order, and empty labels", () => {
    expect(differences('a{x="1",y="2",z=""} NaN\n', 'a{y="2",x="1"} NaN\n', strict)).toEqual([]);
  });

  it("include states that differ by less than the tolerance", () => {
    const near = differences("ipmi_fan_speed_state 1\n", "ipmi_fan_speed_state 2\n", { tolerance: 1 });
    expect(near).toHaveLength(1);
  });

  it("do not include the duration of the scrapes", () => {
    expect(differences("ipmi_scrape_duration_seconds 1\n", "ipmi_scrape_duration_seconds 2\n", strict)).toEqual([]);
  });
});

describe("the series of an answer", () => {
  it("may have quotes, braces and commas in their labels", () => {
    const text = '# HELP a b\na{name="x \\"y\\", {z}",id="1"} 2.5\nb 1e+06\nc +Inf\nno sample at all\n';
    expect([...seriesOf(text)]).toEqual([
      ['a{id="1",name="x \\"y\\", {z}"}', 2.5],
      ["b", 1e6],
      ["c", Number.POSITIVE_INFINITY],
    ]);
  });
});
