import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { neighbours } from "./links.ts";
import type { Tile } from "./panels.ts";
import { DATASOURCE, datasource } from "./variables.ts";

/** A row with one question, and the panels that answer it. */
export interface Section {
  readonly question: string;
  readonly tiles: readonly Tile[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Besides the data source. */
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
  readonly annotations?: readonly Annotation[];
}

/** Events from a query, drawn as marks in all graphs. */
export interface Annotation {
  readonly name: string;
  readonly expr: string;
  /** Text of a mark, `{{label}}`. */
  readonly title: string;
  readonly colour: string;
}

const annotation = ({ name, expr, title, colour }: Annotation): Builder<AnnotationQuery> => ({
  build: () => ({
    name,
    datasource: DATASOURCE,
    enable: true,
    iconColor: colour,
    expr,
    step: "60s",
    titleFormat: title,
  }),
});

const COLUMNS = 24;

/** Places the panels of each section side by side, as many as fit, and the sections below each other. */
export function board({ uid, title, description, variables, sections, annotations = [] }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["lightsout", "bmc"])
    .readonly()
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .tooltip(DashboardCursorSync.Crosshair)
    .version(1)
    .links(neighbours(uid))
    .variables([datasource(), ...variables])
    .annotations(annotations.map(annotation));
  let id = 0;
  let y = 0;
  for (const { question, tiles } of sections) {
    id += 1;
    builder.withRow(new RowBuilder(question).id(id).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const tile of tiles) {
      if (x + tile.width > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      id += 1;
      builder.withPanel(tile.place(id, { x, y, w: tile.width, h: tile.height }));
      x += tile.width;
      tallest = Math.max(tallest, tile.height);
    }
    y += tallest;
  }
  return builder.build();
}
