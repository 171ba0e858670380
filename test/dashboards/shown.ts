import { isDeepStrictEqual } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { ALWAYS_HIDDEN } from "../../dashboards/src/columns.ts";
import { withPeers } from "../rig/requirements.ts";
import { nameOf, WITH } from "./fleet.ts";
import { type Answer, type Field, type Frame, GRAFANA, type Grafana, loadGrafana, numberOf } from "./grafana.ts";
import { linksOf, type PanelJson, panels } from "./panels.ts";

/** Responses to the queries of a panel, for each host or rack it is repeated for. */
export type Asked = (panel: PanelJson) => readonly (() => Promise<readonly Answer[]>)[];

/** Labels of the inventory: columns without a configured position. */
const FREE = ["vendor", "role"];

/** A rendered panel. */
interface Drawn {
  readonly answers: readonly Answer[];
  readonly frames: readonly Frame[];
  /** Frames before columns are renamed, ordered and hidden. */
  readonly whole: readonly Frame[];
}

const options = (panel: PanelJson, id: string): Readonly<Record<string, unknown>> | undefined =>
  panel.transformations?.find((one) => one.id === id)?.options;
const fieldsOf = (frames: readonly Frame[]): readonly Field[] => frames.flatMap(({ fields }) => fields);
const namesOf = (frames: readonly Frame[]): readonly string[] => fieldsOf(frames).map(({ name }) => name);
const isThere = (value: unknown): boolean => value !== null && value !== undefined && value !== "";
const sampleOf = ({ value }: Answer["series"][number]): number => (value === undefined ? Number.NaN : numberOf(value));

/** Displayed text of a cell. */
function text({ display, values }: Field, row: number): string {
  const shown = display?.(values[row]);
  return `${shown?.prefix ?? ""}${shown?.text ?? ""}${shown?.suffix ?? ""}`;
}

/**
 * Renders responses with Grafana's own code. Transformations and overrides use names of fields, and for a wrong name Grafana
 * reports no error: the column is empty, called "Value #B", or missing.
 */
export function shown(asked: Asked): void {
  withPeers([GRAFANA], "rendered by Grafana's own code", () => {
    let grafana: Grafana;
    beforeAll(() => {
      grafana = loadGrafana();
    });

    async function draw(panel: PanelJson, answers: readonly Answer[]): Promise<Drawn> {
      const whole = await grafana.before("organize", panel, answers);
      return { answers, frames: await grafana.show(panel, answers), whole };
    }
    async function drawings(panel: PanelJson): Promise<readonly Drawn[]> {
      const all: Drawn[] = [];
      for (const ask of asked(panel)) {
        const answers = await ask();
        if (answers.some(({ series }) => series.length > 0)) all.push(await draw(panel, answers));
      }
      expect(all.length).toBeGreaterThan(0);
      return all;
    }

    it.each(panels)("$at has the fields of its overrides and links", async ({ panel }) => {
      const all = await drawings(panel);
      for (const { matcher } of panel.fieldConfig.overrides)
        expect(
          all.some(({ frames }) => grafana.matches(matcher, frames)),
          `no field of ${JSON.stringify(matcher)}`,
        ).toBe(true);
      const names = new Set(all.flatMap(({ frames }) => namesOf(frames)));
      for (const { url } of linksOf(panel))
        for (const [, field = ""] of url.matchAll(/__data\.fields\.(\w+)/g)) expect(names).toContain(field);
      for (const { frames } of all)
        for (const field of fieldsOf(frames))
          for (const row of field.values.keys()) expect(text(field, row)).not.toMatch(/NaN|undefined|null|Invalid/);
    });

    const transformed = panels.filter(({ panel }) => panel.transformations !== undefined);

    it.each(transformed)("$at has the values of Prometheus in its cells, sorted", async ({ panel }) => {
      for (const { answers, frames, whole } of await drawings(panel)) {
        expect(frames.length).toBe(1);
        expect(whole.length).toBe(1);
        const [table] = whole;
        if (table === undefined) throw new Error("no table");
        expectCells(panel, answers, table);
        for (const { name, values } of fieldsOf(frames))
          expect(values, name).toEqual(table.fields.find((one) => one.name === name)?.values);
        const last = panel.transformations?.findLast(({ id }) => id === "sortBy")?.options.sort ?? [];
        for (const { field, desc } of last as { field: string; desc: boolean }[]) {
          const values = table.fields.find((one) => one.name === field)?.values.filter(isThere) ?? [];
          expect(values.length, field).toBeGreaterThan(0);
          const up = [...values].sort((a, b) =>
            typeof a === "number" ? a - Number(b) : a === b ? 0 : `${a}` < `${b}` ? -1 : 1,
          );
          expect(values).toEqual(desc ? up.reverse() : up);
        }
      }
    });

    it.each(transformed.filter(({ panel }) => options(panel, "organize") !== undefined))(
      "$at has its columns with their headings in order, and none that is empty",
      async ({ panel }) => {
        const { excludeByName, indexByName, renameByName } = options(panel, "organize") as {
          excludeByName: Readonly<Record<string, boolean>>;
          indexByName: Readonly<Record<string, number>>;
          renameByName: Readonly<Record<string, string>>;
        };
        const all = await drawings(panel);
        const before = new Set(all.flatMap(({ whole }) => namesOf(whole)));
        const hidden = Object.keys(excludeByName).filter(
          (name) => !ALWAYS_HIDDEN.includes(name) && !/^Time \d$/.test(name),
        );
        const columns = Object.keys(indexByName).sort((a, b) => (indexByName[a] ?? 0) - (indexByName[b] ?? 0));
        for (const name of [...hidden, ...columns, ...Object.keys(renameByName)]) expect(before).toContain(name);
        const filled = new Set<string>();
        for (const { frames, whole } of all) {
          const there = namesOf(whole);
          const meant = columns.filter((name) => there.includes(name));
          const fields = fieldsOf(frames).filter(({ name }) => !FREE.includes(name) || columns.includes(name));
          expect(fields.map(({ name }) => name)).toEqual(meant);
          for (const frame of frames)
            for (const field of fields) {
              expect(grafana.heading(field, frame, frames)).toBe(renameByName[field.name]);
              if (field.values.some(isThere)) filled.add(field.name);
            }
        }
        expect([...filled].sort()).toEqual([...columns].sort());
      },
    );

    it.each(transformed.filter(({ panel }) => panel.targets.length > 1))(
      "$at has its rows if only the first query has a result",
      async ({ panel }) => {
        for (const { answers } of await drawings(panel)) {
          const [first, ...others] = answers;
          if (first === undefined || first.series.length === 0) continue;
          const { frames, whole } = await draw(panel, [first, ...others.map(({ target }) => ({ target, series: [] }))]);
          expect(whole.length).toBe(1);
          expect(frames[0]?.length).toBe(first.series.length);
        }
      },
    );

    /** A row of a table by the text of one of its cells, as headings and texts. */
    async function rowOf(at: string, cell: string, which = 0): Promise<Readonly<Record<string, string>>> {
      const panel = panels.find((one) => one.at === at)?.panel;
      if (panel === undefined) throw new Error(`no ${at}`);
      const frame = (await drawings(panel))[which]?.frames[0];
      if (frame === undefined) throw new Error(`nothing in ${at}`);
      const rows = Array.from({ length: frame.length }, (_, row) =>
        Object.fromEntries(frame.fields.map((field) => [grafana.heading(field, frame, [frame]), text(field, row)])),
      );
      const found = rows.find((row) => Object.values(row).includes(cell));
      if (found === undefined) throw new Error(`no ${cell} in ${at}: ${JSON.stringify(rows)}`);
      return found;
    }

    const SILENT = 3; // of the hosts that panels of one host are drawn for

    it("never shows a host whose BMC is unreachable as ok", async () => {
      const silent = async (title: string) => {
        const panel = panels.find((one) => one.at === `bmc-host / ${title}`)?.panel;
        if (panel === undefined) throw new Error(`no ${title}`);
        const responses = await asked(panel)[SILENT]?.();
        const frame = (await grafana.show(panel, responses ?? []))[0];
        if (frame === undefined) throw new Error(`nothing in ${title}`);
        return frame.fields.map((field) => Array.from({ length: frame.length }, (_, row) => text(field, row)));
      };
      expect(await silent("Sensors not ok")).toEqual([["not known"], ["? not known"]]);
      expect(await silent("Chassis faults")).toEqual([["not known"]]);
      expect(await silent("Findings")).toEqual([["security"], ["not known"]]);
      expect((await silent("Failed parts of the poll")).flat()).toContain("no_answer");
      expect((await silent("Firing alerts")).flat()).toContain("BmcUnreachable");
    });

    it("shows texts for states, units for numbers, and dashes for what is not known", async () => {
      const attention = "bmc-fleet / Hosts needing attention";
      expect(await rowOf(attention, nameOf(WITH.deadFan))).toEqual({
        Host: "node008",
        Rack: "r1",
        Position: "22",
        State: "■ critical",
        Reason: "-",
        "Worst sensor": "Fan 2",
        "Firing alerts": "FanFailed",
        Events: "1",
      });
      expect(await rowOf(attention, nameOf(WITH.silent))).toMatchObject({
        State: "× unreachable",
        Reason: "no_answer",
        "Worst sensor": "-",
        "Firing alerts": "BmcUnreachable",
      });
      const rack = "bmc-rack / $rack";
      expect(await rowOf(rack, nameOf(WITH.deadFan))).toEqual({
        Position: "22",
        Host: "node008",
        State: "■ critical",
        "Inlet air": "22 °C",
        Power: "299 W",
        "Of limit": "60%",
        "Sensors not ok": "1",
        Alerts: "1",
      });
      // A free unit is empty; a host whose values are not known has dashes.
      const free = {
        Host: "",
        State: "",
        "Inlet air": "",
        Power: "",
        "Of limit": "",
        "Sensors not ok": "",
        Alerts: "",
      };
      expect(await rowOf(rack, "03")).toEqual({ Position: "03", ...free });
      expect(await rowOf(rack, nameOf(WITH.locked), 5)).toMatchObject({
        State: "× unreachable",
        "Inlet air": "-",
        Power: "-",
        "Of limit": "-",
        "Sensors not ok": "-",
        Alerts: "1",
      });
      const floor = await rowOf("bmc-fleet / Floor $room: state", "22");
      expect(floor).toMatchObject({ "Pos.": "22", r1: "■", r2: "OK" });
      expect(await rowOf("bmc-fleet / Floor $room: inlet air", "19")).toMatchObject({ r1: "22", r6: "-" });
      expect(await rowOf("bmc-rack / Inlet air, racks side by side", "19")).toEqual({
        "Pos.": "19",
        r1: "22 °C",
        r2: "22 °C",
        r3: "23 °C",
        r4: "24 °C",
        r5: "36 °C",
        r6: "-",
      });
      expect(await rowOf("bmc-host / Sensors not ok", "Fan 2")).toEqual({
        Sensor: "Fan 2",
        Kind: "fan",
        States: "lower_critical",
        Health: "■ critical",
      });
    });
  });
}

/** Every series has a row with its labels and its value, and there are no other rows. */
function expectCells(panel: PanelJson, answers: readonly Answer[], table: Frame): void {
  const column = (name: string): readonly unknown[] => table.fields.find((one) => one.name === name)?.values ?? [];
  const matrix = options(panel, "groupingToMatrix") as Readonly<Record<string, string>> | undefined;
  const joined = options(panel, "joinByField")?.byField as string | undefined;
  const all = answers.flatMap(({ series }) => series);
  if (matrix !== undefined) {
    const { columnField = "", rowField = "" } = matrix;
    const keys = column(`${rowField}\\${columnField}`);
    expect([...keys].sort()).toEqual([...new Set(all.map(({ metric }) => metric[rowField]))].sort());
    for (const one of all)
      expect(column(one.metric[columnField] ?? "")[keys.indexOf(one.metric[rowField])]).toBe(sampleOf(one));
    const cells = table.fields.slice(1).flatMap(({ values }) => values.filter(isThere));
    expect(cells.length).toBe(all.length);
    return;
  }
  const grouped = panel.transformations?.find(({ id }) => id === "groupBy");
  if (grouped !== undefined && joined === undefined) {
    // One row for each group, with the different values of the other label in one cell.
    const fields = Object.entries(grouped.options.fields as Readonly<Record<string, { operation: string }>>);
    const by = fields.filter(([, { operation }]) => operation === "groupby").map(([name]) => name);
    const keyOf = (metric: Readonly<Record<string, string>>): string => by.map((name) => metric[name] ?? "").join("\n");
    expect(table.length).toBe(new Set(all.map(({ metric }) => keyOf(metric))).size);
    return;
  }
  for (const { target, series } of answers) {
    if (isDeepStrictEqual(grouped?.filter, { id: "byRefId", options: target.refId })) continue;
    const values = column(answers.length > 1 ? `Value #${target.refId}` : "Value");
    for (const one of series) {
      const labels = Object.entries(one.metric).filter(([name]) => column(name).length > 0);
      const rows = [...values.keys()].filter((row) => labels.every(([name, value]) => column(name)[row] === value));
      expect(rows.some((row) => Object.is(values[row], sampleOf(one)))).toBe(true);
      if (joined !== undefined) expect(rows.length).toBe(1);
    }
    expect(values.filter(isThere).length).toBe(series.length);
  }
  const rows = joined === undefined ? all.length : new Set(all.map(({ metric }) => metric[joined])).size;
  expect(table.length).toBe(rows);
}
