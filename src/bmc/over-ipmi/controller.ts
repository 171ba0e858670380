import {
  type CommandRunner,
  CompletionCodeError,
  DecodeError,
  type DeviceId,
  firmwareVersion,
  getDeviceGuid,
  getDeviceId,
  getSelfTestResults,
  getSystemGuid,
  manufacturerName,
  productName,
  readSystemText,
  SYSTEM_FIRMWARE_PARAMETER,
} from "../../ipmi/index.ts";
import type { ControllerInfo, LanInfo } from "../../model/index.ts";
import { selfTestOf } from "./self-test.ts";

export function readDeviceId(runner: CommandRunner, signal: AbortSignal): Promise<DeviceId> {
  return runner.run(getDeviceId, undefined, { signal });
}

/** Who the BMC is. GUID, self test and the version of the system's firmware are left out where it refuses them. */
export async function readController(
  runner: CommandRunner,
  device: DeviceId,
  signal: AbortSignal,
): Promise<ControllerInfo> {
  const guid = await readGuid(runner, signal);
  const selfTest = await optional(runner.run(getSelfTestResults, undefined, { signal }));
  const systemFirmware = await optional(readSystemText(runner, SYSTEM_FIRMWARE_PARAMETER, signal));
  return {
    manufacturer: manufacturerName(device.manufacturerId) ?? String(device.manufacturerId),
    manufacturerId: device.manufacturerId,
    product: productName(device.manufacturerId, device.productId) ?? String(device.productId),
    productId: device.productId,
    firmware: firmwareVersion(device),
    systemFirmware: systemFirmware === "" ? undefined : systemFirmware,
    ipmiVersion: device.ipmiVersion,
    guid,
    updating: device.updateInProgress,
    selfTest: selfTest && selfTestOf(selfTest),
  };
}

/** The identity with the LAN channel. Written out: a spread object has a hidden class of its own in each host. */
export function withLan(c: ControllerInfo, lan: LanInfo | undefined): ControllerInfo {
  const { manufacturer, manufacturerId, product, productId, firmware, systemFirmware } = c;
  const { ipmiVersion, guid, updating, selfTest } = c;
  return {
    manufacturer,
    manufacturerId,
    product,
    productId,
    firmware,
    systemFirmware,
    ipmiVersion,
    guid,
    updating,
    selfTest,
    lan,
  };
}

/**
 * All zeros and all ones are what boards have that nobody gave a GUID. A BMC that is too busy to tell has none
 * this time: the other command's is another GUID.
 */
async function readGuid(runner: CommandRunner, signal: AbortSignal): Promise<string | undefined> {
  for (const command of [getSystemGuid, getDeviceGuid]) {
    let answer: { readonly guid: Uint8Array } | undefined;
    try {
      answer = await runner.run(command, undefined, { signal });
    } catch (error) {
      if (!(error instanceof CompletionCodeError || error instanceof DecodeError)) throw error;
      if (error instanceof CompletionCodeError && error.transient) return undefined;
    }
    const text = answer && Buffer.from(answer.guid).toString("hex");
    if (text && !/^(00)+$|^(ff)+$/.test(text)) return text;
  }
  return undefined;
}

/** Undefined where the BMC refuses or gives less than the command's answer; silence and time-outs are thrown. */
export async function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CompletionCodeError || error instanceof DecodeError) return undefined;
    throw error;
  }
}
