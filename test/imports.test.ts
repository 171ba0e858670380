import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** Which packages (folders of src/) a package imports, always through their index.ts. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  model: [],
  ipmi: ["lib"],
  redfish: ["lib"],
  bmc: ["model", "ipmi", "redfish", "lib"],
  cluster: ["inventory", "lib"],
  config: ["model", "lib"],
  inventory: ["model", "config", "lib"],
  scheduler: ["model", "lib"],
  store: ["model", "lib"],
  events: ["model", "lib"],
  exposition: ["model", "lib"],
  dialect: ["exposition", "model", "lib"],
  operate: ["bmc", "inventory", "lib", "model"],
  web: ["exposition", "model", "lib"],
  simulator: ["lib", "ipmi"],
  traps: ["ipmi", "lib", "model"],
  exporter: [
    "bmc",
    "cluster",
    "config",
    "dialect",
    "events",
    "exposition",
    "inventory",
    "ipmi",
    "lib",
    "model",
    "redfish",
    "scheduler",
    "store",
    "traps",
    "web",
  ],
  cli: [
    "bmc",
    "config",
    "dialect",
    "exporter",
    "exposition",
    "inventory",
    "ipmi",
    "lib",
    "model",
    "operate",
    "scheduler",
    "simulator",
    "web",
  ],
};

/** Which packages import an npm package. Modules of Node.js are free to all. */
const NPM: Readonly<Record<string, readonly string[]>> = {
  bcryptjs: ["web"],
  commander: ["cli"],
  express: ["web", "simulator"],
  "lru-cache": ["bmc"],
  "net-snmp": ["traps"],
  "p-queue": ["scheduler"],
  pino: ["lib"],
  "prom-client": ["exposition"],
  re2js: ["lib"],
  undici: ["cluster", "redfish"],
  yaml: ["cli", "config", "inventory", "simulator"],
  zod: ["config", "simulator"],
};

/** The simulator is the other end of the wire: it also uses the codecs behind the public API of ipmi. */
const BEHIND_THE_API: ReadonlySet<string> = new Set(["simulator -> ipmi"]);

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

/** One import or export-from of a file, type imports included. */
interface Import {
  readonly from: string;
  /** A file of src/, or the name of an npm package. */
  readonly to: string;
  readonly npm: boolean;
}

const files = (readdirSync(source, { recursive: true, encoding: "utf8" }) as string[])
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(source, name))
  .sort();

/** Also a package that a thread loads by the path that `createRequire(...).resolve("name")` gives. */
const IMPORT =
  /^(?:import|export)\s[^;"']*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"|createRequire\(.*\)\.resolve\("([^"]+)"/gm;

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  for (const match of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const specifier = match.slice(1).find((part) => part !== undefined) ?? "";
    if (specifier.startsWith("node:")) continue;
    const npm = !specifier.startsWith(".");
    const to = npm ? npmName(specifier) : resolve(dirname(file), specifier);
    found.push({ from: file, to, npm });
  }
  return found;
}

/** `pkg` of "pkg/path", `@scope/pkg` of "@scope/pkg/path". */
const npmName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const packageOf = (file: string): string => relative(source, file).split(sep)[0] ?? "";
const short = (file: string): string => relative(root, file);

const imports = files.flatMap(importsOf);
const between = imports.filter((i) => !i.npm && packageOf(i.from) !== packageOf(i.to));

/** Groups of files that import each other, directly or through others (Tarjan's strongly connected components). */
function cycles(nodes: readonly string[], edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>(nodes.map((n) => [n, []]));
  for (const { from, to } of edges) next.get(from)?.push(to);
  const index = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    let lowest = own;
    index.set(node, own);
    stack.push(node);
    open.add(node);
    for (const other of next.get(node) ?? []) {
      if (!index.has(other)) lowest = Math.min(lowest, visit(other));
      else if (open.has(other)) lowest = Math.min(lowest, index.get(other) ?? own);
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(node));
      for (const member of group) open.delete(member);
      if (group.length > 1 || next.get(node)?.includes(node)) found.push(group.sort());
    }
    return lowest;
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return found;
}

describe("the imports of src/", () => {
  it("are found", () => {
    expect(files.length).toBeGreaterThan(400);
    expect(between.length).toBeGreaterThan(400);
    expect(imports.some((i) => i.npm)).toBe(true);
  });

  it("belong to files in a package that the table names", () => {
    expect(files.filter((file) => !(packageOf(file) in IMPORTS)).map(short)).toEqual([]);
  });

  it("follow the table", () => {
    const wrong = between.filter((i) => !IMPORTS[packageOf(i.from)]?.includes(packageOf(i.to)));
    expect(wrong.map((i) => `${short(i.from)} imports ${short(i.to)}`)).toEqual([]);
  });

  it("go through the public API of a package", () => {
    const wrong = between.filter(
      (i) =>
        i.to !== join(source, packageOf(i.to), "index.ts") &&
        !BEHIND_THE_API.has(`${packageOf(i.from)} -> ${packageOf(i.to)}`),
    );
    expect(wrong.map((i) => `${short(i.from)} imports ${short(i.to)}`)).toEqual([]);
  });

  it("name npm packages only where the table allows them", () => {
    const wrong = imports.filter((i) => i.npm && !NPM[i.to]?.includes(packageOf(i.from)));
    expect(wrong.map((i) => `${short(i.from)} imports ${i.to}`)).toEqual([]);
  });

  it("keep operations away from everything that only reads: they are used by the command line alone", () => {
    const isOperation = (file: string): boolean => /\/operations\/|\/src\/operate\//.test(file);
    const readers = new Set(["exporter", "scheduler", "web", "store", "exposition", "events", "dialect", "cluster"]);
    // What these packages reach through index files counts by name, below.
    const direct = imports.filter((i) => readers.has(packageOf(i.from)) && isOperation(i.to));
    expect(direct.map((i) => `${short(i.from)} imports ${short(i.to)}`)).toEqual([]);
    const named = files.filter(
      (file) =>
        readers.has(packageOf(file)) && /\b(?:withOperations|readOnly: false)\b/.test(readFileSync(file, "utf8")),
    );
    expect(named.map(short)).toEqual([]);
    const polls = files.filter((file) => packageOf(file) === "bmc" && !isOperation(file));
    const reached = imports.filter((i) => polls.includes(i.from) && isOperation(i.to) && !i.from.endsWith("index.ts"));
    expect(reached.map((i) => `${short(i.from)} imports ${short(i.to)}`)).toEqual([]);
  });

  it("form no cycle", () => {
    const local = imports.filter((i) => !i.npm);
    expect(cycles(files, local).map((group) => group.map(short))).toEqual([]);
  });
});

describe("the table of imports", () => {
  it("allows no package that is not imported", () => {
    const used = new Set(between.map((i) => `${packageOf(i.from)} -> ${packageOf(i.to)}`));
    const allowed = Object.entries(IMPORTS).flatMap(([from, to]) => to.map((name) => `${from} -> ${name}`));
    expect(allowed.filter((permission) => !used.has(permission))).toEqual([]);
  });

  it("allows no npm package that is not imported", () => {
    const used = new Set(imports.filter((i) => i.npm).map((i) => `${packageOf(i.from)} -> ${i.to}`));
    const allowed = Object.entries(NPM).flatMap(([name, from]) => from.map((folder) => `${folder} -> ${name}`));
    expect(allowed.filter((permission) => !used.has(permission))).toEqual([]);
  });

  it("names the runtime dependencies of package.json and no others", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Object.keys(NPM).sort()).toEqual(Object.keys(dependencies).sort());
  });
});
