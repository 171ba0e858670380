import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  AxisPlacement,
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  type DataSourceRef,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PanelBuilder as Heatmap,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat, QueryEditorMode } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as StatusHistory } from "@grafana/grafana-foundation-sdk/statushistory";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries";
import { NO_DATA, PLAIN } from "./colours.ts";
import { type Link, link } from "./links.ts";
import { DATASOURCE } from "./variables.ts";

/** One query. Its refId is the letter of its index. */
export interface Query {
  readonly expr: string;
  /** Name of the series, `{{label}}`. */
  readonly legend?: string;
}

/** Settings for some fields of a panel. */
export interface Override {
  /** The name of a field, the letter of a query, or a pattern of names. */
  readonly name?: string;
  readonly query?: string;
  readonly pattern?: string;
  readonly set: readonly DynamicConfigValue[];
}

/** Properties of a panel. */
export interface Spec {
  readonly title: string;
  /** What it shows, and how to read it. */
  readonly description: string;
  /** Grafana's id of the unit. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  /** Text of an empty panel. It must be true if nothing is known, too. */
  readonly empty?: string;
  readonly links?: readonly Link[];
  readonly overrides?: readonly Override[];
  readonly transformations?: readonly DataTransformerConfig[];
  /** Points of a graph, for queries that read many series. */
  readonly points?: number;
  /** A variable. The panel is repeated for each of its values. */
  readonly repeat?: string;
}

/** Common methods of all panel builders. */
interface AnyBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(text: string): this;
  datasource(datasource: DataSourceRef): this;
  gridPos(position: GridPos): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: Builder<{ mode: ThresholdsMode; steps: Threshold[] }>): this;
  colorScheme(colour: FieldColorBuilder): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
  withTarget(target: Builder<Dataquery>): this;
  withTransformation(transformation: DataTransformerConfig): this;
  overrideByName(name: string, set: DynamicConfigValue[]): this;
  overrideByRegexp(pattern: string, set: DynamicConfigValue[]): this;
  overrideByQuery(query: string, set: DynamicConfigValue[]): this;
  maxDataPoints(count: number): this;
  repeat(variable: string): this;
  repeatDirection(direction: "h" | "v"): this;
  maxPerRow(count: number): this;
}

/** A panel without a position. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  place(id: number, position: GridPos): Builder<Panel>;
}

type Answer = "range" | "instant" | "table";

const colour = (mode: FieldColorModeId): FieldColorBuilder => new FieldColorBuilder().mode(mode);

function query({ expr, legend }: Query, index: number, answer: Answer): DataqueryBuilder {
  const builder = new DataqueryBuilder()
    .datasource(DATASOURCE)
    .editorMode(QueryEditorMode.Code)
    .expr(expr)
    .format(answer === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries)
    .refId(String.fromCharCode("A".charCodeAt(0) + index));
  if (legend !== undefined) builder.legendFormat(legend);
  return answer === "range" ? builder.range() : builder.instant();
}

function tile<B extends AnyBuilder>(builder: B, spec: Spec, answer: Answer): Tile {
  builder.title(spec.title).description(spec.description).datasource(DATASOURCE).unit(spec.unit);
  for (const [index, one] of spec.queries.entries()) builder.withTarget(query(one, index, answer));
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.empty !== undefined) builder.noValue(spec.empty);
  builder.mappings([...(spec.mappings ?? [])]);
  builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...(spec.steps ?? PLAIN)]));
  if (spec.links !== undefined) builder.dataLinks(spec.links.map((one) => link(one)));
  for (const one of spec.transformations ?? []) builder.withTransformation(one);
  for (const { name, query: letter, pattern, set } of spec.overrides ?? []) {
    if (name !== undefined) builder.overrideByName(name, [...set]);
    else if (letter !== undefined) builder.overrideByQuery(letter, [...set]);
    else builder.overrideByRegexp(pattern ?? "", [...set]);
  }
  if (spec.points !== undefined) builder.maxDataPoints(spec.points);
  if (spec.repeat !== undefined)
    if (spec.width === 24) builder.repeat(spec.repeat).repeatDirection("v");
    else builder.repeat(spec.repeat).repeatDirection("h").maxPerRow(2);
  return {
    width: spec.width,
    height: spec.height,
    place: (id, position) => builder.id(id).gridPos(position),
  };
}

const last = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false);

/** A number, or a few. */
export function stat(spec: Spec): Tile {
  const builder = new Stat()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.BackgroundSolid)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(last())
    .colorScheme(colour(FieldColorModeId.Thresholds));
  return tile(builder, spec, "instant");
}

/** One tile with a name for each series, coloured by its value. */
export function tiles(spec: Spec): Tile {
  const builder = new Stat()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.BackgroundSolid)
    .textMode(BigValueTextMode.ValueAndName)
    .wideLayout(true)
    .orientation(VizOrientation.Auto)
    .reduceOptions(last())
    .colorScheme(colour(FieldColorModeId.Thresholds));
  return tile(builder, spec, "instant");
}

/** A bar for each series, in the order of the query. */
export function bars(spec: Spec): Tile {
  const builder = new BarGauge()
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .namePlacement(BarGaugeNamePlacement.Left)
    .showUnfilled(true)
    .reduceOptions(last())
    .colorScheme(colour(FieldColorModeId.Thresholds));
  return tile(builder, spec, "instant");
}

/** Lines over time. */
export function lines(spec: Spec): Tile {
  const builder = new TimeSeries()
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    .colorScheme(colour(FieldColorModeId.PaletteClassic))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  return tile(builder, spec, "range");
}

/**
 * States over time, with texts from mappings. With the colour mode "thresholds", different values of one colour would be
 * merged, and the texts of the thresholds shown.
 */
export function timeline(spec: Spec): Tile {
  const builder = new StateTimeline()
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(80)
    .lineWidth(0)
    .perPage(20)
    .colorScheme(colour(FieldColorModeId.PaletteClassic))
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List));
  return tile(builder, spec, "range");
}

/** A cell per series and time step, coloured by thresholds. Up to 48 racks are on one page. */
export function history(spec: Spec): Tile {
  const builder = new StatusHistory()
    .showValue(VisibilityMode.Never)
    .rowHeight(0.9)
    .fillOpacity(90)
    .perPage(48)
    .maxDataPoints(60)
    .colorScheme(colour(FieldColorModeId.Thresholds))
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List));
  return tile(builder, spec, "range");
}

/** A row per series, the value as colour between `min` and `max`, blue to red. */
export function heatmap(spec: Spec & { readonly min: number; readonly max: number }): Tile {
  const scale = new HeatmapColorOptionsBuilder()
    .mode(HeatmapColorMode.Scheme)
    .scheme("RdYlBu")
    .reverse(false) // true would show hot as blue
    .steps(64)
    .min(spec.min)
    .max(spec.max);
  const builder = new Heatmap()
    .calculate(false)
    .color(scale)
    .cellGap(0)
    .showValue(VisibilityMode.Never)
    .maxDataPoints(60)
    .yAxis(new YAxisConfigBuilder().axisPlacement(AxisPlacement.Left).reverse(false).unit("string"))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).showColorScale(true))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear));
  return tile(builder, spec, "range");
}

/** A table; see columns.ts. */
export function table(spec: Spec): Tile {
  const builder = new Table()
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    .colorScheme(colour(FieldColorModeId.Thresholds));
  return tile(builder, { ...spec, mappings: spec.mappings ?? [NO_DATA] }, "table");
}
