/**
 * One row of the report: what was measured, the budget, the value and how it compares to its limit.
 *
 * @param least lower limit, instead of the upper `limit`
 */
export function row(what, { value, least, limit = least, unit = "", digits = 1, budget, note = "" }) {
  const measured = `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
  const ratio = limit === undefined || limit === 0 ? "" : `${(value / limit).toFixed(2)}×`;
  const verdict =
    limit === undefined
      ? ""
      : (least === undefined ? value <= limit : value >= least)
        ? "ok"
        : least === undefined
          ? "over"
          : "under";
  const budgetText =
    budget ??
    (limit === undefined ? "" : `${least === undefined ? "" : "at least "}${Number(limit.toFixed(2))} ${unit}`.trim());
  return [what, budgetText, measured, ratio, verdict, note];
}

const HEAD = ["what", "budget", "measured", "of it", "", "note"];

/** The report as text, with columns as wide as their widest cell. */
export function table(rows) {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) =>
        column === 2 || column === 3 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd();
  return [line(HEAD), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
