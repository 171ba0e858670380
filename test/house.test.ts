import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** Who may import whom. A room's own files are always allowed; other rooms only through their index.ts. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  model: [],
  ipmi: ["lib"],
  redfish: ["lib"],
  bmc: ["model", "ipmi", "redfish", "lib"],
  config: ["model", "lib"],
  inventory: ["model", "config", "lib"],
  scheduler: ["model", "lib"],
  store: ["model", "lib"],
  events: ["model", "lib"],
  exposition: ["model", "lib"],
  dialect: ["exposition", "model", "lib"],
  web: ["exposition", "model", "lib"],
  simulator: ["model", "lib", "ipmi"],
  exporter: [
    "config",
    "inventory",
    "scheduler",
    "bmc",
    "ipmi",
    "store",
    "events",
    "exposition",
    "dialect",
    "web",
    "model",
    "lib",
  ],
  cli: [
    "exporter",
    "config",
    "inventory",
    "scheduler",
    "bmc",
    "model",
    "lib",
    "exposition",
    "dialect",
    "web",
    "simulator",
    "ipmi",
  ],
};

/** Outside packages and the rooms they are at home in; node: modules are at home everywhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  bcryptjs: ["web"],
  yaml: ["config", "inventory", "simulator"],
  zod: ["config", "inventory", "simulator"],
  "p-queue": ["scheduler"],
  "lru-cache": ["bmc", "store"],
  "prom-client": ["exposition"],
  express: ["web", "simulator"],
  pino: ["lib"],
  re2js: ["lib"],
  undici: ["redfish", "inventory"],
  commander: ["cli"],
};

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

const roomOf = (file: string): string => relative(source, file).split(sep)[0] ?? "";

function violations(file: string): string[] {
  const room = roomOf(file);
  const found: string[] = [];
  const say = (what: string): void => void found.push(`${relative(root, file)}: ${what}`);
  for (const match of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s[^;"']*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"/gm,
  )) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    if (specifier.startsWith("node:")) continue;
    if (!specifier.startsWith(".")) {
      const name = specifier.startsWith("@")
        ? specifier.split("/").slice(0, 2).join("/")
        : (specifier.split("/")[0] ?? "");
      if (!PACKAGES[name]?.includes(room)) say(`package ${name} is not at home in ${room}`);
      continue;
    }
    const target = resolve(dirname(file), specifier);
    const other = roomOf(target);
    if (other === room) continue;
    if (!ROOMS[room]?.includes(other)) say(`${room} may not import ${other}`);
    const throughDoor = target === join(source, other, "index.ts");
    if (!throughDoor && !(room === "simulator" && other === "ipmi"))
      say(`goes behind the door of ${other}: ${specifier}`);
  }
  return found;
}

describe("the house", () => {
  it("has no import against the arrows", () => {
    expect([...sourceFiles(source)].flatMap(violations)).toEqual([]);
  });

  it("knows every room", () => {
    const rooms = new Set([...sourceFiles(source)].map(roomOf));
    expect([...rooms].filter((room) => !(room in ROOMS))).toEqual([]);
  });
});
