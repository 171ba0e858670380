import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** A variable in the syntax of Grafana: `${name}`. */
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

/** Several values or all. "All" is `.*`, so that it includes hosts without the label. */
const several = (name: string, label: string, series: string): QueryVariableBuilder =>
  values(name, label, series)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });

/** Racks of the chosen places. Without "All": the first rack is chosen unless a link names others. */
export const chosenRacks = (): readonly QueryVariableBuilder[] => [
  ...place().slice(0, 3),
  values("rack", "Rack", RACKS).multi(true).includeAll(false),
];

const RACKS = 'bmc_up{site=~"$site", room=~"$room", row=~"$row", rack!=""}';

/** Site, room, row and rack, each restricted by the previous ones. */
export function place(): readonly QueryVariableBuilder[] {
  return [
    several("site", "Site", "bmc_up"),
    several("room", "Room", 'bmc_up{site=~"$site"}'),
    several("row", "Row", 'bmc_up{site=~"$site", room=~"$room"}'),
    several("rack", "Rack", RACKS),
  ];
}

/** One host of the chosen places. */
export const host = (): QueryVariableBuilder =>
  values("host", "Host", 'bmc_up{site=~"$site", room=~"$room", row=~"$row", rack=~"$rack"}');

/** The jobs that scrape exporters, and the exporters. */
export const exporters = (): readonly QueryVariableBuilder[] => [
  several("job", "Job", "lightsout_build_info"),
  several("instance", "Instance", 'lightsout_build_info{job=~"$job"}'),
];
