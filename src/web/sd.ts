import type { Request, RequestHandler } from "express";
import { type Host, PLACE_LABELS } from "../model/index.ts";
import type { RemoteHost } from "./cluster-view.ts";
import { Parameters } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { SELECTABLE } from "./selection.ts";
import { parseSliceCount } from "./slice.ts";
import { sendPieces } from "./stream.ts";

const SD_PARAMETERS = ["by", "slices"] as const;
const MODES = ["host", "rack", "slice", "probe"] as const;
type Mode = (typeof MODES)[number];

const DEFAULT_SLICES = 10;

/** One entry of Prometheus' http_sd; a label with an empty value does not exist for Prometheus. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

type Labels = TargetGroup["labels"];

/** Labels for relabelling, which Prometheus drops afterwards. The metrics carry them themselves. */
function metaLabels({ place, labels, module }: Host): Labels {
  const meta: Record<string, string> = { __meta_lightsout_module: module };
  for (const [name, value] of Object.entries({ ...labels, ...place }))
    if (value !== undefined) meta[`__meta_lightsout_${name.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`] = value;
  return meta;
}

function* byHost(hosts: Iterable<Host>): Generator<Labels> {
  for (const host of hosts)
    yield { __metrics_path__: "/metrics", __param_host: host.name, instance: host.name, ...metaLabels(host) };
}

/** The metrics of a probe have neither host nor place, so the target has them. */
function* byProbe(hosts: Iterable<Host>): Generator<Labels> {
  for (const host of hosts) {
    const place: Record<string, string> = {};
    for (const label of PLACE_LABELS) if (host.place[label] !== undefined) place[label] = host.place[label];
    const target = { __metrics_path__: "/probe", __param_target: host.name, instance: host.name, host: host.name };
    yield { ...target, ...place, ...metaLabels(host) };
  }
}

/** Racks of the same name in two rooms are two targets. Hosts without a rack are one more. */
function* byRack(hosts: Iterable<Host>): Generator<Labels> {
  const racks = new Map<string, Host["place"]>();
  const used = new Set<(typeof SELECTABLE)[number]>();
  for (const { place } of hosts) {
    racks.set(JSON.stringify(SELECTABLE.map((label) => place[label] ?? "")), place);
    for (const label of SELECTABLE) if (place[label]) used.add(label);
  }
  for (const place of racks.values()) {
    const labels: Record<string, string> = { __metrics_path__: "/metrics" };
    const without: string[] = [];
    for (const label of used) {
      const value = place[label];
      if (value) labels[`__param_${label}`] = value;
      else without.push(label);
    }
    if (without.length > 0) labels.__param_without = without.join(",");
    const names = SELECTABLE.flatMap((label) => place[label] || []);
    yield { ...labels, instance: names.length === 0 ? "no rack" : names.join("/") };
  }
}

function* bySlice(count: number): Generator<Labels> {
  for (let index = 0; index < count; index++) {
    const slice = `${index}/${count}`;
    yield { __metrics_path__: "/metrics", __param_slice: slice, instance: `slice ${slice}` };
  }
}

function labelsOf(mode: Mode, hosts: Iterable<Host>, slices: number): Iterable<Labels> {
  switch (mode) {
    case "host":
      return byHost(hosts);
    case "probe":
      return byProbe(hosts);
    case "rack":
      return byRack(hosts);
    case "slice":
      return bySlice(slices);
  }
}

/** JSON in pieces of a few hundred groups, so that ten thousand hosts do not delay the polls. */
function* json(address: string, groups: Iterable<Labels>, others: Iterable<TargetGroup>): Generator<Buffer> {
  const self = { __metrics_path__: "/metrics/self", instance: address };
  let text = "[\n";
  let count = 0;
  for (const labels of groups) {
    text += `${JSON.stringify({ targets: [address], labels })},\n`;
    if (++count < 250) continue;
    yield Buffer.from(text);
    text = "";
    count = 0;
  }
  for (const group of others) text += `${JSON.stringify(group)},\n`;
  yield Buffer.from(`${text}${JSON.stringify({ targets: [address], labels: self })}\n]\n`);
}

/** Prometheus can scrape the address at which it requested this list. */
function addressOf(request: Request, configured: string | undefined): string {
  if (configured !== undefined) return configured;
  const host = request.get("host") ?? "";
  if (!/^[A-Za-z0-9._:[\]-]{1,260}$/.test(host))
    throw new Refusal(400, "the Host header is not an address that Prometheus can scrape");
  return host;
}

function* hostsOf(parts: Pick<BoundParts, "records">): Generator<Host> {
  for (const { record } of parts.records()) yield record.host;
}

/** Hosts of other servers of the cluster; each is scraped at the server that polls it. */
function remoteGroups(mode: "host" | "probe", remote: Iterable<RemoteHost>): TargetGroup[] {
  const groups: TargetGroup[] = [];
  for (const { host, server, url } of remote) {
    if (url === undefined) continue;
    const { host: address, protocol } = new URL(url);
    const more = { __meta_lightsout_server: server, ...(protocol === "https:" && { __scheme__: "https" }) };
    for (const labels of labelsOf(mode, [host], 1)) groups.push({ targets: [address], labels: { ...labels, ...more } });
  }
  return groups;
}

/** /sd: targets for Prometheus, in the format of http_sd. */
export function sdHandler(parts: Pick<BoundParts, "records" | "advertisedAddress" | "remoteHosts">): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, SD_PARAMETERS);
    const mode = parameters.choice("by", MODES, "host");
    const slices = parameters.one("slices");
    if (slices !== undefined && mode !== "slice") throw new Refusal(400, "slices is allowed with by=slice only");
    const count = slices === undefined ? DEFAULT_SLICES : parseSliceCount(slices);
    const address = addressOf(request, parts.advertisedAddress);
    // Copied at once: a reload during the response must not mix two inventories.
    const hosts = [...hostsOf(parts)];
    const others = mode === "host" || mode === "probe" ? remoteGroups(mode, parts.remoteHosts()) : [];
    await sendPieces(request, response, json(address, labelsOf(mode, hosts, count), others), {
      contentType: "application/json; charset=utf-8",
    });
  };
}
