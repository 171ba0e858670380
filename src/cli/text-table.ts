import { escapeControls } from "../lib/index.ts";

export { escapeControls };

/**
 * Rows as aligned columns, two spaces apart. Control characters are shown as escapes: texts of BMCs must not control the
 * terminal.
 */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(escapeControls));
  const widths: number[] = [];
  for (const row of cells)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
