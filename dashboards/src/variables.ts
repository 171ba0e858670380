import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** A variable that Grafana replaces: `${name}`. */
export const filled = (name: string): string => `\${${name}}`;

/** The data source of every panel and query. */
export const DATASOURCE = { type: "prometheus", uid: filled("datasource") } as const;

export const datasource = (): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");

const values = (name: string, label: string, series: string): QueryVariableBuilder => {
  const query = `label_values(${series}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
};

/** Several values or all. All is `.*`, which also matches hosts without the label. */
const several = (name: string, label: string, series: string): QueryVariableBuilder =>
  values(name, label, series)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });

/** Site, room, row and rack, each within the previous selection. */
export function place(): readonly QueryVariableBuilder[] {
  return [
    several("site", "Site", "bmc_up"),
    several("room", "Room", 'bmc_up{site=~"$site"}'),
    several("row", "Row", 'bmc_up{site=~"$site", room=~"$room"}'),
    several("rack", "Rack", 'bmc_up{site=~"$site", room=~"$room", row=~"$row", rack!=""}'),
  ];
}

/** One host of the selected places. */
export const host = (): QueryVariableBuilder =>
  values("host", "Host", 'bmc_up{site=~"$site", room=~"$room", row=~"$row", rack=~"$rack"}');

/** Jobs that scrape exporters, and the exporters. */
export const exporters = (): readonly QueryVariableBuilder[] => [
  several("job", "Job", "lightsout_build_info"),
  several("instance", "Instance", 'lightsout_build_info{job=~"$job"}'),
];
