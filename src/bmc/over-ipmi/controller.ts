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
import { optional } from "./refusals.ts";
import { selfTestOf } from "./self-test.ts";

export function readDeviceId(runner: CommandRunner, signal: AbortSignal): Promise<DeviceId> {
  return runner.run(getDeviceId, undefined, { signal });
}

/** Identity of the BMC. Self-test and firmware version of the system are omitted if the BMC refuses them. */
export async function readController(
  runner: CommandRunner,
  { device, guid }: { readonly device: DeviceId | undefined; readonly guid: string | undefined },
  signal: AbortSignal,
): Promise<ControllerInfo> {
  const selfTest = await optional(runner.run(getSelfTestResults, undefined, { signal }));
  const systemFirmware = await optional(readSystemText(runner, SYSTEM_FIRMWARE_PARAMETER, signal));
  return {
    manufacturer: device && (manufacturerName(device.manufacturerId) ?? String(device.manufacturerId)),
    manufacturerId: device?.manufacturerId,
    product: device && (productName(device.manufacturerId, device.productId) ?? String(device.productId)),
    productId: device?.productId,
    firmware: device && firmwareVersion(device),
    systemFirmware: systemFirmware === "" ? undefined : systemFirmware,
    ipmiVersion: device?.ipmiVersion,
    guid,
    updating: device?.updateInProgress,
    selfTest: selfTest && selfTestOf(selfTest),
  };
}

/** The identity with the LAN channel. Without spread, because a spread object has its own hidden class per host. */
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
 * The GUID as hex. Undefined for all zeros or all ones, which boards without a GUID report, and if the BMC is too busy
 * in this poll, because the other command may return another GUID.
 */
export async function readGuid(runner: CommandRunner, signal: AbortSignal): Promise<string | undefined> {
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
