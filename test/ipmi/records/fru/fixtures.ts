import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../../../../shared/fixtures/ipmi");

export interface FruFixture {
  /** "dell-poweredge-r640/fru-00.bin" */
  readonly name: string;
  readonly bytes: Buffer;
}

/** FRU areas of real machines, where the folder of recordings is at hand; else none. */
export function fruFixtures(): readonly FruFixture[] {
  if (!existsSync(ROOT)) return [];
  return readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".bin"))
    .sort()
    .map((path) => ({ name: relative(ROOT, join(ROOT, path)), bytes: readFileSync(join(ROOT, path)) }));
}

export interface PrintedFru {
  readonly id: number;
  /** Label as ipmitool prints it ("Board Serial") and its texts, in order. */
  readonly lines: readonly (readonly [label: string, text: string])[];
}

/** What `ipmitool fru print` printed for the areas of one machine. */
export function printedFrus(machine: string): readonly PrintedFru[] {
  const path = join(ROOT, machine, "decoded/ipmitool-fru-print.txt");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split(/^FRU Device Description/m)
    .slice(1)
    .map((section) => ({
      id: Number(/\(ID (\d+)\)/.exec(section)?.[1]),
      lines: section
        .split("\n")
        .slice(1)
        .flatMap((line) => {
          const [, label, text] = /^ ([^:]+?) *: (.*)$/.exec(line) ?? [];
          return label === undefined || text === undefined ? [] : [[label, text.trim()] as const];
        }),
    }));
}
