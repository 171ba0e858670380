import { isObject, type JsonObject, partFacts, uriKey } from "../../redfish/index.ts";
import { shortPath } from "./sensor-id.ts";

/** Where in a resource a sensor is, and the element as received. */
export interface Evidence {
  readonly uri: string;
  /** JSON Pointer; empty for the whole resource. */
  readonly pointer: string;
  readonly fragment?: JsonObject;
}

/** Keeps the resources of a poll and finds the element that a sensor was made of, by the id of the sensor. */
export class Resources {
  /** By key of the URI; the members of an expanded collection, too. */
  readonly #bodies = new Map<string, { readonly uri: string; readonly body: JsonObject }>();

  get size(): number {
    return this.#bodies.size;
  }

  readonly add = (uri: string, body: JsonObject): void => {
    const [path = uri] = uri.split("?");
    this.#bodies.set(uriKey(path), { uri: path, body });
    for (const member of membersOf(body)) {
      const own = member["@odata.id"];
      if (typeof own === "string" && Object.keys(member).length > 1)
        this.#bodies.set(uriKey(own), { uri: own, body: member });
    }
  };

  /** The element of a sensor; without a fragment if it is not among the resources. */
  evidenceOf(id: string): Evidence {
    const segments = id.split("/");
    for (let length = segments.length; length > 0; length--) {
      const known = this.#bodies.get(uriKey(`/redfish/v1/${segments.slice(0, length).join("/")}`));
      if (!known) continue;
      const rest = segments.slice(length);
      const found = rest.length === 0 ? whole(known) : this.#within(known, rest);
      if (found) return found;
    }
    return { uri: `/redfish/v1/${id}`, pointer: "" };
  }

  /** An element of a list of the resource, or a member of the collection. */
  #within(known: { readonly uri: string; readonly body: JsonObject }, rest: readonly string[]): Evidence | undefined {
    const [list = "", ...name] = rest;
    const found = listIn(known.body, list);
    const index = found ? indexOf(found.elements, name) : -1;
    const element = found?.elements[index];
    if (found && isObject(element)) return { uri: known.uri, pointer: `${found.pointer}/${index}`, fragment: element };
    const members = membersOf(known.body).flatMap((member) => {
      const uri = member["@odata.id"];
      return (typeof uri === "string" && this.#bodies.get(uriKey(uri))) || [];
    });
    const member =
      members[
        indexOf(
          members.map(({ body }) => body),
          rest,
        )
      ];
    return member && whole(member);
  }
}

const whole = ({ uri, body }: { readonly uri: string; readonly body: JsonObject }): Evidence => ({
  uri,
  pointer: "",
  fragment: body,
});

const membersOf = (body: JsonObject): readonly JsonObject[] =>
  Array.isArray(body.Members) ? body.Members.filter(isObject) : [];

interface List {
  readonly pointer: string;
  readonly elements: readonly unknown[];
}

/** How deep vendors hide lists: Oem.Hpe.SmartStorageBattery. */
const MOST_LEVELS = 3;

/** The list with this name in a resource or in its objects. */
function listIn(body: JsonObject, name: string, levels = MOST_LEVELS): List | undefined {
  const own = body[name];
  if (Array.isArray(own)) return { pointer: `/${name}`, elements: own };
  if (levels === 1) return undefined;
  for (const [key, value] of Object.entries(body)) {
    const found = isObject(value) ? listIn(value, name, levels - 1) : undefined;
    if (found) return { ...found, pointer: `/${key}${found.pointer}` };
  }
  return undefined;
}

/** The element with this name. A power supply has several readings, with an id below its own: "PSU1/Input Power". */
function indexOf(elements: readonly unknown[], name: readonly string[]): number {
  const wanted = [name.join("/"), name.slice(0, -1).join("/")].filter((text) => text !== "");
  for (const text of wanted) {
    const found = elements.findIndex((element, index) => isObject(element) && isNamed(element, index, text));
    if (found >= 0) return found;
  }
  // The only element without a name has the name of its kind.
  const nameless = elements.flatMap((element, i) =>
    isObject(element) && partFacts(element, i).name === undefined ? [i] : [],
  );
  return nameless.length === 1 ? (nameless[0] ?? -1) : -1;
}

function isNamed(element: JsonObject, index: number, wanted: string): boolean {
  const { name, memberId } = partFacts(element, index);
  const own = shortPath(String(element["@odata.id"] ?? ""))
    .split("/")
    .at(-1);
  // Equal names, and names that are missing, are numbered by place.
  const numbered = new RegExp(`^(.*) ${index + 1}$`).exec(wanted)?.[1];
  return (
    [memberId, name, element.Id, own].includes(wanted) || (numbered !== undefined && (name ?? numbered) === numbered)
  );
}
