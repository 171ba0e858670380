import {
  ASSET_TAG_BYTES,
  ASSET_TAG_PART_BYTES,
  activatePowerLimit,
  CompletionCodeError,
  DecodeError,
  getAssetTag,
  getPowerLimit,
  getPowerReading,
  NO_ACTIVE_POWER_LIMIT,
  type PowerLimit,
  setAssetTag,
  setPowerLimit,
} from "../../../ipmi/index.ts";
import {
  type DcmiOperations,
  type LimitException,
  OperationError,
  type PowerLimitReport,
} from "../../operations/index.ts";
import type { OperationSession } from "./operation-session.ts";

const EXCEPTIONS: Readonly<Record<LimitException, number>> = { none: 0x00, power_off: 0x01, log: 0x11 };
const DEFAULT_MS = 1000;
const DEFAULT_SECONDS = 1;

export function dcmiOperations(s: OperationSession): DcmiOperations {
  const readLimit = async (): Promise<PowerLimitReport | undefined> => {
    const answer = await s.send(getPowerLimit, getPowerLimit.encodeRequest());
    const isActive = answer.completionCode === 0;
    if (!isActive && answer.completionCode !== NO_ACTIVE_POWER_LIMIT) {
      const { completionCode } = answer;
      throw new CompletionCodeError(getPowerLimit.name, completionCode, getPowerLimit.refusalMeaning(completionCode));
    }
    return limitOf(answer.data, isActive);
  };
  const activate = (active: boolean): Promise<PowerLimitReport | undefined> =>
    s.store(
      () => s.change(activatePowerLimit, { active }),
      readLimit,
      (limit) => (limit?.active ?? false) === active,
    );
  const readTag = async (): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for (let offset = 0, total = 1; offset < total && offset < ASSET_TAG_BYTES; ) {
      const count = Math.min(ASSET_TAG_PART_BYTES, ASSET_TAG_BYTES - offset);
      const { totalLength, data } = await s.run(getAssetTag, { offset, count });
      total = totalLength;
      if (data.length === 0) break;
      const part = data.subarray(0, Math.max(0, total - offset));
      parts.push(part);
      offset += data.length;
    }
    return Buffer.concat(parts);
  };
  return {
    async dcmiPower() {
      const reading = await s.run(getPowerReading, {});
      const limit = await readLimit().catch((error: unknown) => {
        if (error instanceof CompletionCodeError || error instanceof DecodeError) return undefined;
        throw error;
      });
      if (!reading.active) return { source: "dcmi" };
      return {
        source: "dcmi",
        currentWatts: reading.currentWatts,
        minimumWatts: reading.minimumWatts,
        maximumWatts: reading.maximumWatts,
        averageWatts: reading.averageWatts,
        periodSeconds: reading.periodMs / 1000,
        limitWatts: limit?.active ? limit.watts : undefined,
      };
    },
    powerLimit: readLimit,
    async setPowerLimit({ watts, exception, correctionMs, samplingSeconds }) {
      const before = await readLimit();
      const limit: PowerLimit = {
        exceptionAction: EXCEPTIONS[exception ?? before?.exception ?? "log"],
        limitWatts: watts,
        correctionTimeMs: (correctionMs ?? before?.correctionMs) || DEFAULT_MS,
        samplingPeriodSeconds: (samplingSeconds ?? before?.samplingSeconds) || DEFAULT_SECONDS,
      };
      await s.store(
        () => s.change(setPowerLimit, limit),
        readLimit,
        (stored) => stored?.watts === watts,
      );
      return activate(true);
    },
    powerLimitOff: () => activate(false),
    async assetTag() {
      return (await readTag()).toString("utf8");
    },
    async setAssetTag(text) {
      const bytes = Buffer.from(text, "utf8");
      if (bytes.length > ASSET_TAG_BYTES) {
        const message = `an asset tag has at most ${ASSET_TAG_BYTES} bytes, this one has ${bytes.length}`;
        throw new OperationError("command", "unsupported", message);
      }
      const write = async (): Promise<"accepted" | "answer_lost"> => {
        for (let offset = 0; offset === 0 || offset < bytes.length; offset += ASSET_TAG_PART_BYTES) {
          const data = bytes.subarray(offset, offset + ASSET_TAG_PART_BYTES);
          if ((await s.change(setAssetTag, { offset, data })) === "answer_lost") return "answer_lost";
        }
        return "accepted";
      };
      return (await s.store(write, readTag, (stored) => stored.equals(bytes))).toString("utf8");
    },
  };
}

/** Undefined for a BMC that returns no data with the refusal "no active limit", and for a limit of 0 W. */
function limitOf(data: Uint8Array, active: boolean): PowerLimitReport | undefined {
  let limit: PowerLimit;
  try {
    limit = getPowerLimit.decodeResponse(data);
  } catch (error) {
    if (!active && error instanceof DecodeError) return undefined;
    throw error;
  }
  if (!active && limit.limitWatts === 0) return undefined;
  const names = Object.entries(EXCEPTIONS) as [LimitException, number][];
  return {
    active,
    watts: limit.limitWatts,
    exception: names.find(([, code]) => code === limit.exceptionAction)?.[0],
    correctionMs: limit.correctionTimeMs,
    samplingSeconds: limit.samplingPeriodSeconds,
  };
}
