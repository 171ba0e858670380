import { firmwareVersion, manufacturerName, privilegeName, QUIRKS, type QuirkName } from "../ipmi/index.ts";
import type { Host, ReadingPolicyState } from "../model/index.ts";
import type { SensorFilter, TraceLine } from "./bmc.ts";
import { explainOverRedfish } from "./explain-redfish.ts";
import type { HostExplanation, SensorExplanation } from "./explanation.ts";
import { failureOf } from "./failure.ts";
import { ipmiOptions } from "./make-bmc.ts";
import type { BmcPoolParts } from "./open.ts";
import { explainSensor } from "./over-ipmi/explain-sensor.ts";
import { IpmiBmc, type SensorFindings } from "./over-ipmi/ipmi-bmc.ts";
import type { PlannedSensor } from "./over-ipmi/planned-sensor.ts";
import type { RecordedCall } from "./over-ipmi/recording-runner.ts";
import type { PollSettings } from "./poll-settings.ts";
import { quirksByRule } from "./quirk-rules.ts";
import { whyText } from "./reading-policy.ts";
import { SdrCache } from "./sdr-cache.ts";
import type { StateKeeper } from "./state-dir.ts";

export interface ExplainOptions {
  readonly signal: AbortSignal;
  readonly trace?: TraceLine;
  /** Selects the sensors that are read and explained. */
  readonly about?: SensorFilter;
}

/** Keeps the records that pass through the cache of repositories, to print them. */
class RecordKeeper implements StateKeeper {
  /** Records of the BMC's repository, followed by those of each satellite. */
  readonly records: Uint8Array[] = [];

  async saveRecords(_digest: string, records: readonly Uint8Array[]): Promise<void> {
    this.records.push(...records);
  }

  async loadRecords(): Promise<undefined> {}
  async loadHost(): Promise<undefined> {}
  async saveHost(): Promise<boolean> {
    return true;
  }
  async forgetHost(): Promise<void> {}
}

/**
 * Reads one host in a session of its own and explains each sensor, over the protocol of its module. With `auto` that is
 * Redfish if nothing answers IPMI; with `both`, parts that IPMI does not have are explained from Redfish. Does not
 * reject because of the BMC: `failure` has the reason, in addition to what was read until then.
 *
 * @throws SettingsError if module or credentials cannot be loaded
 */
export async function explainHost(parts: BmcPoolParts, host: Host, options: ExplainOptions): Promise<HostExplanation> {
  const settings = await parts.settingsOf(host);
  const { protocol, redfish } = settings;
  if (protocol === "redfish") return explainOverRedfish(parts, host, settings, host.port, options);
  if (settings.beyondIpmi && redfish) return explainOverRedfish(parts, host, settings, redfish.port, options);
  const overIpmi = await explainOverIpmi(parts, host, settings, options);
  if (!redfish || host.port !== redfish.ipmiPort) return overIpmi;
  if (protocol === "auto" && isSilent(overIpmi))
    return explainOverRedfish(parts, host, settings, redfish.port, options);
  const isFound = options.about !== undefined && overIpmi.sensors.length > 0;
  if (protocol !== "both" || !overIpmi.controller || isFound) return overIpmi;
  const beside = await explainOverRedfish(parts, host, settings, redfish.port, { ...options, componentsOnly: true });
  return {
    ...overIpmi,
    resources: beside.resources,
    sensors: [...overIpmi.sensors, ...beside.sensors],
    failure: overIpmi.failure ?? beside.failure,
  };
}

/** Nothing answered IPMI. */
function isSilent({ controller, failure }: HostExplanation): boolean {
  return !controller && ["no_answer", "unreachable", "timeout"].includes(failure?.reason ?? "");
}

async function explainOverIpmi(
  parts: BmcPoolParts,
  host: Host,
  settings: PollSettings,
  { signal, trace, about }: ExplainOptions,
): Promise<HostExplanation> {
  const keeper = new RecordKeeper();
  const { filter } = settings;
  const wanted: SensorFilter = (sensor) => (about?.(sensor) ?? true) && (filter?.(sensor) ?? true);
  const options = ipmiOptions(host, { ...settings, filter: wanted }, { ...parts, cache: new SdrCache({ keeper }) });
  const bmc = new IpmiBmc(options);
  bmc.trace = trace;
  const known = { host: host.name, address: host.address, port: host.port, module: host.module };
  try {
    const findings = await bmc.explain({ signal });
    const { failure } = findings;
    return {
      ...known,
      ...hostLines(findings, settings, bmc.quirks as readonly QuirkName[]),
      records: keeper.records.length,
      sensors: sensorLines(findings, keeper.records, parts, {
        about,
        filter,
        assumeBmcOwner: bmc.quirks.includes("assume_bmc_owner"),
      }),
      failure: failure === undefined ? undefined : failureOf(failure, "sensors", signal),
    };
  } catch (error) {
    const failure = failureOf(error, "connect", signal);
    return { ...known, hostOff: false, quirks: [], records: 0, problems: [], sensors: [], failure };
  } finally {
    await bmc.close();
  }
}

function hostLines(
  { device, session, hostOff, plan, problems, discrete }: SensorFindings,
  settings: PollSettings,
  quirks: readonly QuirkName[],
): Pick<HostExplanation, "controller" | "session" | "hostOff" | "discrete" | "quirks" | "problems"> {
  return {
    controller: device && {
      manufacturer: manufacturerName(device.manufacturerId) ?? "unknown manufacturer",
      manufacturerId: device.manufacturerId,
      productId: device.productId,
      firmware: firmwareVersion(device),
      ipmiVersion: device.ipmiVersion,
    },
    session: session && {
      protocol: session.protocol === "2.0" ? "RMCP+" : "IPMI 1.5",
      cipherSuite: session.cipherSuite,
      privilege: privilegeName(session.privilege),
    },
    hostOff,
    discrete: discreteLines(settings.parts.includes("sel") ? discrete : withoutLog(discrete), settings),
    quirks: quirks.map((name) => ({ name, meaning: QUIRKS[name], because: whyQuirk(name, settings, device) })),
    problems: [...(plan?.problems ?? []), ...problems],
  };
}

/** Polls that do not read the event log do not know whether something happened. */
function withoutLog({ reason = "log_unread" }: ReadingPolicyState): ReadingPolicyState {
  return { policy: "every_poll", reason: reason === "interval" ? reason : "log_unread" };
}

function discreteLines(
  state: ReadingPolicyState,
  { discreteIntervalMs = 0 }: PollSettings,
): HostExplanation["discrete"] {
  return { ...state, because: state.reason && whyText(state.reason), intervalMs: discreteIntervalMs };
}

function whyQuirk(name: QuirkName, settings: PollSettings, device: SensorFindings["device"]): string {
  if (settings.quirks.includes(name)) return "the module's ipmi.quirks list it";
  if (device && quirksByRule(settings.quirkRules ?? [], device).includes(name))
    return "a rule under quirks in the configuration matches this make";
  return "learned from its responses";
}

function sensorLines(
  findings: SensorFindings,
  records: readonly Uint8Array[],
  { roles, severities }: BmcPoolParts,
  asked: {
    readonly about: SensorFilter | undefined;
    readonly filter: SensorFilter | undefined;
    readonly assumeBmcOwner: boolean;
  },
): readonly SensorExplanation[] {
  const { about, filter, assumeBmcOwner } = asked;
  const { plan, device, sensors, calls } = findings;
  const { manufacturerId = 0, productId = 0 } = device ?? {};
  const reported = new Map(sensors.map((sensor) => [sensor.id, sensor]));
  const byRecord = new Map(records.map((bytes) => [recordKey(bytes), bytes]));
  const rules = { roles: roles?.(), severities: severities?.() };
  return (plan?.sensors ?? [])
    .filter((sensor) => about?.(sensor) ?? true)
    .map((sensor) => {
      const { readable, recordId, ownerId, channel } = sensor.definition;
      return explainSensor({
        sensor,
        record: byRecord.get(`${recordId}/${ownerId}/${channel}`),
        reported: readable ? reported.get(sensor.id) : undefined,
        calls: calls.filter((call) => isAbout(call, sensor, assumeBmcOwner)),
        excluded: readable && !(filter?.(sensor) ?? true),
        manufacturerId,
        productId,
        ...rules,
      });
    });
}

/** Each controller numbers its own records. */
function recordKey(record: Uint8Array): string {
  const bytes = Buffer.from(record);
  return `${bytes.readUInt16LE(0)}/${bytes[5] ?? 0}/${(bytes[6] ?? 0) >> 4}`;
}

const COMMANDS = /^Get Sensor (Reading|Thresholds|Hysteresis|Reading Factors)$/;

function isAbout(
  { command, request, options }: RecordedCall,
  { definition }: PlannedSensor,
  assumeBmcOwner: boolean,
): boolean {
  if (!COMMANDS.test(command)) return false;
  const { sensorNumber } = request as { readonly sensorNumber: number };
  const { ownerId, ownerLun, channel, number } = definition;
  if (sensorNumber !== number) return false;
  const bridge = options?.bridge;
  if (!bridge) return (ownerId === 0x20 || assumeBmcOwner) && (options?.lun ?? 0) === ownerLun;
  return bridge.address === ownerId && bridge.channel === channel && bridge.lun === ownerLun;
}
