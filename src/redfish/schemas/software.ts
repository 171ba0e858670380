import { type JsonObject, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";

/** SoftwareInventory: a firmware and its version. */
export interface Software extends ComponentFacts {
  readonly kind: "software";
  readonly version?: string;
}

export function decodeSoftware(resource: JsonObject): Software {
  return { ...componentFacts(resource), kind: "software", version: textAt(resource, "Version") };
}
