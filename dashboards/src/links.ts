import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type DashboardLink, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { filled } from "./variables.ts";

/** The uids are part of the links in alerts, so they must not change. */
export const UID = { fleet: "bmc-fleet", rack: "bmc-rack", host: "bmc-host", exporter: "bmc-exporter" } as const;

export interface Link {
  readonly title: string;
  readonly url: string;
}

const KEPT = `${filled("datasource:queryparam")}&${filled("__url_time_range")}`;

/** A label of a row of a table, or of a series, as a part of an address. */
const labelOf = (from: "row" | "series", label: string): string =>
  filled(`${from === "row" ? "__data.fields" : "__field.labels"}.${label}:percentencode`);

export const toRack = (from: "row" | "series"): Link => ({
  title: "Rack",
  url: `/d/${UID.rack}?var-rack=${labelOf(from, "rack")}&${KEPT}`,
});

/** The rack whose name is the name of the column. */
export const toRackOfColumn: Link = {
  title: "Rack",
  url: `/d/${UID.rack}?var-rack=${filled("__field.name:percentencode")}&${KEPT}`,
};

export const toHost = (from: "row" | "series"): Link => ({
  title: "Host",
  url: `/d/${UID.host}?var-host=${labelOf(from, "host")}&${KEPT}`,
});

/** Link to another dashboard. */
export const toBoard = (uid: string, title: string): Link => ({ title, url: `/d/${uid}?${KEPT}` });

/**
 * A link of a panel or a dashboard. The builder of the SDK puts it into a menu, where it is hard to find.
 */
export function link({ title, url }: Link, more: Partial<DashboardLink> = {}): Builder<DashboardLink> {
  const plain = { type: DashboardLinkType.Link, icon: "dashboard", tooltip: "", tags: [], asDropdown: false };
  return {
    build: () => ({ title, url, ...plain, targetBlank: false, includeVars: false, keepTime: false, ...more }),
  };
}

/** Links to the other dashboards, above the panels. */
export function neighbours(self: string): Builder<DashboardLink>[] {
  const others = [
    [UID.fleet, "Fleet"],
    [UID.rack, "Racks"],
    [UID.host, "Host"],
    [UID.exporter, "Exporter"],
  ] as const;
  return others
    .filter(([uid]) => uid !== self)
    .map(([uid, title]) => link({ title, url: `/d/${uid}` }, { includeVars: true, keepTime: true }));
}
