import { keyValues, type Login, type RunResult, run, runOrFail } from "./run.ts";

/** ipmitool as a second opinion: runs it against a BMC and turns what it prints into data. */
export interface Ipmitool {
  /** Any command; the result as it is, failures included. */
  raw(...args: string[]): Promise<RunResult>;
  /** Full and compact sensor records in the order of the repository, one row for a shared record. */
  sensors(): Promise<ToolSensor[]>;
  sel(): Promise<ToolEvent[]>;
  /** FRU areas by device id, the fields under ipmitool's own words ("Board Serial"). */
  frus(): Promise<Map<number, Map<string, string>>>;
  /** Get Device ID, Get Chassis Status: ipmitool's own words and values. */
  mcInfo(): Promise<Map<string, string>>;
  chassisStatus(): Promise<Map<string, string>>;
}

export interface ToolSensor {
  readonly name: string;
  readonly number: number;
  readonly entity: string;
  readonly class: "threshold" | "discrete";
  readonly sensorType: number;
  /** Rounded to three decimals; absent for discrete sensors and where there is no reading. */
  readonly value?: number;
  readonly unit?: string;
  /** Of a threshold sensor: "ok", the worst threshold crossed, or "na" without a reading. Empty for discrete sensors. */
  readonly status: "ok" | "lnc" | "lc" | "lnr" | "unc" | "uc" | "unr" | "na" | "";
  readonly thresholds: Partial<Record<"lnr" | "lc" | "lnc" | "unc" | "uc" | "unr", number>>;
  /** Names of asserted states of a discrete sensor. */
  readonly states: readonly string[];
}

export interface ToolEvent {
  readonly id: number;
  /** Columns after the id, as printed: date, time, sensor, event, direction, detail. */
  readonly columns: readonly string[];
}

const THRESHOLD_WORDS = {
  "Lower non-recoverable": "lnr",
  "Lower critical": "lc",
  "Lower non-critical": "lnc",
  "Upper non-critical": "unc",
  "Upper critical": "uc",
  "Upper non-recoverable": "unr",
} as const;

const STATUS_WORDS: Readonly<Record<string, ToolSensor["status"]>> = {
  ok: "ok",
  "Lower Non-Critical": "lnc",
  "Lower Critical": "lc",
  "Lower Non-Recoverable": "lnr",
  "Upper Non-Critical": "unc",
  "Upper Critical": "uc",
  "Upper Non-Recoverable": "unr",
  "Not Available": "na",
};

/** Lines in brackets under "States Asserted", up to the next field. */
function assertedStates(block: string): string[] {
  const part = block.match(/^ States Asserted\s*:.*\n((?:\s+\[.*\]\n?)*)/m)?.[1] ?? "";
  return [...part.matchAll(/\[(.*)\]/g)].map((m) => m[1] ?? "");
}

function parseSensor(block: string): ToolSensor | undefined {
  const head = block.match(/^Sensor ID\s*: (.*) \(0x([0-9a-f]+)\)/);
  const type = block.match(/^ Sensor Type \((\w+)\)\s*:.*\(0x([0-9a-f]+)\)\s*$/m);
  if (head === null || type === null) return undefined; // event-only records have neither class nor reading
  const fields = keyValues(block);
  const thresholdClass = type[1] === "Threshold";
  const reading = thresholdClass ? fields.get("Sensor Reading")?.match(/^(-?[\d.]+) \(.*?\)\s*(.*)$/) : undefined;
  const thresholds: Record<string, number> = {};
  for (const [words, name] of Object.entries(THRESHOLD_WORDS)) {
    const value = Number.parseFloat(fields.get(words) ?? "");
    if (!Number.isNaN(value)) thresholds[name] = value;
  }
  return {
    name: head[1] ?? "",
    number: Number.parseInt(head[2] ?? "", 16),
    entity: fields.get("Entity ID")?.split(" ")[0] ?? "",
    class: thresholdClass ? "threshold" : "discrete",
    sensorType: Number.parseInt(type[2] ?? "", 16),
    status: STATUS_WORDS[fields.get("Status") ?? ""] ?? "",
    thresholds,
    states: assertedStates(block),
    ...(reading ? { value: Number(reading[1]), unit: reading[2] ?? "" } : {}),
  };
}

/** The text of `ipmitool -v sdr list all`. */
export function parseSdrList(text: string): ToolSensor[] {
  return text
    .split(/^(?=Sensor ID\s*:)/m)
    .map(parseSensor)
    .filter((s) => s !== undefined);
}

/** The text of `ipmitool sel elist`. */
function parseSelList(text: string): ToolEvent[] {
  return text
    .split("\n")
    .filter((line) => /^\s*[0-9a-f]+ \|/.test(line))
    .map((line) => {
      const [id = "", ...columns] = line.split("|").map((c) => c.trim());
      return { id: Number.parseInt(id, 16), columns };
    });
}

/** The text of `ipmitool fru print`. */
function parseFruPrint(text: string): Map<number, Map<string, string>> {
  const areas = new Map<number, Map<string, string>>();
  for (const block of text.split(/^(?=FRU Device Description)/m)) {
    const id = block.match(/^FRU Device Description.*\(ID (\d+)\)/)?.[1];
    if (id !== undefined) areas.set(Number(id), keyValues(block.slice(block.indexOf("\n") + 1)));
  }
  return areas;
}

/** ipmitool with one login. The password goes by environment, never on the command line. */
export function ipmitool(login: Login): Ipmitool {
  const protocol = login.protocol ?? "lanplus";
  const env = { IPMI_PASSWORD: login.password, ...(login.kg === undefined ? {} : { IPMI_KGKEY: login.kg }) };
  const common = [
    ...["-I", protocol, "-H", login.address, "-p", String(login.port), "-U", login.user, "-E"],
    // one second a try: everything is on this machine
    ...["-N", "1", "-R", String(login.tries ?? 4)],
    ...(login.privilege === undefined
      ? []
      : ["-L", login.privilege === "admin" ? "ADMINISTRATOR" : login.privilege.toUpperCase()]),
    ...(protocol === "lanplus" ? ["-C", String(login.cipherSuite ?? 3)] : []),
    ...(protocol === "lan" ? ["-A", { none: "NONE", md5: "MD5", straight: "PASSWORD" }[login.authType ?? "md5"]] : []),
    ...(login.kg === undefined ? [] : ["-K"]),
  ];
  const text = async (...args: string[]): Promise<string> =>
    (await runOrFail("ipmitool", [...common, ...args], { env })).stdout;
  return {
    raw: (...args) => run("ipmitool", [...common, ...args], { env }),
    sensors: async () => parseSdrList(await text("-v", "sdr", "list", "all")),
    sel: async () => parseSelList(await text("sel", "elist")),
    frus: async () => parseFruPrint(await text("fru", "print")),
    mcInfo: async () => keyValues(await text("mc", "info")),
    chassisStatus: async () => keyValues(await text("chassis", "status")),
  };
}
