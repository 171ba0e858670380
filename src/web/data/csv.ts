/** A cell: absent values are empty. */
export type Cell = string | number | boolean | undefined;

/** A line of CSV (RFC 4180), its line end included. Text with a comma, a quote or a line break is quoted. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

function cellText(cell: Cell): string {
  const text = cell === undefined ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
