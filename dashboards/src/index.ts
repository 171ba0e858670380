/**
 * dashboards - what the JSON files beside this folder are made of. `npm run dashboards` writes them anew,
 * and a test says when they differ. Queries name the families of docs/metrics.md and the rules of alerts/.
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
