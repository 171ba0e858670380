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

type Teller = (bmc: VirtualBmc) => Buffer;

const tell = <T>(parameter: Parameter<T>, value: (bmc: VirtualBmc) => T): [number, Teller] => [
  parameter.number,
  (bmc) => parameter.encode(value(bmc)),
];

/** Suites beyond the first sixteen have no entry. */
const ENTRIES = 16;

/** Locally administered, and of its own for each address of a fleet. */
function macAddress({ identity }: VirtualBmc): string {
  if (identity.macAddress !== undefined) return identity.macAddress;
  const bytes = (identity.ipAddress ?? "127.0.0.1").split(".").map(Number);
  return [2, 0, ...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

const PARAMETERS: ReadonlyMap<number, Teller> = new Map<number, Teller>([
  [SET_IN_PROGRESS, () => Buffer.from([0])],
  tell(lanAuthenticationTypes, authenticationTypes),
  tell(lanAuthenticationTypeEnables, (bmc) => {
    const types = authenticationTypes(bmc);
    return { callback: types, user: types, operator: types, administrator: types, oem: { ...types, none: false } };
  }),
  tell(lanIpAddress, (bmc) => bmc.identity.ipAddress ?? "127.0.0.1"),
  tell(lanIpAddressSource, (bmc) => bmc.identity.addressSource ?? "static"),
  tell(lanMacAddress, macAddress),
  tell(lanSubnetMask, () => "255.0.0.0"),
  tell(lanDefaultGateway, () => "0.0.0.0"),
  tell(lanCommunityString, () => "public"),
  tell(lanVlan, ({ identity: { vlan } }) => ({ enabled: vlan !== undefined, id: vlan?.id ?? 0 })),
  tell(lanVlanPriority, ({ identity: { vlan } }) => vlan?.priority ?? 0),
  tell(lanCipherSuiteCount, (bmc) => Math.min(ENTRIES, bmc.cipherSuites.length)),
  tell(lanCipherSuiteEntries, (bmc) => bmc.cipherSuites.slice(0, ENTRIES)),
  tell(lanCipherSuitePrivilegeLevels, (bmc) =>
    bmc.cipherSuites.slice(0, ENTRIES).map(() => PrivilegeLevel.Administrator),
  ),
  tell(lanBadPasswordThreshold, () => ({
    generatesEvent: false,
    attempts: 0,
    resetIntervalSeconds: 0,
    lockoutIntervalSeconds: 0,
  })),
]);

/** How the LAN channel is configured. */
export const transportHandlers: readonly Handler[] = [
  respond(getLanConfigurationParameters, ({ bmc }, { channel, parameter, revisionOnly }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const teller = PARAMETERS.get(parameter);
    if (!teller) return refuse(PARAMETER_NOT_SUPPORTED);
    return { revision: REVISION, data: revisionOnly ? new Uint8Array(0) : teller(bmc) };
  }),
];
