import { z } from "zod";
import { formatDuration, hideUrlSecrets, nearest } from "../lib/index.ts";
import { COLLECTORS, DEFAULT_COLLECTORS } from "../model/index.ts";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./problem.ts";
import { MAX_PASSWORD_BYTES, MAX_USERNAME_BYTES } from "./secret-schema.ts";
import { selEvents } from "./sel-events.ts";
import { mustBe, secretMustBe, sentence } from "./sentences.ts";
import type { ConfigSource } from "./source.ts";

/*
 * The configuration file of ipmi_exporter. Its modules hold the credentials, too. It is translated to the keys of
 * lightsout.
 */

const MODULE_KEYS = [
  "user",
  "pass",
  "privilege",
  "driver",
  "timeout",
  "collectors",
  "exclude_sensor_ids",
  "workaround_flags",
  "collector_cmd",
  "default_args",
  "custom_args",
  "sel_events",
] as const;
/** Keys of a module that modules of lightsout have, too. */
const SHARED: ReadonlySet<string> = new Set(["timeout"]);

/** Whether these are the values of a configuration of ipmi_exporter: only modules, with keys that lightsout does not have. */
export function isIpmiExporterFile(raw: unknown): boolean {
  if (!isMapping(raw) || Object.keys(raw).some((key) => key !== "modules") || !isMapping(raw.modules)) return false;
  return Object.values(raw.modules).some(
    (module) => isMapping(module) && MODULE_KEYS.some((key) => !SHARED.has(key) && module[key] !== undefined),
  );
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const QUOTED = secretMustBe("text; put it in quotes");
const fits = (limit: number) => (text: string) => Buffer.byteLength(text) <= limit;
const args = () => z.record(z.string(), z.array(z.string()));

const foreignModule = z.strictObject({
  user: z
    .string()
    .refine(fits(MAX_USERNAME_BYTES), { error: `is longer than ${MAX_USERNAME_BYTES} bytes, the limit of IPMI` })
    .default(""),
  pass: z
    .string({ error: QUOTED })
    .refine(fits(MAX_PASSWORD_BYTES), { error: `is longer than ${MAX_PASSWORD_BYTES} bytes, the limit of IPMI` })
    .default(""),
  privilege: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["", "user", "operator", "admin"]))
    .default(""),
  driver: z
    .string()
    .toUpperCase()
    .pipe(
      z.enum(["", "LAN", "LAN_2_0"], {
        error: mustBe("LAN_2_0 or LAN; other drivers read the machine they run on, which lightsout does not"),
      }),
    )
    .default(""),
  timeout: z
    .int({ error: mustBe("a whole number of milliseconds") })
    .min(0)
    .max(600_000)
    .optional(),
  collectors: z.array(z.enum([...COLLECTORS, "bmc-device-id"])).optional(),
  exclude_sensor_ids: z.array(z.int().min(0).max(65535)).default([]),
  workaround_flags: z.array(z.string()).default([]),
  collector_cmd: z.record(z.string(), z.string()).optional(),
  default_args: args().optional(),
  custom_args: args().optional(),
  sel_events: selEvents().default([]),
});
type ForeignModule = z.output<typeof foreignModule>;

const foreignFile = z.strictObject({ modules: z.record(z.string().min(1), foreignModule) });

/** The file in the keys of lightsout, and notes on what is ignored. */
interface Translation {
  /** Values of a configuration of lightsout, with the passwords in `auths`. */
  readonly file: {
    readonly modules: Readonly<Record<string, Mapping>>;
    readonly auths: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
  };
  readonly notes: readonly ConfigProblem[];
}

/**
 * Translates a configuration of ipmi_exporter.
 *
 * @throws ConfigError with all errors of the file
 */
export function translateIpmiExporter(raw: unknown, source: ConfigSource): Translation {
  const result = foreignFile.safeParse(emptyForNull(raw), { error: (issue) => sentence(issue) });
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, source));
    throw new ConfigError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  const notes: ConfigProblem[] = [];
  const modules: Record<string, Mapping> = {};
  const auths: Record<string, { username: string; password: string }> = {};
  for (const [name, module] of Object.entries(result.data.modules)) {
    modules[name] = ourModule(name, module, (key, message) => {
      notes.push(source.problem(["modules", name, ...key], message));
    });
    auths[name] = { username: module.user, password: module.pass };
  }
  return { file: { modules, auths }, notes };
}

/** `modules: { default: }` is a module with all defaults. */
function emptyForNull(raw: unknown): unknown {
  if (!isMapping(raw) || !isMapping(raw.modules)) return raw;
  return { ...raw, modules: Object.fromEntries(Object.entries(raw.modules).map(([name, m]) => [name, m ?? {}])) };
}

function problemsOf(issue: z.core.$ZodIssue, source: ConfigSource): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "unrecognized_keys") return [source.problem(path, issue.message)];
  const known = path.length === 0 ? ["modules"] : path.length === 2 ? MODULE_KEYS : ["name", "regex"];
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const guess = near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
    return source.problem([...path, key], `unknown key; ${guess}`, "key");
  });
}

type Note = (key: ConfigPath, message: string) => void;

const INTERVAL_MS = 60_000;

function ourModule(name: string, module: ForeignModule, note: Note): Mapping {
  const { collectors = [...DEFAULT_COLLECTORS], timeout, privilege, driver } = module;
  const named = collectors.map((collector) => (collector === "bmc-device-id" ? "bmc" : collector));
  if (named.includes("sm-lan-mode"))
    note(
      ["collectors"],
      "sm-lan-mode needs a command of Supermicro, which lightsout does not send; it is reported as down",
    );
  if (module.sel_events.length > 0 && !named.includes("sel-events"))
    note(["sel_events"], "counts nothing: sel-events is not among the collectors");
  if (module.collector_cmd) note(["collector_cmd"], "is ignored: no program is run");
  if (module.default_args) note(["default_args"], "is ignored: no program is run");
  const { bridge, cipherSuite } = understood(module, note);
  const { quirks, discreteReadings } = workarounds(module, note);
  // In ipmi_exporter each collector has this time; here all share one session and its time.
  const timeoutMs = timeout ? timeout * Math.max(1, named.length) : undefined;
  return {
    ...(timeoutMs !== undefined && { timeout: formatDuration(timeoutMs) }),
    ...(timeoutMs !== undefined && timeoutMs >= INTERVAL_MS && { interval: formatDuration(2 * timeoutMs) }),
    ...(bridge && { sensors: { bridge } }),
    ipmi: {
      ...(privilege !== "" && { privilege: privilege === "admin" ? "administrator" : privilege }),
      ...(driver === "LAN" && { allow_ipmi_1_5: true }),
      ...(cipherSuite !== undefined && { cipher_suites: [cipherSuite] }),
      ...(quirks.length > 0 && { quirks }),
    },
    ipmi_exporter: {
      auth: name,
      collectors: named,
      ...(module.exclude_sensor_ids.length > 0 && { exclude_sensor_ids: module.exclude_sensor_ids }),
      ...(discreteReadings && { discrete_readings: true }),
      ...(module.sel_events.length > 0 && { sel_events: module.sel_events }),
    },
  };
}

/** The arguments of FreeIPMI programs that have an equivalent. */
function understood(
  { custom_args: custom = {} }: ForeignModule,
  note: Note,
): { readonly bridge: boolean; readonly cipherSuite: number | undefined } {
  let bridge = false;
  let cipherSuite: number | undefined;
  for (const [collector, words] of Object.entries(custom)) {
    const rest = [...words];
    const ignored: string[] = [];
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      const suite = /^(?:-I|--cipher-suite-id=)(\d+)$/.exec(word)?.[1] ?? (word === "-I" ? rest.shift() : undefined);
      if (suite !== undefined) cipherSuite = Number(suite);
      else if (word === "--bridge-sensors" || word === "-b") bridge = true;
      else ignored.push(word);
    }
    if (ignored.length > 0)
      note(["custom_args", collector], `ignored, no program is run: ${withoutValues(ignored).join(" ")}`);
  }
  return { bridge, cipherSuite };
}

/** The words of a command line without the values of its options, which may be passwords. */
function withoutValues(words: readonly string[]): readonly string[] {
  return words.flatMap((word, i) => {
    if (word.startsWith("-")) return /^(?:--[^=\s]+|-.?)/.exec(word)?.[0] ?? [];
    return words[i - 1]?.startsWith("-") ? [] : hideUrlSecrets(word);
  });
}

/** Work-around flags of FreeIPMI that have a quirk of lightsout; BY_ITSELF has those that need none. */
const OWN: Readonly<Record<string, string>> = {
  ignorescanningdisabled: "scanning_disabled_is_valid",
  assumebmcowner: "assume_bmc_owner",
};
const BY_ITSELF: ReadonlySet<string> = new Set([
  "none",
  // lightsout requests its privilege in Open Session, which is what this flag makes FreeIPMI do.
  "opensesspriv",
  "authcap",
  "noauthcodecheck",
  "nochecksumcheck",
  "intel20",
  "supermicro20",
  "sun20",
  "endianseq",
  "integritycheckvalue",
  "idzero",
  "unexpectedauth",
  "forcepermsg",
]);

function workarounds(
  { workaround_flags: flags }: ForeignModule,
  note: Note,
): { readonly quirks: readonly string[]; readonly discreteReadings: boolean } {
  const quirks: string[] = [];
  let discreteReadings = false;
  for (const [i, flag] of flags.entries()) {
    const own = Object.hasOwn(OWN, flag) ? OWN[flag] : undefined;
    if (own !== undefined) quirks.push(own);
    else if (flag === "discretereading") discreteReadings = true;
    else if (!BY_ITSELF.has(flag)) note(["workaround_flags", i], `"${flag}" is unknown and ignored`);
  }
  return { quirks, discreteReadings };
}
