import type { PartFacts } from "../../redfish/index.ts";

/** A MemberId is stable only if it is a word: on many BMCs it is the index in the list. */
const isWord = (memberId: string | undefined): memberId is string => memberId !== undefined && /\p{L}/u.test(memberId);

/**
 * Names and ids of the parts of one list. An id is the path of the resource and the best identification of the part:
 * its MemberId if that is a word, else its name. Equal names are numbered by bay if all parts have one, else by their
 * index in the list.
 *
 * @param list path of the list, e.g. "Chassis/1/Power/PowerSupplies"
 * @param fallback name of parts without a name
 */
export function named<T extends PartFacts & { readonly bay?: string }>(
  list: string,
  parts: readonly T[],
  fallback: string,
): readonly { readonly part: T; readonly name: string; readonly id: string }[] {
  const counts = new Map<string, number>();
  const rawName = (part: T): string => part.name ?? fallback;
  for (const part of parts) counts.set(rawName(part), (counts.get(rawName(part)) ?? 0) + 1);
  const ids = new Set<string>();
  return parts.map((part) => {
    const raw = rawName(part);
    const isUnique = counts.get(raw) === 1;
    const name = isUnique ? raw : `${raw} ${part.bay ?? part.index + 1}`;
    const key = isWord(part.memberId) ? part.memberId : name;
    let id = `${list}/${key}`;
    for (let n = 2; ids.has(id); n++) id = `${list}/${key}#${n}`;
    ids.add(id);
    return { part, name, id };
  });
}

/** "Chassis/1/Thermal" of "/redfish/v1/Chassis/1/Thermal/". */
export function shortPath(uri: string): string {
  const [path = ""] = uri.split("#");
  return path.replace(/^\/redfish\/v1\/?/i, "").replace(/\/+$/, "");
}
