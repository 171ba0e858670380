/**
 * dashboards - the source of dashboards/*.json. `npm run dashboards` generates the files, and a test compares them.
 * Queries use the families of docs/metrics.md and the recording rules of alerts/.
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { exporter } from "./exporter.ts";
import { fleet } from "./fleet.ts";
import { host } from "./host.ts";
import { rack } from "./rack.ts";

/** All dashboards, outermost first. */
export const dashboards = (): readonly Dashboard[] => [fleet(), rack(), host(), exporter()];

/** Name and text of the file of a dashboard. */
export const rendered = (dashboard: Dashboard): { readonly file: string; readonly text: string } => ({
  file: `${dashboard.uid}.json`,
  text: `${JSON.stringify(dashboard, null, 2)}\n`,
});
