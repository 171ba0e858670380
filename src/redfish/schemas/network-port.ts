import { type JsonObject, linkAt, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";

/** NetworkAdapter: a network card. */
export interface NetworkAdapter extends ComponentFacts {
  readonly kind: "network_adapter";
  readonly ports?: string;
}

/** A port of a network card: NetworkPort, and Port since 2020. */
export interface NetworkPort extends ComponentFacts {
  readonly kind: "network_port";
  /** Absent: unknown. */
  readonly linkUp?: boolean;
}

export function decodeNetworkAdapter(resource: JsonObject): NetworkAdapter {
  return {
    ...componentFacts(resource),
    kind: "network_adapter",
    ports: linkAt(resource, "Ports") ?? linkAt(resource, "NetworkPorts"),
  };
}

export function decodeNetworkPort(resource: JsonObject): NetworkPort {
  const word = textAt(resource, "LinkStatus")?.toLowerCase();
  return { ...componentFacts(resource), kind: "network_port", linkUp: word === undefined ? undefined : LINKS[word] };
}

const LINKS: Readonly<Record<string, boolean>> = {
  up: true,
  linkup: true,
  down: false,
  linkdown: false,
  nolink: false,
  notconnected: false,
};
