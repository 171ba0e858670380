import type { DatagramTransport, IpmiObserver } from "../ipmi/index.ts";
import type { Clock } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import type { RedfishObserver } from "../redfish/index.ts";
import { AutoBmc } from "./auto-bmc.ts";
import type { Bmc } from "./bmc.ts";
import { BothBmc } from "./both-bmc.ts";
import { IpmiBmc, type IpmiBmcOptions } from "./over-ipmi/ipmi-bmc.ts";
import type { ReadingPlans } from "./over-redfish/reading-plans.ts";
import { RedfishBmc, type RedfishBmcOptions } from "./over-redfish/redfish-bmc.ts";
import { type PollSettings, SettingsError } from "./poll-settings.ts";
import type { Roles } from "./roles.ts";
import type { SdrCache } from "./sdr-cache.ts";
import type { Severities } from "./severities.ts";

/** What all BMCs share. */
export interface BmcParts {
  readonly transport: DatagramTransport;
  readonly clock: Clock;
  readonly cache: SdrCache;
  readonly observer?: IpmiObserver;
  readonly redfishObserver?: RedfishObserver;
  /** While it returns false, Redfish sends nothing; the transport of IPMI has a check of its own. */
  readonly maySend?: (() => boolean) | undefined;
  /** Current role rules; without them no sensor has a role. */
  readonly roles?: () => Roles;
  /** Current severity rules; without them the tables of the specification apply. */
  readonly severities?: () => Severities;
  /** Plans of Redfish lists that hosts of one model share. */
  readonly readingPlans?: ReadingPlans;
}

/** The BMC of a host over the protocol, or the protocols, of its module. */
export function makeBmc(host: Host, settings: PollSettings, parts: BmcParts): Bmc {
  const { protocol, redfish } = settings;
  const overRedfish = (port: number) => redfishBmc(host, settings, parts, port);
  if (protocol === "redfish") return overRedfish(host.port);
  if (settings.beyondIpmi && redfish) return overRedfish(redfish.port);
  const ipmi = new IpmiBmc(ipmiOptions(host, settings, parts));
  // A port in the address is an IPMI port.
  if (protocol === "ipmi" || !redfish || host.port !== redfish.ipmiPort) return ipmi;
  const both = { ipmi, redfish: () => overRedfish(redfish.port), clock: parts.clock };
  return protocol === "both" ? new BothBmc(both) : new AutoBmc(both);
}

function redfishBmc(host: Host, settings: PollSettings, parts: BmcParts, port: number): Bmc {
  return new RedfishBmc(redfishOptions(host, settings, parts, port));
}

/**
 * Settings of the Redfish connection to a host.
 *
 * @throws SettingsError for a module without settings of Redfish
 */
export function redfishOptions(
  { address }: Host,
  settings: PollSettings,
  parts: BmcParts,
  port: number,
): RedfishBmcOptions {
  const { protocol, redfish, filter, limits } = settings;
  if (!redfish) throw new SettingsError("the module has no settings for Redfish");
  const { clock, redfishObserver, maySend, roles, severities, readingPlans } = parts;
  const { login, tls, expand, firmware } = redfish;
  return {
    address,
    port,
    login,
    tls,
    expand,
    firmware,
    clock,
    observer: redfishObserver,
    maySend,
    filter,
    sensorLimit: limits?.sensors,
    roles,
    severities,
    plans: readingPlans,
    eventLog: protocol !== "both" && settings.parts.includes("sel"),
  };
}

/**
 * Settings of the IPMI connection to a host.
 *
 * @throws SettingsError for a host that is polled over another protocol
 */
export function ipmiOptions(host: Host, settings: PollSettings, parts: BmcParts): IpmiBmcOptions {
  if (settings.protocol === "redfish" || settings.beyondIpmi)
    throw new SettingsError("this command reads IPMI sensors, and the host uses Redfish");
  const { transport, clock, cache, observer, roles, severities } = parts;
  const { login, filter, bridge, limits, probeCipherZero, quirks, quirkRules, tries, packetsPerSecond } = settings;
  const { intervalMs, discreteIntervalMs } = settings;
  const { address, port } = host;
  // One object literal without spread: it exists per host, and a spread object would have its own hidden class.
  return {
    address,
    port,
    login,
    transport,
    clock,
    cache,
    observer,
    filter,
    roles,
    severities,
    bridge,
    sensorLimit: limits?.sensors,
    probeCipherZero,
    quirks,
    quirkRules,
    tries,
    packetsPerSecond,
    intervalMs,
    discreteIntervalMs,
  };
}
