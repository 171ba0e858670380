import {
  ActivatePayloadCode,
  activatePayload,
  deactivatePayload,
  getChannelPayloadSupport,
  getPayloadActivationStatus,
  getPayloadInstanceInfo,
  getSolConfigurationParameters,
  setSolConfigurationParameters,
  solAccumulate,
  solAuthentication,
  solEnable,
  solNonVolatileBitRate,
  solPayloadChannel,
  solPayloadPort,
  solRetry,
  solSetInProgress,
  solVolatileBitRate,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { PayloadType } from "../../ipmi/wire/rmcp-plus.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { isLanChannel, LAN_CHANNEL } from "./channel.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const REVISION = 0x11;
const NOT_ACTIVE = 0x80;
const PARAMETER_NOT_SUPPORTED = 0x80;
const SET_IN_PROGRESS = 0x81;
const READ_ONLY = 0x82;
const NO_VLAN = 0xffff;
const RATE_115200 = 10;

/** Values of the SOL parameters as the board leaves the factory, by number. */
const DEFAULTS: ReadonlyMap<number, Uint8Array> = new Map([
  [solSetInProgress.number, solSetInProgress.encode("complete")],
  [solEnable.number, solEnable.encode(true)],
  [
    solAuthentication.number,
    solAuthentication.encode({ forceEncryption: true, forceAuthentication: true, privilege: PrivilegeLevel.Operator }),
  ],
  [solAccumulate.number, solAccumulate.encode({ intervalMs: 60, characters: 96 })],
  [solRetry.number, solRetry.encode({ retries: 7, intervalMs: 500 })],
  [solNonVolatileBitRate.number, solNonVolatileBitRate.encode(RATE_115200)],
  [solVolatileBitRate.number, solVolatileBitRate.encode(RATE_115200)],
  [solPayloadChannel.number, solPayloadChannel.encode(LAN_CHANNEL)],
]);

function parameterData(bmc: VirtualBmc, number: number): Uint8Array | undefined {
  const port = number === solPayloadPort.number ? solPayloadPort.encode(bmc.port) : undefined;
  return bmc.sol.parameters.get(number) ?? port ?? DEFAULTS.get(number);
}

/** Serial over LAN: activation, its owner and parameters. */
export const payloadHandlers: readonly Handler[] = [
  respond(activatePayload, ({ bmc, session }, { payloadType, instance, encrypt }) => {
    const { sol } = bmc;
    if (session?.protocol !== "2.0") return refuse(CompletionCode.NotSupportedInPresentState);
    if (payloadType !== PayloadType.Sol || instance !== 1) return refuse(CompletionCode.InvalidDataField);
    const enabled = parameterData(bmc, solEnable.number)?.[0] ?? 0;
    const mayNotUseSol = bmc.users.find((u) => u.id === session.user?.id)?.sol === false;
    if ((enabled & 1) === 0 || mayNotUseSol) return refuse(ActivatePayloadCode.Disabled);
    const needed = solAuthentication.decode(parameterData(bmc, solAuthentication.number) ?? new Uint8Array(1));
    if (session.privilege < needed.privilege) return refuse(CompletionCode.InsufficientPrivilege);
    if (session.encrypted && !encrypt) return refuse(ActivatePayloadCode.NotWithoutEncryption);
    if (sol.owner) return refuse(ActivatePayloadCode.ActiveElsewhere);
    sol.activate(session);
    return { auxiliary: 0, ...sol.sizes, port: bmc.port, vlan: NO_VLAN };
  }),
  respond(deactivatePayload, ({ bmc }, { payloadType }) => {
    if (payloadType !== PayloadType.Sol) return refuse(CompletionCode.InvalidDataField);
    if (!bmc.sol.owner) return refuse(NOT_ACTIVE);
    bmc.sol.deactivate();
  }),
  respond(getPayloadActivationStatus, ({ bmc }, { payloadType }) => {
    if (payloadType !== PayloadType.Sol) return refuse(CompletionCode.InvalidDataField);
    return { capacity: 1, active: bmc.sol.owner ? 1 : 0 };
  }),
  respond(getPayloadInstanceInfo, ({ bmc }, { payloadType }) => {
    if (payloadType !== PayloadType.Sol) return refuse(CompletionCode.InvalidDataField);
    const specific = new Uint8Array(8);
    specific[0] = 1;
    return { sessionId: bmc.sol.owner?.id ?? 0, specific };
  }),
  respond(getChannelPayloadSupport, (_context, { channel = 0 }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    return { standard: 0x03, setup: 0x3f, oem: 0 };
  }),
  respond(getSolConfigurationParameters, ({ bmc }, { channel = 0, parameter, revisionOnly }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const data = parameterData(bmc, parameter);
    if (!data) return refuse(PARAMETER_NOT_SUPPORTED);
    return { revision: REVISION, data: revisionOnly ? new Uint8Array(0) : data };
  }),
  respond(setSolConfigurationParameters, ({ bmc }, { channel = 0, parameter, data }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const known = parameterData(bmc, parameter);
    if (!known) return refuse(PARAMETER_NOT_SUPPORTED);
    if (parameter === solPayloadChannel.number) return refuse(READ_ONLY);
    if (data.length !== known.length) return refuse(CompletionCode.RequestLengthInvalid);
    const begins = parameter === solSetInProgress.number && (data[0] ?? 0) === 1;
    if (begins && known[0] === 1) return refuse(SET_IN_PROGRESS);
    bmc.sol.parameters.set(parameter, Uint8Array.from(data));
  }),
];
