import type { Command } from "../../ipmi/commands/command.ts";
import {
  ASSET_TAG_BYTES,
  ASSET_TAG_PART_BYTES,
  activatePowerLimit,
  DcmiEntity,
  dcmiManageability,
  enhancedPowerStatistics,
  getAssetTag,
  getDcmiCapabilitiesInfo,
  getDcmiSensorInfo,
  getManagementControllerIdString,
  getPowerLimit,
  getPowerReading,
  getTemperatureReadings,
  getThermalLimit,
  mandatoryDcmiAttributes,
  NO_ACTIVE_POWER_LIMIT,
  optionalDcmiAttributes,
  type PowerLimit,
  rollingPeriodSeconds,
  setAssetTag,
  setPowerLimit,
  supportedDcmiCapabilities,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { BMC_ADDRESS } from "../../ipmi/wire/message.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import type { DcmiDescription } from "../boards/board.ts";
import { LAN_CHANNEL } from "./channel.ts";
import type { Context } from "./context.ts";
import { type Handler, type Refusal, refuse, respond } from "./handler.ts";

const LIMIT_OUT_OF_RANGE = 0x84;
const CORRECTION_TIME_OUT_OF_RANGE = 0x85;
const SAMPLING_PERIOD_OUT_OF_RANGE = 0x89;
const REVISION = 2;
const PAGE = 8;
const TEXT_PART = 16;
const SAMPLING_SECONDS = 1;
const STATISTICS_MS = 1000;
/** 5 s, 30 s and 5 min: see rollingPeriodSeconds. */
const PERIODS: readonly number[] = [0x05, 0x1e, 0x45];
const MOST_SEL_ENTRIES = 0x0fff;
/** IPMI entity ids of the DCMI entities 40h, 41h and 42h. */
const ALIASES: Readonly<Record<number, number>> = {
  55: DcmiEntity.Inlet,
  3: DcmiEntity.Cpu,
  7: DcmiEntity.Baseboard,
};

/** Answers a DCMI command; refused with C1h on boards without DCMI. */
function dcmi<Q, R>(
  command: Command<Q, R>,
  answer: (context: Context, request: Q, description: DcmiDescription) => R | Refusal,
  sessionless = false,
): Handler {
  return respond(
    command,
    (context, request) => {
      const description = context.bmc.model.description.dcmi;
      return description ? answer(context, request, description) : refuse(CompletionCode.InvalidCommand);
    },
    { sessionless },
  );
}

function capability(bmc: VirtualBmc, parameter: number, description: DcmiDescription): Buffer | undefined {
  switch (parameter) {
    case supportedDcmiCapabilities.number:
      return supportedDcmiCapabilities.encode({
        temperatureMonitor: true,
        chassisPower: true,
        selLogging: true,
        identification: true,
        powerManagement: description.powerManagement,
        vlan: false,
        sol: false,
        primaryLan: true,
        secondaryLan: false,
        serialTmode: false,
        inBandKcs: true,
      });
    case mandatoryDcmiAttributes.number:
      return mandatoryDcmiAttributes.encode({
        selRollover: bmc.model.description.sel?.whenFull === "drop_oldest",
        selFlushedWhole: false,
        selFlushedByRecord: false,
        selEntries: Math.min(MOST_SEL_ENTRIES, bmc.state.sel.capacity),
        assetTag: true,
        dhcpHostName: false,
        guid: true,
        temperatureSamplingSeconds: SAMPLING_SECONDS,
      });
    case optionalDcmiAttributes.number:
      return optionalDcmiAttributes.encode({
        powerControllerAddress: BMC_ADDRESS,
        powerControllerChannel: 0,
        powerControllerRevision: 1,
      });
    case dcmiManageability.number:
      return dcmiManageability.encode({ primaryLanChannel: LAN_CHANNEL });
    case enhancedPowerStatistics.number:
      return description.powerManagement ? enhancedPowerStatistics.encode({ periods: PERIODS }) : undefined;
    default:
      return undefined;
  }
}

/** The limit that is stored, and whether it is in force. */
function powerLimitOf(
  bmc: VirtualBmc,
  { powerLimitWatts }: DcmiDescription,
): { readonly limit: PowerLimit; readonly active: boolean } {
  const limit = {
    exceptionAction: 0,
    limitWatts: powerLimitWatts ?? 0,
    correctionTimeMs: 1000,
    samplingPeriodSeconds: 1,
  };
  return bmc.changedSettings?.powerLimit ?? { limit, active: powerLimitWatts !== undefined };
}

function assetTagOf(bmc: VirtualBmc, description: DcmiDescription): Buffer {
  return bmc.changedSettings?.assetTag ?? Buffer.from(bmc.identity.assetTag ?? description.assetTag ?? "");
}

function textPart(text: string | Uint8Array, { offset, count }: { readonly offset: number; readonly count: number }) {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  if (count > TEXT_PART) return refuse(CompletionCode.ParameterOutOfRange);
  return { totalLength: bytes.length, data: bytes.subarray(offset, offset + count) };
}

/** Indexes of the requested temperature sensors: one page of all. */
function page(
  { bmc }: Context,
  request: { readonly entityId: number; readonly instance?: number; readonly start?: number },
) {
  const all = bmc.model.dcmiTemperatures.get(ALIASES[request.entityId] ?? request.entityId) ?? [];
  if (request.instance) {
    const one = all[request.instance - 1];
    return { total: all.length, first: request.instance, indexes: one === undefined ? [] : [one] };
  }
  // The first instance is number 1; clients count pages from 0 or from 1.
  const start = Math.max(0, (request.start ?? 0) - 1);
  const from = request.start === undefined || request.start === 0 ? 0 : start;
  return { total: all.length, first: from + 1, indexes: all.slice(from, from + PAGE) };
}

/** Data Centre Manageability: power, inlet temperature, asset tag. */
export const dcmiHandlers: readonly Handler[] = [
  dcmi(
    getDcmiCapabilitiesInfo,
    ({ bmc }, { parameter }, description) => {
      const data = capability(bmc, parameter, description);
      if (!data) return refuse(CompletionCode.InvalidDataField);
      const [major, minor] = description.version ?? [1, 5];
      return { major, minor, revision: REVISION, data };
    },
    true,
  ),
  dcmi(getPowerReading, ({ bmc }, { enhancedPeriod }, { powerManagement }) => {
    if (!powerManagement) return refuse(CompletionCode.InvalidCommand);
    if (enhancedPeriod !== undefined && !PERIODS.includes(enhancedPeriod))
      return refuse(CompletionCode.InvalidDataField);
    const { power, chassis } = bmc.state;
    return {
      currentWatts: power.currentWatts,
      minimumWatts: power.minimumWatts,
      maximumWatts: power.maximumWatts,
      averageWatts: Math.round(power.averageWatts),
      timestamp: bmc.state.clockSeconds() >>> 0,
      periodMs: enhancedPeriod === undefined ? STATISTICS_MS : rollingPeriodSeconds(enhancedPeriod) * 1000,
      active: chassis.powerOn || power.currentWatts > 0,
    };
  }),
  dcmi(getPowerLimit, ({ bmc }, _request, description) => {
    if (!description.powerManagement) return refuse(CompletionCode.InvalidCommand);
    const { limit, active } = powerLimitOf(bmc, description);
    return active ? limit : refuse(NO_ACTIVE_POWER_LIMIT, getPowerLimit.encodeResponse(limit));
  }),
  dcmi(setPowerLimit, ({ bmc }, limit, description) => {
    if (!description.powerManagement) return refuse(CompletionCode.InvalidCommand);
    if (limit.limitWatts === 0) return refuse(LIMIT_OUT_OF_RANGE);
    if (limit.correctionTimeMs === 0) return refuse(CORRECTION_TIME_OUT_OF_RANGE);
    if (limit.samplingPeriodSeconds === 0) return refuse(SAMPLING_PERIOD_OUT_OF_RANGE);
    const { active } = powerLimitOf(bmc, description);
    bmc.settings.powerLimit = { limit, active };
    if (active) bmc.state.limitPower(limit.limitWatts);
  }),
  dcmi(activatePowerLimit, ({ bmc }, { active }, description) => {
    if (!description.powerManagement) return refuse(CompletionCode.InvalidCommand);
    const { limit } = powerLimitOf(bmc, description);
    if (active && limit.limitWatts === 0) return refuse(CompletionCode.NotSupportedInPresentState);
    bmc.settings.powerLimit = { limit, active };
    bmc.state.limitPower(active ? limit.limitWatts : undefined);
  }),
  dcmi(getDcmiSensorInfo, (context, request) => {
    const { total, indexes } = page(context, request);
    const { sensors } = context.bmc.model;
    return { totalInstances: total, recordIds: indexes.map((i) => sensors[i]?.recordId ?? 0) };
  }),
  dcmi(getTemperatureReadings, (context, request) => {
    const { bmc } = context;
    const { total, first, indexes } = page(context, request);
    const readings = indexes.map((index, n) => ({
      celsius: Math.round(bmc.model.sensors[index]?.toValue(bmc.state.sensor(index).raw) ?? 0),
      instance: first + n,
    }));
    return { totalInstances: total, readings };
  }),
  dcmi(getThermalLimit, () => ({ powerOff: false, log: true, limitCelsius: 40, exceptionTimeSeconds: 30 })),
  dcmi(getAssetTag, ({ bmc }, request, description) => textPart(assetTagOf(bmc, description), request)),
  dcmi(setAssetTag, ({ bmc }, { offset, data }, description) => {
    if (data.length > ASSET_TAG_PART_BYTES || offset + data.length > ASSET_TAG_BYTES)
      return refuse(CompletionCode.ParameterOutOfRange);
    const before = assetTagOf(bmc, description).subarray(0, offset);
    if (before.length < offset) return refuse(CompletionCode.ParameterOutOfRange);
    const tag = Buffer.concat([before, data]);
    bmc.settings.assetTag = tag;
    return { totalLength: tag.length };
  }),
  dcmi(getManagementControllerIdString, ({ bmc }, request, description) =>
    textPart(`${bmc.identity.controllerId ?? description.controllerId ?? bmc.name}\0`, request),
  ),
];
