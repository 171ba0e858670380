import {
  decodeSelRecord,
  describeSelEvent,
  eventTypeWord,
  SENSOR_TYPES,
  type SelEventDescription,
  sensorKind,
  sensorTypeTitle,
  stateOf,
} from "../../ipmi/index.ts";
import {
  type EventSeverity,
  HEALTH_WORDS,
  type Health,
  type LogEntry,
  type MemoryErrorKind,
} from "../../model/index.ts";
import type { LoggedIpmiEvent, RedfishLogEntry } from "../../redfish/index.ts";
import type { Severities } from "../severities.ts";
import {
  DIMM_PATTERNS,
  EVENT_BY_MESSAGE,
  KIND_BY_ORIGIN,
  KIND_BY_WORD,
  MEMORY_RULES,
  MEMORY_WORDS,
  NO_MEMORY_ERROR,
  OPENBMC_THRESHOLD,
} from "./event-log-words.ts";

/** What is needed to interpret an entry. */
export interface EntryContext {
  readonly manufacturerId?: number;
  /** Absent: the severities of the tables apply. */
  readonly severities?: Severities;
  /** Kind of the sensor of this name. */
  readonly kindOf?: (sensorName: string) => string | undefined;
}

export interface ModelEntry {
  readonly entry: LogEntry;
  readonly memoryError: MemoryErrorKind | undefined;
}

/** What happened, in the words of the model. */
interface Meaning {
  readonly kind?: string;
  readonly event?: string;
  readonly direction?: LogEntry["direction"];
  /** Severity of the event by the tables of IPMI. */
  readonly severity?: Health;
  readonly memoryError?: MemoryErrorKind;
  readonly sensor?: string;
  /** Numbers of IPMI, for severity rules that match them. */
  readonly types?: { readonly sensorType: number; readonly eventType: number };
  readonly text?: string;
}

/**
 * An entry of a Redfish log in the words that IPMI has for the same event: from the bytes of the IPMI event where a
 * vendor gives them, else from MessageId, EntryCode, SensorType, OriginOfCondition and the message.
 */
export function modelEntry(entry: RedfishLogEntry, context: EntryContext): ModelEntry {
  const { time, id, sensorNumber } = entry;
  const known = meaningOf(entry, context);
  const memory = memoryMeaning(entry, known);
  const meaning = memory ? { ...known, ...memory } : known;
  const { memoryError } = meaning;
  const kind = meaning.kind ?? (memory ? "memory" : "other");
  const event = meaning.event ?? nameOf(entry) ?? snake(entry.code ?? "") ?? "event";
  const direction = meaning.direction ?? directionOf(entry);
  const dimm = kind === "memory" || memoryError ? dimmOf(entry) : undefined;
  const sensor = meaning.sensor ?? dimm ?? sensorName(entry);
  const relative = time !== undefined && "secondsSinceStart" in time;
  return {
    memoryError: direction === "asserted" ? memoryError : undefined,
    entry: {
      id,
      time: time !== undefined && "epochMs" in time ? time.epochMs : undefined,
      relativeTime: relative,
      relativeSeconds: relative ? time.secondsSinceStart : undefined,
      kind,
      sensor,
      sensorNumber,
      event,
      direction,
      severity: severityOf(entry, meaning, { kind, event, direction, sensor }, context),
      text: textOf(entry, known),
      dimm,
    },
  };
}

function meaningOf(entry: RedfishLogEntry, context: EntryContext): Meaning {
  const sensorType = numberOfType(entry.sensorType);
  const bytes = entry.ipmi && describedIpmi(entry.ipmi, sensorType, context);
  if (bytes) return bytes;
  const kind = sensorType === undefined ? kindOfEntry(entry) : sensorKind(sensorType);
  return thresholdByMessage(entry, kind, context) ?? thresholdByCode(entry, kind) ?? byMessage(entry, kind);
}

/** SEL record of an event; offsets as in decodeSelRecord. Undefined if the meaning of its bytes is unknown. */
function describedIpmi(ipmi: LoggedIpmiEvent, named: number | undefined, context: EntryContext): Meaning | undefined {
  const { data, deassertion } = ipmi;
  const sensorType = ipmi.sensorType ?? named ?? (isOemEvent(ipmi) ? FIRST_OEM_TYPE : undefined);
  if (sensorType === undefined) return undefined;
  const eventType = ipmi.eventType ?? (sensorType <= LAST_THRESHOLD_TYPE ? 0x01 : 0x6f);
  const way = eventType | (deassertion ? 0x80 : 0);
  const record = Buffer.from([0, 0, 2, 255, 255, 255, 255, 0x20, 0, 4, sensorType, 0, way, ...data]);
  const described: SelEventDescription = describeSelEvent(decodeSelRecord(record), {
    manufacturerId: context.manufacturerId,
  });
  return {
    kind: described.kind,
    event: described.event,
    direction: described.direction,
    severity: described.severity,
    memoryError: described.memoryError,
    types: { sensorType, eventType },
    text: `${sensorTypeTitle(sensorType)}: ${described.eventText}, ${described.direction}`,
  };
}

/** Temperature, voltage, current and fan have limits; the events of other types are specific to the type. */
const LAST_THRESHOLD_TYPE = 0x04;
const FIRST_OEM_TYPE = 0xc0;
const FIRST_OEM_EVENT_TYPE = 0x70;

/** iDRAC reports no sensor type for events of its own types. */
const isOemEvent = ({ eventType = 0 }: LoggedIpmiEvent): boolean => eventType >= FIRST_OEM_EVENT_TYPE;

/** Titles of Redfish that differ from those of IPMI. */
const OTHER_TITLES: Readonly<Record<string, number>> = {
  powersupplyconverter: 0x08,
  physicalchassissecurity: 0x05,
  otherunitsbasedsensor: 0x0b,
  driveslotbay: 0x0d,
  systemfirmwareerror: 0x0f,
  buttonswitch: 0x14,
  systembootrestart: 0x1d,
  baseosbootinstallationstatus: 0x1f,
  osstopshutdown: 0x20,
};

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** The number of a sensor type by its title. */
function numberOfType(title: string | undefined): number | undefined {
  if (title === undefined) return undefined;
  const word = letters(title);
  return OTHER_TITLES[word] ?? SENSOR_TYPES.find((type) => type > 0 && letters(sensorTypeTitle(type)) === word);
}

function kindOfEntry({ origin, category, message, messageId, sensorType }: RedfishLogEntry): string | undefined {
  const path = origin?.toLowerCase().replace(/\/+$/, "");
  const byOrigin = path === undefined ? undefined : KIND_BY_ORIGIN.find(([pattern]) => pattern.test(path))?.[1];
  // A path to the BMC says less than the message.
  if (byOrigin !== undefined && byOrigin !== "management_subsystem") return byOrigin;
  return kindOfWords(sensorType, category, lastPart(messageId), message) ?? byOrigin;
}

/** The kind that the first text names which names one. */
function kindOfWords(...texts: readonly (string | undefined)[]): string | undefined {
  for (const text of texts) {
    const words = text?.includes(" ") ? text : spaced(text ?? "").replaceAll("_", " ");
    const found = KIND_BY_WORD.find(([pattern]) => pattern.test(words));
    if (found) return found[1];
  }
  return undefined;
}

/** OpenBMC: name of the sensor, reading and limit are the arguments. */
function thresholdByMessage(
  entry: RedfishLogEntry,
  kind: string | undefined,
  context: EntryContext,
): Meaning | undefined {
  const match = OPENBMC_THRESHOLD.exec(lastPart(entry.messageId) ?? "");
  if (!match) return undefined;
  const [, level = "", side = "", going = ""] = match.map((word) => word.toLowerCase());
  const limit = level === "warning" ? "non_critical" : level === "critical" ? "critical" : "non_recoverable";
  const sideWord = side === "high" ? "upper" : "lower";
  const back = side !== going;
  // The end of a state has the word of its begin, as in a SEL.
  const event = `${sideWord}_${limit}_going_${side}`;
  const sensor = entry.args[0];
  const known = sensor === undefined ? undefined : context.kindOf?.(sensor);
  return {
    kind: known ?? kindOfWords(sensor) ?? kind,
    event,
    direction: back ? "deasserted" : "asserted",
    severity: severityOfThreshold(event, back),
    sensor,
  };
}

/** "Upper Critical - going high" and the like. */
function thresholdByCode({ code }: RedfishLogEntry, kind: string | undefined): Meaning | undefined {
  const event = snake(code ?? "");
  if (event === undefined || !/^(upper|lower)_(non_)?(critical|recoverable)_going_(high|low)$/.test(event))
    return undefined;
  return { kind, event, direction: "asserted", severity: severityOfThreshold(event, false) };
}

function severityOfThreshold(event: string, deasserted: boolean): Health | undefined {
  for (let offset = 0; offset < 12; offset++) {
    const row = stateOf({ eventType: 0x01, sensorType: 0x01, offset });
    if (row?.state === event) return deasserted ? row.deasserted : row.asserted;
  }
  return undefined;
}

function byMessage({ messageId }: RedfishLogEntry, kind: string | undefined): Meaning {
  const name = lastPart(messageId);
  const row = name === undefined ? undefined : EVENT_BY_MESSAGE.find(({ pattern }) => pattern.test(name));
  return row ? { kind: row.kind ?? kind, event: row.event, direction: row.direction } : { kind };
}

/** The memory error that an entry reports, if it is about memory. */
function memoryMeaning({ messageId = "", message = "", code }: RedfishLogEntry, known: Meaning): Meaning | undefined {
  if (known.memoryError !== undefined) return undefined;
  const name = lastPart(messageId) ?? messageId;
  const text = `${name} ${spaced(name)} ${message}`;
  const isAboutMemory = known.kind === "memory" || ((known.kind ?? "other") === "other" && MEMORY_WORDS.test(text));
  if (!isAboutMemory || NO_MEMORY_ERROR.test(text) || /^deassert/i.test(code ?? "")) return undefined;
  const rule = MEMORY_RULES.find(({ pattern }) => pattern.test(text));
  return rule && { memoryError: rule.kind, event: rule.event, severity: rule.kind === "uncorrectable" ? 2 : 1 };
}

/** The DIMM that the message names, else an argument that names one, else the resource that the entry is about. */
function dimmOf({ message = "", args, origin }: RedfishLogEntry): string | undefined {
  for (const text of [message, ...args]) {
    for (const { pattern, text: make } of DIMM_PATTERNS) {
      const match = pattern.exec(text);
      if (match) return make ? make(match.slice(1)) : match[1];
    }
  }
  const named = origin === undefined ? undefined : /\/Memory\/([^/#]+)/i.exec(origin)?.[1];
  return named === undefined ? undefined : decoded(named);
}

function directionOf({ code }: RedfishLogEntry): LogEntry["direction"] {
  return /^deassert|deasserted$/i.test(code ?? "") ? "deasserted" : "asserted";
}

const WORDS: Readonly<Record<string, EventSeverity>> = {
  ok: "ok",
  normal: "ok",
  info: "ok",
  informational: "ok",
  warning: "warning",
  caution: "warning",
  minor: "warning",
  critical: "critical",
  major: "critical",
  fatal: "non_recoverable",
};
const RANKS: readonly EventSeverity[] = ["unknown", "ok", "warning", "critical", "non_recoverable"];

interface Named {
  readonly kind: string;
  readonly event: string;
  readonly direction: LogEntry["direction"];
  readonly sensor: string;
}

/**
 * The worse of the severity that the BMC reports and that of the event: some BMCs log everything as OK. A rule of the
 * operator decides alone.
 */
function severityOf(
  { severity: word }: RedfishLogEntry,
  { severity, types }: Meaning,
  { kind, event, direction, sensor }: Named,
  { severities, manufacturerId }: EntryContext,
): EventSeverity {
  const subject = {
    name: sensor,
    kind,
    sensorType: types?.sensorType ?? 0,
    eventType: types === undefined ? "" : eventTypeWord(types.eventType),
    manufacturerId,
  };
  const builtIn = { asserted: severity ?? 0, deasserted: severity ?? 0 } as const;
  const grade = severities?.gradeOf(subject, event, builtIn);
  if (grade?.rule) return HEALTH_WORDS[grade[direction]] ?? "unknown";
  const reported = WORDS[word ?? ""] ?? "unknown";
  const own = severity === undefined ? "unknown" : (HEALTH_WORDS[severity] ?? "unknown");
  return RANKS.indexOf(own) > RANKS.indexOf(reported) ? own : reported;
}

/** Resources that are one part; the last segment names it. */
const PART_ORIGIN =
  /\/(memory|processors|drives|volumes|fans|powersupplies|sensors|networkadapters|ethernetinterfaces|pciedevices|batteries)\/([^/#]+)\/?$/i;

/** The name of the sensor or part: the resource that the entry is about, else type and number as IPMI has them. */
function sensorName({ origin, sensorType, sensorNumber }: RedfishLogEntry): string {
  const segment = origin === undefined ? undefined : PART_ORIGIN.exec(origin)?.[2];
  if (segment !== undefined) return decoded(segment);
  if (sensorType === undefined || sensorNumber === undefined) return "";
  return `${sensorType} #${Math.trunc(sensorNumber).toString(16).padStart(2, "0").toUpperCase()}h`;
}

/** The name of the event: the last part of a MessageId of a registry, or a code of the vendor. */
function nameOf({ messageId }: RedfishLogEntry): string | undefined {
  const name = lastPart(messageId);
  if (name === undefined || /^null$/i.test(name)) return undefined;
  // A code such as PLAT0106, or a number such as 17.10 of HPE.
  if (/^[A-Z0-9_]+$/.test(name)) return snake(name.toLowerCase());
  return /^\d/.test(name) ? snake(`message ${name}`) : snake(name);
}

/** "OpenBMC.0.1.PowerSupplyFailed" is "PowerSupplyFailed"; numbers such as "17.10" stay whole. */
function lastPart(messageId: string | undefined): string | undefined {
  if (messageId === undefined) return undefined;
  const last = messageId.split(".").at(-1) ?? "";
  return /[a-z]/i.test(last) ? last : messageId;
}

const spaced = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2");

const LONGEST_WORD = 64;

/** A name in snake case; undefined if nothing is left. */
function snake(name: string): string | undefined {
  const word = spaced(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return word === "" ? undefined : word.slice(0, LONGEST_WORD);
}

/** One line: the message, or the meaning of its bytes, or the name of the event with its arguments. */
function textOf({ message, messageId, args, id }: RedfishLogEntry, known: Meaning): string {
  if (message !== undefined && !/^0x[0-9a-f]+$/i.test(message)) return message;
  if (known.text !== undefined) return known.text;
  const name = lastPart(messageId);
  if (name === undefined || /^null$/i.test(name)) return message ?? `log entry ${id}`;
  return args.length === 0 ? spaced(name) : `${spaced(name)}: ${args.join(", ")}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
