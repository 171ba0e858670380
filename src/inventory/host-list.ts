import { hideUrlSecrets } from "../lib/index.ts";

/*
 * Folded host lists, as people of clusters write them:
 *
 *   list     item, item, ...
 *   item     text and brackets: r[1-7]n[01-36]-bmc
 *   bracket  [range, range, ...]
 *   range    7 | 1-128 | 001-128 | 1-9/2
 *
 * Leading zeros of a range's first number say how wide its numbers are. The last bracket counts fastest.
 */

/** Beyond this a list is taken for a mistake. */
export const MAX_HOSTS = 100_000;

/** Names longer than DNS allows, and characters that have a meaning in lists, selectors or paths, are no host names. */
const HOST_NAME = /^[A-Za-z0-9_:][A-Za-z0-9_.:@%+-]{0,252}$/;

/** A list that cannot be expanded. */
export class HostListError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HostListError";
  }
}

/** A host of a list. */
export interface ListedHost {
  readonly name: string;
  /** The values of the brackets it was made from, as written. */
  readonly values: readonly string[];
}

/** The names of a folded list, in order; doubles are kept. Throws HostListError. */
export function expandHosts(list: string, max = MAX_HOSTS): string[] {
  return expandHostList(list, max).map(({ name }) => name);
}

/** The same with the bracket values of each host. */
export function expandHostList(list: string, max = MAX_HOSTS): ListedHost[] {
  const hosts = expandList(list, max);
  const odd = hosts.find(({ name }) => !isHostName(name));
  if (odd) throw new HostListError(`"${clip(odd.name)}" is no host name`);
  return hosts;
}

/** The names of a folded list of other things than hosts, racks say: any characters. Throws HostListError. */
export function expandNames(list: string, max = MAX_HOSTS): string[] {
  return expandList(list, max).map(({ name }) => name);
}

function expandList(list: string, max: number): ListedHost[] {
  const hosts: ListedHost[] = [];
  for (const item of splitList(list)) {
    const parts = parseItem(item);
    const count = parts.reduce((product, part) => product * (typeof part === "string" ? 1 : countOf(part)), 1);
    if (hosts.length + count > max) throw new HostListError(`"${clip(item)}" makes more than ${max} names`);
    for (const host of combine(parts)) hosts.push(host);
  }
  return hosts;
}

/** Whether a text can be the name of a host. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** The items of a list: split at the commas outside brackets; throws HostListError where brackets do not match. */
export function splitList(list: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = "";
  for (const char of list) {
    if (char === "[") depth++;
    if (char === "]") depth--;
    if (depth < 0) throw new HostListError(`"${clip(list)}" has a ] without a [`);
    if (depth > 1) throw new HostListError(`"${clip(list)}" has a [ within a [`);
    if (char === "," && depth === 0) {
      items.push(item.trim());
      item = "";
    } else item += char;
  }
  if (depth > 0) throw new HostListError(`"${clip(list)}" has a [ without a ]`);
  items.push(item.trim());
  if (items.includes(""))
    throw new HostListError(list.trim() === "" ? "is empty" : `"${clip(list)}" has an empty item`);
  return items;
}

/** The numbers `first`, `first` + `step` ... up to `last`, in `width` digits at least. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly width: number;
}

/** Undefined for what is no range; throws HostListError for one that makes no sense. */
export function parseRange(text: string): NumberRange | undefined {
  const match = /^(\d{1,15})(?:-(\d{1,15})(?:\/(\d{1,15}))?)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, from = "", to = from, every = "1"] = match;
  const range = {
    first: Number(from),
    last: Number(to),
    step: Number(every),
    width: from.startsWith("0") ? from.length : 1,
  };
  if (range.step === 0) throw new HostListError(`"${text}" has a step of 0`);
  if (range.last < range.first) throw new HostListError(`"${text}" runs backwards`);
  if (to.startsWith("0") && to.length !== from.length) {
    throw new HostListError(`"${text}" has ends of different widths`);
  }
  return range;
}

export function sizeOf(range: NumberRange): number {
  return Math.floor((range.last - range.first) / range.step) + 1;
}

/** The number at an index of a range, as written. */
export function numberAt(range: NumberRange, index: number): string {
  return String(range.first + index * range.step).padStart(range.width, "0");
}

type Part = string | readonly NumberRange[];

function parseItem(item: string): Part[] {
  return item.split(/(\[[^\]]*\])/).map((text) => {
    if (!text.startsWith("[")) return text;
    return text
      .slice(1, -1)
      .split(",")
      .map((range) => {
        const parsed = parseRange(range);
        if (!parsed) throw new HostListError(`"${clip(item)}": "${clip(range)}" is no number or range such as 1-128`);
        return parsed;
      });
  });
}

function countOf(ranges: readonly NumberRange[]): number {
  return ranges.reduce((sum, range) => sum + sizeOf(range), 0);
}

function combine(parts: readonly Part[]): ListedHost[] {
  return parts.reduce<ListedHost[]>(
    (hosts, part) => {
      if (typeof part === "string") return hosts.map(({ name, values }) => ({ name: name + part, values }));
      const numbers = part.flatMap((range) => Array.from({ length: sizeOf(range) }, (_, i) => numberAt(range, i)));
      return hosts.flatMap(({ name, values }) =>
        numbers.map((number) => ({ name: name + number, values: [...values, number] })),
      );
    },
    [{ name: "", values: [] }],
  );
}

/** The start of a list, without what may be the path or the query of a URL; `/2` in a bracket is a step. */
function clip(list: string): string {
  const visible = hideUrlSecrets(list);
  const text = list.includes("://") ? visible : visible.replace(/(?:[?#]|\/(?!\d{1,15}(?:[\],]|$))).*$/s, "/<secret>");
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
