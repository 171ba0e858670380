import type { DataTransformerConfig } from "@grafana/grafana-foundation-sdk/dashboard";
import { CELL } from "./columns.ts";
import type { Override } from "./panels.ts";
import { atRack, inNaturalOrder } from "./queries.ts";

/** A value for each place in a rack. NaN for a host without a value; nothing for a free unit. */
export function valueByPlace(series: string): string {
  const cell = (of: string): string => `max by (order, rack, position) (${inNaturalOrder(of)})`;
  return `${cell(series)} or ${cell(`bmc_up${atRack()}`)} * NaN`;
}

/**
 * A table with a column for each rack and a row for each position, for a query with the labels order, rack and position.
 * Columns share the width of the panel; up to 48 racks fit.
 */
export const rackMatrix: {
  readonly transformations: readonly DataTransformerConfig[];
  readonly overrides: readonly Override[];
} = {
  transformations: [
    { id: "sortBy", options: { fields: {}, sort: [{ field: "order", desc: false }] } },
    {
      id: "groupingToMatrix",
      options: { columnField: "rack", rowField: "position", valueField: "Value", emptyValue: "null" },
    },
    { id: "sortBy", options: { fields: {}, sort: [{ field: "position\\rack", desc: true }] } },
  ],
  overrides: [
    // Columns share the width of the panel. The default minimum of 150 pixels would cut off all but the first racks.
    { pattern: "/.*/", set: [CELL, { id: "custom.minWidth", value: 18 }] },
    {
      name: "position\\rack",
      set: [
        { id: "custom.cellOptions", value: { type: "auto" } },
        { id: "custom.width", value: 45 },
        { id: "displayName", value: "Pos." },
        { id: "unit", value: "string" },
        { id: "links", value: [] },
      ],
    },
  ],
};
