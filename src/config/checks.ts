import { nearest, parseDuration } from "../lib/index.ts";
import { PLACE_LABELS } from "../model/index.ts";
import type { ConfigPath, ConfigProblem } from "./problem.ts";
import { unknownWords } from "./rule-file.ts";
import { ipmiLimitProblem } from "./secret-schema.ts";
import type { ConfigSource } from "./source.ts";

/** Facts from outside the file that checks may use. */
export interface CheckOptions {
  /** If given, variables named by `*_env` must be set in it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** If given, the valid names of quirks. */
  readonly knownQuirks?: readonly string[];
  /** If given, the valid names of manufacturers. */
  readonly knownManufacturers?: readonly string[];
}

/**
 * Checks that need several keys: references, time-outs against intervals, one source per secret. They use the raw
 * values, so that these problems are reported together with misspelt keys and wrong types.
 */
export function checkRelations(raw: unknown, source: ConfigSource, options: CheckOptions): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (path: ConfigPath, message: string): void => void problems.push(source.problem(path, message));
  const file = mapping(raw);
  const modules = ["default", ...Object.keys(mapping(file.modules))];
  const auths = Object.keys(mapping(file.auths));

  for (const [name, value] of Object.entries(mapping(file.modules))) {
    checkTimes(["modules", name], mapping(value), say);
    const { auth } = mapping(mapping(value).ipmi_exporter);
    if (typeof auth === "string" && !auths.includes(auth))
      say(
        ["modules", name, "ipmi_exporter", "auth"],
        `no auth is named "${auth}"; ${suggestion(auth, auths, "auths")}`,
      );
    checkQuirks(["modules", name, "ipmi", "quirks"], mapping(mapping(value).ipmi).quirks, options, say);
  }
  for (const [i, rule] of list(file.quirks).entries()) {
    const { manufacturer, quirks } = mapping(rule);
    const written = { key: "manufacturer", written: manufacturer, known: options.knownManufacturers };
    problems.push(...unknownWords([{ ...written, plain: (word) => word.toLowerCase() }], ["quirks", i], source));
    checkQuirks(["quirks", i, "quirks"], quirks, options, say);
  }
  for (const [name, auth] of Object.entries(mapping(file.auths))) {
    if (!isMapping(auth)) continue;
    checkSecret(["auths", name], auth, "password", { needed: true, ...options }, say);
    checkSecret(["auths", name], auth, "kg", { needed: false, ...options }, say);
    if (usesIpmi(name, file)) checkIpmiLimits(["auths", name], auth, say);
    if (!isMapping(auth.operate)) continue;
    // Its variables belong to the command line, and need not be set for the exporter.
    const operate = { needed: false };
    checkSecret(["auths", name, "operate"], auth.operate, "password", operate, say);
    checkSecret(["auths", name, "operate"], auth.operate, "kg", operate, say);
    checkIpmiLimits(["auths", name, "operate"], auth.operate, say);
  }
  for (const section of ["targets", "file_sd", "http_sd"]) {
    for (const [i, value] of list(file[section]).entries()) {
      if (!isMapping(value)) continue;
      const entry = value;
      const named = (key: string, known: readonly string[], fallback?: string): void => {
        const name = entry[key] ?? fallback;
        if (typeof name !== "string" || known.includes(name)) return;
        say([section, i, key], `no ${key} is named "${name}"; ${suggestion(name, known, `${key}s`)}`);
      };
      named("module", modules);
      // The auth of discovered hosts may be a label of theirs, so the default auth need not exist.
      named("auth", auths, section === "targets" ? "default" : undefined);
      if (section === "targets") checkPlaces([section, i], entry, say);
      if (section === "http_sd") checkServerAuth([section, i], entry, options, say);
    }
  }
  if (isMapping(file.events)) checkEvents(["events"], file.events, options, say);
  if (isMapping(file.traps)) checkTraps(["traps"], file.traps, options, say);
  checkEtcd(["cluster", "etcd"], mapping(mapping(file.cluster).etcd), options, say);
  return problems;
}

type Say = (path: ConfigPath, message: string) => void;

/**
 * Whether a user name and password go over IPMI: to a listed target, or to any BMC if no module has Redfish. A module
 * with `protocol: auto` uses Redfish for accounts that are too long for IPMI.
 */
function usesIpmi(auth: string, file: Mapping): boolean {
  const modules = mapping(file.modules);
  const isRedfish = (module: unknown): boolean =>
    ["redfish", "auto"].includes(String(mapping(modules[String(module)]).protocol));
  if (!Object.keys(modules).some(isRedfish)) return true;
  const entries = ["targets", "file_sd", "http_sd"].flatMap((section) => list(file[section]).filter(isMapping));
  return entries.some((entry) => (entry.auth ?? "default") === auth && !isRedfish(entry.module ?? "default"));
}

function checkIpmiLimits(path: ConfigPath, auth: Mapping, say: Say): void {
  for (const what of ["username", "password"] as const) {
    const text = auth[what];
    const problem = typeof text === "string" ? ipmiLimitProblem(what, Buffer.byteLength(text)) : undefined;
    if (problem !== undefined) say([...path, what], problem);
  }
}

function checkTimes(path: ConfigPath, module: Mapping, say: Say): void {
  const interval = written(module.interval, "60s");
  const timeout = written(module.timeout, "20s");
  const [intervalMs, timeoutMs] = [parseDuration(interval), parseDuration(timeout)];
  if (intervalMs === undefined || timeoutMs === undefined) return;
  if (timeoutMs === 0) say([...path, "timeout"], "must be more than 0s");
  if (intervalMs === 0) say([...path, "interval"], "must be more than 0s");
  else if (timeoutMs >= intervalMs) {
    const key = module.timeout === undefined ? "interval" : "timeout";
    say([...path, key], `timeout (${timeout}) must be less than interval (${interval})`);
  }
}

function checkQuirks(path: ConfigPath, quirks: unknown, { knownQuirks: known }: CheckOptions, say: Say): void {
  if (!known) return;
  for (const [i, quirk] of list(quirks).entries()) {
    if (typeof quirk !== "string" || known.includes(quirk)) continue;
    say([...path, i], `no quirk is named "${quirk}"; ${suggestion(quirk, known, "quirks")}`);
  }
}

function checkSecret(
  path: ConfigPath,
  holder: Mapping,
  name: string,
  options: CheckOptions & { readonly needed: boolean },
  say: Say,
): void {
  const keys = [name, `${name}_file`, `${name}_env`];
  const given = keys.filter((key) => holder[key] !== undefined && holder[key] !== null);
  const [, second] = given;
  if (second !== undefined) say([...path, second], `give only one of ${keys.join(", ")}`);
  if (given.length === 0 && options.needed) say(path, `give one of ${keys.join(", ")}`);
  const variable = holder[`${name}_env`];
  if (typeof variable === "string" && options.env && options.env[variable] === undefined) {
    say([...path, `${name}_env`], `environment variable ${variable} is not set`);
  }
}

function checkServerAuth(path: ConfigPath, entry: Mapping, options: CheckOptions, say: Say): void {
  const basic = entry.basic_auth ?? undefined;
  const token = entry.authorization ?? undefined;
  if (basic !== undefined && token !== undefined) {
    say([...path, "authorization"], "give only one of basic_auth, authorization");
  }
  const needed = { needed: true, ...options };
  if (basic !== undefined) checkSecret([...path, "basic_auth"], mapping(basic), "password", needed, say);
  if (token !== undefined) checkSecret([...path, "authorization"], mapping(token), "credentials", needed, say);
}

/** Labels that must equal those of the rule, so that both make one alert. */
const OWN_LABELS = ["alertname", "severity", "component", "host", ...PLACE_LABELS];

function checkEvents(path: ConfigPath, events: Mapping, options: CheckOptions, say: Say): void {
  const { log, alertmanager } = events;
  if (isMapping(log)) {
    const given = ["path", "stdout"].filter((key) => log[key] !== undefined && log[key] !== null);
    if (given.length === 0) say([...path, "log"], "give path, or stdout: true");
    if (given.length === 2) say([...path, "log", "stdout"], "give only one of path, stdout");
  }
  if (!isMapping(alertmanager)) return;
  const at = [...path, "alertmanager"];
  checkServerAuth(at, alertmanager, options, say);
  for (const key of ["resolve_after", "timeout"]) {
    const value = alertmanager[key];
    if (typeof value === "string" && parseDuration(value) === 0) say([...at, key], "must be more than 0s");
  }
  for (const key of Object.keys(mapping(alertmanager.labels))) {
    if (OWN_LABELS.includes(key)) say([...at, "labels", key], "is reserved: every alert has this label");
  }
}

function checkTraps(path: ConfigPath, traps: Mapping, options: CheckOptions, say: Say): void {
  const users = list(traps.v3_users);
  if (traps.communities_file === undefined && users.length === 0)
    say(path, "accepts nothing; give communities_file or v3_users");
  for (const [i, user] of users.entries()) {
    if (!isMapping(user)) continue;
    const at = [...path, "v3_users", i];
    const sources = (name: string): boolean => ["", "_file", "_env"].some((end) => user[`${name}${end}`] !== undefined);
    checkSecret(at, user, "auth_password", { needed: false, ...options }, say);
    checkSecret(at, user, "priv_password", { needed: false, ...options }, say);
    if (sources("priv_password") && !sources("auth_password")) say(at, "needs auth_password beside priv_password");
  }
}

function checkEtcd(path: ConfigPath, etcd: Mapping, options: CheckOptions, say: Say): void {
  checkServerAuth(path, etcd, options, say);
  for (const [key, other] of [
    ["cert_file", "key_file"],
    ["key_file", "cert_file"],
  ] as const)
    if (etcd[key] !== undefined && etcd[other] === undefined) say([...path, key], `needs ${other} beside it`);
  const schemes = new Set(
    list(etcd.endpoints)
      .filter((url) => typeof url === "string" && URL.canParse(url))
      .map((url) => new URL(String(url)).protocol),
  );
  const tlsKey = ["ca_file", "cert_file"].find((key) => etcd[key] !== undefined);
  if (tlsKey !== undefined && schemes.size > 0 && !schemes.has("https:"))
    say([...path, tlsKey], "is used for https:// endpoints only, and there is none");
}

function checkPlaces(path: ConfigPath, target: Mapping, say: Say): void {
  const labels = mapping(target.labels);
  for (const key of PLACE_LABELS) {
    if (target[key] !== undefined && labels[key] !== undefined) {
      say([...path, "labels", key], `${key} is given twice, here and next to labels`);
    }
  }
  for (const key of ["host", "module", "auth", "__address__"]) {
    if (labels[key] === undefined) continue;
    const belongs = { host: "hosts", __address__: "address" }[key] ?? key;
    say([...path, "labels", key], `is not allowed as a label; give ${belongs} next to labels`);
  }
}

function suggestion(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? `no ${what} are configured` : `known: ${known.slice(0, 20).join(", ")}`;
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value, or an empty mapping for anything else. */
export function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function written(value: unknown, fallback: string): string {
  return value === undefined ? fallback : String(value);
}
