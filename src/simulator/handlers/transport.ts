import { getLanConfigurationParameters, type Parameter } from "../../ipmi/commands/index.ts";
import {
  lanAuthenticationTypeEnables,
  lanAuthenticationTypes,
  lanBadPasswordThreshold,
  lanCipherSuiteCount,
  lanCipherSuiteEntries,
  lanCipherSuitePrivilegeLevels,
  lanCommunityString,
  lanDefaultGateway,
  lanIpAddress,
  lanIpAddressSource,
  lanMacAddress,
  lanSubnetMask,
  lanVlan,
  lanVlanPriority,
} from "../../ipmi/commands/transport/lan-parameters.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { isLanChannel } from "./channel.ts";
import { type Handler, refuse, respond } from "./handler.ts";
import { authenticationTypes } from "./session.ts";

const REVISION = 0x11;
const PARAMETER_NOT_SUPPORTED = 0x80;
const SET_IN_PROGRESS = 0;

type Encode = (bmc: VirtualBmc) => Buffer;

const parameterOf = <T>(parameter: Parameter<T>, value: (bmc: VirtualBmc) => T): [number, Encode] => [
  parameter.number,
  (bmc) => parameter.encode(value(bmc)),
];

/** Only the first sixteen suites have an entry. */
const ENTRIES = 16;

/** A locally administered address, different for each IP address. */
function macAddress({ identity }: VirtualBmc): string {
  if (identity.macAddress !== undefined) return identity.macAddress;
  const bytes = (identity.ipAddress ?? "127.0.0.1").split(".").map(Number);
  return [2, 0, ...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

const PARAMETERS: ReadonlyMap<number, Encode> = new Map<number, Encode>([
  [SET_IN_PROGRESS, () => Buffer.from([0])],
  parameterOf(lanAuthenticationTypes, authenticationTypes),
  parameterOf(lanAuthenticationTypeEnables, (bmc) => {
    const types = authenticationTypes(bmc);
    return { callback: types, user: types, operator: types, administrator: types, oem: { ...types, none: false } };
  }),
  parameterOf(lanIpAddress, (bmc) => bmc.identity.ipAddress ?? "127.0.0.1"),
  parameterOf(lanIpAddressSource, (bmc) => bmc.identity.addressSource ?? "static"),
  parameterOf(lanMacAddress, macAddress),
  parameterOf(lanSubnetMask, () => "255.0.0.0"),
  parameterOf(lanDefaultGateway, () => "0.0.0.0"),
  parameterOf(lanCommunityString, () => "public"),
  parameterOf(lanVlan, ({ identity: { vlan } }) => ({ enabled: vlan !== undefined, id: vlan?.id ?? 0 })),
  parameterOf(lanVlanPriority, ({ identity: { vlan } }) => vlan?.priority ?? 0),
  parameterOf(lanCipherSuiteCount, (bmc) => Math.min(ENTRIES, bmc.cipherSuites.length)),
  parameterOf(lanCipherSuiteEntries, (bmc) => bmc.cipherSuites.slice(0, ENTRIES)),
  parameterOf(lanCipherSuitePrivilegeLevels, (bmc) =>
    bmc.cipherSuites.slice(0, ENTRIES).map(() => PrivilegeLevel.Administrator),
  ),
  parameterOf(lanBadPasswordThreshold, () => ({
    generatesEvent: false,
    attempts: 0,
    resetIntervalSeconds: 0,
    lockoutIntervalSeconds: 0,
  })),
]);

/** Configuration of the LAN channel. */
export const transportHandlers: readonly Handler[] = [
  respond(getLanConfigurationParameters, ({ bmc }, { channel, parameter, revisionOnly }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const encode = PARAMETERS.get(parameter);
    if (!encode) return refuse(PARAMETER_NOT_SUPPORTED);
    return { revision: REVISION, data: revisionOnly ? new Uint8Array(0) : encode(bmc) };
  }),
];
