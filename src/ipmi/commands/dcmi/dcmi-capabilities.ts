import { bit, bits, flag } from "../../wire/bytes.ts";
import { parameter } from "../parameter.ts";

/*
 * Parameters of Get DCMI Capabilities Info - DCMI 1.5. Data without version and revision.
 */

/**
 *   [0] revision 1 only: 3 temperature monitor, 2 chassis power, 1 SEL logging, 0 identification
 *   [1] 0 power management
 *   [2] 2 secondary LAN, 1 serial TMODE, 0 in-band KCS; revision 1 only: 5 VLAN, 4 SOL, 3 primary LAN
 *
 * Bits of revision 1 are 0 in revision 2, where these features are mandatory.
 */
export interface SupportedDcmiCapabilities {
  readonly temperatureMonitor: boolean;
  readonly chassisPower: boolean;
  readonly selLogging: boolean;
  readonly identification: boolean;
  readonly powerManagement: boolean;
  readonly vlan: boolean;
  readonly sol: boolean;
  readonly primaryLan: boolean;
  readonly secondaryLan: boolean;
  readonly serialTmode: boolean;
  readonly inBandKcs: boolean;
}

export const supportedDcmiCapabilities = parameter<SupportedDcmiCapabilities>(1, "Supported DCMI Capabilities", {
  decode(from) {
    const mandatory = from.u8();
    const optional = from.u8();
    const access = from.u8();
    return {
      temperatureMonitor: bit(mandatory, 3),
      chassisPower: bit(mandatory, 2),
      selLogging: bit(mandatory, 1),
      identification: bit(mandatory, 0),
      powerManagement: bit(optional, 0),
      vlan: bit(access, 5),
      sol: bit(access, 4),
      primaryLan: bit(access, 3),
      secondaryLan: bit(access, 2),
      serialTmode: bit(access, 1),
      inBandKcs: bit(access, 0),
    };
  },
  encode(to, c) {
    to.u8(flag(c.temperatureMonitor, 3) | flag(c.chassisPower, 2) | flag(c.selLogging, 1) | flag(c.identification, 0));
    to.u8(flag(c.powerManagement, 0));
    to.u8(
      flag(c.vlan, 5) |
        flag(c.sol, 4) |
        flag(c.primaryLan, 3) |
        flag(c.secondaryLan, 2) |
        flag(c.serialTmode, 1) |
        flag(c.inBandKcs, 0),
    );
  },
});

/**
 *   [0-1] 15 SEL rolls over, 14 whole SEL is flushed at roll-over, 13 record by record, 11:0 SEL entries
 *   [2-3] revision 1 only: 2 asset tag, 1 DHCP host name, 0 GUID
 *   [4]   temperature sampling, seconds; optional
 */
export interface MandatoryDcmiAttributes {
  readonly selRollover: boolean;
  readonly selFlushedWhole: boolean;
  readonly selFlushedByRecord: boolean;
  readonly selEntries: number;
  readonly assetTag: boolean;
  readonly dhcpHostName: boolean;
  readonly guid: boolean;
  readonly temperatureSamplingSeconds?: number;
}

export const mandatoryDcmiAttributes = parameter<MandatoryDcmiAttributes>(2, "Mandatory Platform Attributes", {
  decode(from) {
    const sel = from.u16();
    const identification = from.u16();
    return {
      selRollover: bit(sel, 15),
      selFlushedWhole: bit(sel, 14),
      selFlushedByRecord: bit(sel, 13),
      selEntries: bits(sel, 11, 0),
      assetTag: bit(identification, 2),
      dhcpHostName: bit(identification, 1),
      guid: bit(identification, 0),
      temperatureSamplingSeconds: from.has() ? from.u8() : undefined,
    };
  },
  encode(to, a) {
    to.u16(
      flag(a.selRollover, 15) | flag(a.selFlushedWhole, 14) | flag(a.selFlushedByRecord, 13) | (a.selEntries & 0x0fff),
    );
    to.u16(flag(a.assetTag, 2) | flag(a.dhcpHostName, 1) | flag(a.guid, 0));
    if (a.temperatureSamplingSeconds !== undefined) to.u8(a.temperatureSamplingSeconds);
  },
});

/**
 *   [0] 7:1 slave address of the power controller: 20h BMC, 2Ch Intel ME
 *   [1] 7:4 channel, 3:0 device revision
 */
export interface OptionalDcmiAttributes {
  /** As IPMB has it, bit 0 clear. */
  readonly powerControllerAddress: number;
  readonly powerControllerChannel: number;
  readonly powerControllerRevision: number;
}

export const optionalDcmiAttributes = parameter<OptionalDcmiAttributes>(3, "Optional Platform Attributes", {
  decode(from) {
    const address = from.u8() & 0xfe;
    const channel = from.u8();
    return {
      powerControllerAddress: address,
      powerControllerChannel: bits(channel, 7, 4),
      powerControllerRevision: bits(channel, 3, 0),
    };
  },
  encode(to, a) {
    to.u8(a.powerControllerAddress & 0xfe).u8(
      ((a.powerControllerChannel & 0x0f) << 4) | (a.powerControllerRevision & 0x0f),
    );
  },
});

/** [0] primary LAN channel, [1] secondary LAN channel, [2] serial channel; FFh none. */
export interface DcmiManageability {
  readonly primaryLanChannel?: number;
  readonly secondaryLanChannel?: number;
  readonly serialChannel?: number;
}

const NO_CHANNEL = 0xff;
const channelOrNone = (byte: number): number | undefined => (byte === NO_CHANNEL ? undefined : byte);

export const dcmiManageability = parameter<DcmiManageability>(4, "Manageability Access Attributes", {
  decode: (from) => ({
    primaryLanChannel: channelOrNone(from.u8()),
    secondaryLanChannel: channelOrNone(from.u8()),
    serialChannel: channelOrNone(from.u8()),
  }),
  encode(to, m) {
    to.u8(m.primaryLanChannel ?? NO_CHANNEL)
      .u8(m.secondaryLanChannel ?? NO_CHANNEL)
      .u8(m.serialChannel ?? NO_CHANNEL);
  },
});

/** [0] number of rolling average periods, [1-] the periods: see `rollingPeriodSeconds`. */
export interface EnhancedPowerStatistics {
  /** The bytes, for requests of Get Power Reading. */
  readonly periods: readonly number[];
}

export const enhancedPowerStatistics = parameter<EnhancedPowerStatistics>(
  5,
  "Enhanced System Power Statistics Attributes",
  {
    decode: (from) => ({ periods: [...from.bytes(from.u8())] }),
    encode(to, s) {
      to.u8(s.periods.length).bytes(s.periods);
    },
  },
);
