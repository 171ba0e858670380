import { hideUrlSecrets } from "../lib/index.ts";

/*
 * Folded host lists, as used on clusters:
 *
 *   list     item, item, ...
 *   item     text and brackets: r[1-7]n[01-36]-bmc
 *   bracket  [range, range, ...]
 *   range    7 | 1-128 | 001-128 | 1-9/2
 *
 * Leading zeros of the first number of a range set the width of its numbers. The last bracket counts fastest.
 */

/** Longest list; a longer one is a mistake. */
export const MAX_HOSTS = 100_000;

/** At most as long as DNS allows, and without characters that have a meaning in lists, selectors or paths. */
const HOST_NAME = /^[A-Za-z0-9_:][A-Za-z0-9_.:@%+-]{0,252}$/;

/** A list that cannot be expanded. */
export class HostListError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HostListError";
  }
}

/** A host of a list. */
interface ListedHost {
  readonly name: string;
  /** Values of its brackets, as written. */
  readonly values: readonly string[];
}

/** The names of a folded list, in order and with duplicates. Throws HostListError. */
export function expandHosts(list: string, max = MAX_HOSTS): string[] {
  return expandHostList(list, max).map(({ name }) => name);
}

/** The same with the bracket values of each host. */
export function expandHostList(list: string, max = MAX_HOSTS): ListedHost[] {
  const hosts = expandList(list, max);
  const odd = hosts.find(({ name }) => !isHostName(name));
  if (odd) throw new HostListError(`"${clip(odd.name)}" is not a host name`);
  return hosts;
}

/** The names of a folded list of other things, e.g. racks; any characters are allowed. Throws HostListError. */
export function expandNames(list: string, max = MAX_HOSTS): string[] {
  return expandList(list, max).map(({ name }) => name);
}

function expandList(list: string, max: number): ListedHost[] {
  const hosts: ListedHost[] = [];
  for (const item of splitList(list)) {
    const parts = parseItem(item);
    const count = parts.reduce((product, part) => product * (typeof part === "string" ? 1 : countOf(part)), 1);
    if (hosts.length + count > max) throw new HostListError(`"${clip(item)}": more than ${max} names`);
    for (const host of combine(parts)) hosts.push(host);
  }
  return hosts;
}

/** Whether a text is a valid host name. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** Splits a list at the commas outside brackets. Throws HostListError if brackets do not match. */
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

/** The numbers `first`, `first` + `step` ... up to `last`, with at least `width` digits. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly width: number;
}

/** Undefined if the text is not a range. Throws HostListError for an invalid range. */
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
    throw new HostListError(`"${text}" has numbers of different widths`);
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
        if (!parsed)
          throw new HostListError(`"${clip(item)}": "${clip(range)}" is not a number or a range such as 1-128`);
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
