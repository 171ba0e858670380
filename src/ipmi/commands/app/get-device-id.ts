import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/**
 * Get Device ID - IPMI 2.0 section 20.1.
 *
 *   [0]     device id
 *   [1]     7 provides device SDRs, 3:0 device revision
 *   [2]     7 update or initialisation in progress, 6:0 firmware major
 *   [3]     firmware minor, BCD; some vendors store binary
 *   [4]     IPMI version, BCD with the major digit in 3:0: 02h is 2.0, 51h is 1.5
 *   [5]     support: 0 sensor device, 1 SDR repository, 2 SEL, 3 FRU inventory, 4 event receiver, 5 event generator,
 *           6 bridge, 7 chassis
 *   [6-8]   manufacturer, IANA enterprise number, 20 bits
 *   [9-10]  product id
 *   [11-14] auxiliary firmware revision, vendor layout; optional
 */
export interface DeviceId {
  readonly deviceId: number;
  readonly deviceRevision: number;
  readonly providesDeviceSdrs: boolean;
  readonly updateInProgress: boolean;
  readonly firmwareMajor: number;
  /** The byte as received: two digits when printed in hex. */
  readonly firmwareMinor: number;
  /** "2.0", "1.5". */
  readonly ipmiVersion: string;
  readonly support: DeviceSupport;
  readonly manufacturerId: number;
  readonly productId: number;
  /** Up to 4 bytes as received; absent if the BMC omits them. */
  readonly auxiliaryFirmware?: Uint8Array;
}

export interface DeviceSupport {
  readonly sensorDevice: boolean;
  readonly sdrRepository: boolean;
  readonly sel: boolean;
  readonly fruInventory: boolean;
  readonly eventReceiver: boolean;
  readonly eventGenerator: boolean;
  readonly bridge: boolean;
  readonly chassis: boolean;
}

/** "2.31": minor in hex digits, as ipmitool prints it. */
export function firmwareVersion(id: Pick<DeviceId, "firmwareMajor" | "firmwareMinor">): string {
  return `${id.firmwareMajor}.${id.firmwareMinor.toString(16).padStart(2, "0")}`;
}

export const getDeviceId = command<void, DeviceId>({
  name: "Get Device ID",
  netFn: NetFn.App,
  code: 0x01,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const deviceId = from.u8();
      const revision = from.u8();
      const firmware = from.u8();
      const firmwareMinor = from.u8();
      const version = from.u8();
      const support = from.u8();
      return {
        deviceId,
        deviceRevision: bits(revision, 3, 0),
        providesDeviceSdrs: bit(revision, 7),
        updateInProgress: bit(firmware, 7),
        firmwareMajor: bits(firmware, 6, 0),
        firmwareMinor,
        ipmiVersion: `${bits(version, 3, 0).toString(16)}.${bits(version, 7, 4).toString(16)}`,
        support: {
          sensorDevice: bit(support, 0),
          sdrRepository: bit(support, 1),
          sel: bit(support, 2),
          fruInventory: bit(support, 3),
          eventReceiver: bit(support, 4),
          eventGenerator: bit(support, 5),
          bridge: bit(support, 6),
          chassis: bit(support, 7),
        },
        manufacturerId: from.u24() & 0xfffff,
        productId: from.u16(),
        auxiliaryFirmware: from.has() ? new Uint8Array(from.bytes(Math.min(4, from.remaining))) : undefined,
      };
    },
    encode(to, d) {
      const [major = "0", minor = "0"] = d.ipmiVersion.split(".");
      const s = d.support;
      to.u8(d.deviceId);
      to.u8(flag(d.providesDeviceSdrs, 7) | (d.deviceRevision & 0x0f));
      to.u8(flag(d.updateInProgress, 7) | (d.firmwareMajor & 0x7f));
      to.u8(d.firmwareMinor);
      to.u8((Number.parseInt(minor, 16) << 4) | Number.parseInt(major, 16));
      to.u8(
        flag(s.sensorDevice, 0) |
          flag(s.sdrRepository, 1) |
          flag(s.sel, 2) |
          flag(s.fruInventory, 3) |
          flag(s.eventReceiver, 4) |
          flag(s.eventGenerator, 5) |
          flag(s.bridge, 6) |
          flag(s.chassis, 7),
      );
      to.u24(d.manufacturerId);
      to.u16(d.productId);
      if (d.auxiliaryFirmware) to.bytes(d.auxiliaryFirmware);
    },
  },
});
