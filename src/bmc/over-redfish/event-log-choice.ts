import {
  decodeLogService,
  type Get,
  type LogService,
  logServicesOf,
  members,
  RedfishError,
} from "../../redfish/index.ts";

/** The log of a host whose entries are counted. */
export interface ChosenLog {
  /** URI of the collection of entries. */
  readonly entries: string;
  /** Number of entries at which it is full; absent for logs that overwrite their oldest entries. */
  readonly capacity?: number;
}

export type LogOwner = "system" | "manager" | "chassis";

interface Candidate extends LogService {
  readonly owner: LogOwner;
  readonly entries: string;
}

interface LogChoice {
  readonly owner?: LogOwner;
  /** Matches `Id`, or `Name` where `named` is set. */
  readonly id?: RegExp;
  readonly name?: RegExp;
}

/** Which log counts, best first. An event may stand in several logs of one BMC, so only one is read. */
export const LOG_CHOICES: readonly LogChoice[] = [
  // The SEL of IPMI: iDRAC, Cisco, OpenBMC; AMI ("IPMI SEL"), Fujitsu, Cray ("System Event Log").
  { id: /^(sel|systemeventlog)$/i },
  { name: /^(ipmi sel|sel log service|system event log)$/i },
  // iLO: Integrated Management Log.
  { owner: "system", id: /^iml$/i },
  // Lenovo XCC.
  { owner: "system", id: /^(platformlog|standardlog)$/i },
  // OpenBMC.
  { owner: "system", id: /^eventlog$/i },
  // Supermicro ("Health Event Log"), Huawei, Advantech.
  { owner: "system", id: /^log1?$/i },
  // AMI without a SEL.
  { owner: "system", id: /^bios$/i },
  { owner: "manager", id: /^(eventlog|cimc)$/i },
  { owner: "system" },
  { owner: "manager", id: /^log1?$/i },
  { owner: "chassis", id: /^(logs?|log1)$/i },
];

/**
 * Logs that no rule may choose: of the BMC itself and its users (Lclog, IEL, Journal, AuditLog), copies of events of
 * other logs (FaultList, ActiveLog, iLO's Event), attachments (Dump), and logs that are no events.
 */
const NO_EVENT_LOG =
  /^(lclog|iel|event|sl|journal|hostlogger|auditlog|activelog|faultlist|maintenancelog|salog|internaleventlog|metricreportlog|xid|fdr|debugtokenservice|dreport|celog|postcodes?|.*(dump|fault|crash|hardwareisolation).*)$/i;

/** The best log of those that are offered. */
export function chooseLog(candidates: readonly Candidate[]): ChosenLog | undefined {
  const offered = candidates.filter(({ id = "", enabled }) => enabled !== false && !NO_EVENT_LOG.test(id));
  for (const { owner, id, name } of LOG_CHOICES) {
    const found = offered.find(
      (log) =>
        (owner === undefined || log.owner === owner) &&
        (id === undefined || id.test(log.id ?? "")) &&
        (name === undefined || name.test(log.name ?? "")),
    );
    if (found) return { entries: found.entries, capacity: found.wraps === false ? found.capacity : undefined };
  }
  return undefined;
}

/** URIs of the resources that have logs. */
export interface LogOwners {
  readonly systems: readonly string[];
  readonly managers: readonly string[];
  readonly chassis: readonly string[];
}

/** Bounds of the search. */
const MOST_OWNERS = 16;
const MOST_LOGS = 32;

/**
 * Finds the log to count: the logs of systems and managers, and of the chassis if those have none.
 *
 * @returns undefined if the BMC has no event log
 * @throws RedfishError `privilege_refused` if the account may not read the logs, another reason if the BMC is too busy
 *   to answer all requests: another log would be chosen without them
 */
export async function findLog(get: Get, resources: LogOwners, signal: AbortSignal): Promise<ChosenLog | undefined> {
  const found: Candidate[] = [];
  let forbidden: RedfishError | undefined;
  /** Undefined for a resource that the BMC does not have, or that this account may not read. */
  const unlessRefused = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RedfishError)) throw error;
      if (error.reason === "privilege_refused") forbidden ??= error;
      else if (error.reason !== "unsupported") throw error;
      return undefined;
    }
  };
  const search = async (owner: LogOwner, uris: readonly string[]): Promise<void> => {
    for (const uri of uris.slice(0, MOST_OWNERS)) {
      const resource = await unlessRefused(() => get(uri, signal));
      const services = resource && logServicesOf(resource);
      if (services === undefined) continue;
      const logs = (await unlessRefused(() => members(get, services, signal))) ?? [];
      for (const { uri: link, body } of logs.slice(0, MOST_LOGS)) {
        if (found.length >= MOST_LOGS) return;
        const service = body ?? (await unlessRefused(() => get(link, signal)));
        const { entries, ...log } = service ? decodeLogService(service) : {};
        if (entries !== undefined) found.push({ ...log, id: log.id ?? link.split("/").at(-1), owner, entries });
      }
    }
  };
  await search("system", resources.systems);
  await search("manager", resources.managers);
  const chosen = chooseLog(found);
  if (chosen) return chosen;
  await search("chassis", resources.chassis);
  const last = chooseLog(found);
  if (!last && forbidden) throw forbidden;
  return last;
}
