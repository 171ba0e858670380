import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./child.ts";
import { keyValues, type Login, type RunResult, run, runOrFail } from "./run.ts";

/** FreeIPMI as a third opinion. Call `close()` when done: it keeps an SDR cache and the password in files of its own. */
export interface FreeIpmi {
  /** Any FreeIPMI program with the login filled in; the result as it is, failures included. */
  raw(program: string, ...args: string[]): Promise<RunResult>;
  /**
   * Sensors, shared records expanded. With thresholds FreeIPMI requests them one by one and gives up
   * at the first sensor whose BMC answers CCh (a record with nothing behind it).
   */
  sensors(options?: { readonly thresholds?: boolean }): Promise<FreeIpmiSensor[]>;
  sel(): Promise<FreeIpmiEvent[]>;
  /** FRU areas by device id, the fields under FreeIPMI's own words. */
  frus(): Promise<Map<number, Map<string, string>>>;
  bmcInfo(): Promise<Map<string, string>>;
  chassisStatus(): Promise<Map<string, string>>;
  close(): void;
}

export interface FreeIpmiSensor {
  /** Record id of the SDR, shared by the sensors of one record. */
  readonly recordId: number;
  readonly name: string;
  readonly type: string;
  /** FreeIPMI's verdict: Nominal, Warning, Critical, N/A. */
  readonly state: string;
  /** Rounded to two decimals. */
  readonly value?: number;
  readonly unit?: string;
  readonly thresholds: Partial<Record<"lnr" | "lc" | "lnc" | "unc" | "uc" | "unr", number>>;
  /** Asserted states in FreeIPMI's words; 'OK' stands for none. */
  readonly events: readonly string[];
}

export interface FreeIpmiEvent {
  readonly id: number;
  readonly date: string;
  readonly time: string;
  readonly name: string;
  readonly type: string;
  readonly state: string;
  readonly event: string;
}

const WITH_SDR_CACHE: ReadonlySet<string> = new Set(["ipmi-sensors", "ipmi-sel", "ipmi-fru"]);

const THRESHOLD_COLUMNS = ["lnr", "lc", "lnc", "unc", "uc", "unr"] as const;

/** Lines of `ipmi-sensors --comma-separated-output --output-sensor-state`; no field but the last has commas. */
function parseSensors(text: string, withThresholds: boolean): FreeIpmiSensor[] {
  return text
    .split("\n")
    .filter((line) => /^\d+,/.test(line))
    .map((line) => {
      const [id = "", name = "", type = "", state = "", reading = "", unit = "", ...rest] = line.split(",");
      const limits = withThresholds ? rest.splice(0, THRESHOLD_COLUMNS.length) : [];
      const thresholds: Record<string, number> = {};
      THRESHOLD_COLUMNS.forEach((column, i) => {
        const value = Number.parseFloat(limits[i] ?? "");
        if (!Number.isNaN(value)) thresholds[column] = value;
      });
      const value = Number.parseFloat(reading);
      const events = [...rest.join(",").matchAll(/'(.*?)'(?= |$)/g)].map((m) => m[1] ?? "");
      return {
        recordId: Number(id),
        name,
        type,
        state,
        thresholds,
        events,
        ...(Number.isNaN(value) ? {} : { value, unit }),
      };
    });
}

/** Lines of `ipmi-sel --comma-separated-output --output-event-state`. */
export function parseSel(text: string): FreeIpmiEvent[] {
  return text
    .split("\n")
    .filter((line) => /^\d+,/.test(line))
    .map((line) => {
      const [id = "", date = "", time = "", name = "", type = "", state = "", ...event] = line.split(",");
      return { id: Number(id), date, time, name, type, state, event: event.join(",") };
    });
}

/** The text of `ipmi-fru`. */
function parseFrus(text: string): Map<number, Map<string, string>> {
  const areas = new Map<number, Map<string, string>>();
  for (const block of text.split(/^(?=FRU Inventory Device:)/m)) {
    const id = block.match(/^FRU Inventory Device:.*\(ID ([0-9A-Fa-f]+)h\)/)?.[1];
    if (id !== undefined) areas.set(Number.parseInt(id, 16), keyValues(block.slice(block.indexOf("\n") + 1)));
  }
  return areas;
}

/**
 * FreeIPMI with one login. User, password and Kg go by a configuration file only we can read.
 * `opensesspriv` is on: ipmi_sim answers Open Session with privilege 0, which FreeIPMI refuses otherwise.
 */
export function freeIpmi(login: Login): FreeIpmi {
  const folder = temporaryFolder("freeipmi");
  const config = join(folder.path, "freeipmi.conf");
  const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
  const lines = [`username ${quoted(login.user)}`, `password ${quoted(login.password)}`];
  if (login.kg !== undefined) lines.push(`k_g ${quoted(login.kg)}`);
  writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o600 });
  const protocol = login.protocol ?? "lanplus";
  const common = [
    `--config-file=${config}`,
    ...["-h", `${login.address}:${login.port}`, "--session-timeout=8000", "--retransmission-timeout=1000"],
    ...(protocol === "lanplus"
      ? ["-D", "LAN_2_0", "-I", String(login.cipherSuite ?? 3), "-W", "opensesspriv"]
      : ["-D", "LAN", "-a", { none: "NONE", md5: "MD5", straight: "STRAIGHT_PASSWORD_KEY" }[login.authType ?? "md5"]]),
    ...(login.privilege === undefined ? [] : ["-l", login.privilege.toUpperCase()]),
  ];
  // A separate folder: the default one may hold SDRs of another BMC that had the same address and port.
  const cache = ["--quiet-cache", `--sdr-cache-directory=${folder.path}`, "--sdr-cache-recreate"];
  const argsFor = (program: string, args: readonly string[]): string[] => [
    ...common,
    ...(WITH_SDR_CACHE.has(program) ? cache : []),
    ...args,
  ];
  const text = async (program: string, ...args: string[]): Promise<string> =>
    (await runOrFail(program, argsFor(program, args))).stdout;
  return {
    raw: (program, ...args) => run(program, argsFor(program, args)),
    async sensors({ thresholds = false } = {}) {
      const more = thresholds ? ["--output-sensor-thresholds"] : [];
      const format = ["--comma-separated-output", "--no-header-output", "--output-sensor-state", "--shared-sensors"];
      return parseSensors(await text("ipmi-sensors", ...format, ...more), thresholds);
    },
    async sel() {
      const format = ["--comma-separated-output", "--no-header-output", "--output-event-state"];
      return parseSel(await text("ipmi-sel", ...format));
    },
    frus: async () => parseFrus(await text("ipmi-fru")),
    // only this part: the others need the system firmware version, which ipmi_sim refuses
    bmcInfo: async () => keyValues(await text("bmc-info", "--get-device-id")),
    chassisStatus: async () => keyValues(await text("ipmi-chassis", "--get-chassis-status")),
    close: () => folder.remove(),
  };
}
