/** Unit codes of a sensor as in its record - IPMI 2.0 section 43.1, table 43-15. */
export interface UnitCodes {
  readonly base: number;
  readonly modifier: number;
  /** 0 none, 1 base / modifier, 2 base x modifier. */
  readonly modifierUse: number;
  /** 0 none, 1 per microsecond to 6 per day. */
  readonly rate: number;
  readonly percentage: boolean;
}

/**
 * A record of the event log in the codes of the protocol, for output in the words of other IPMI tools.
 */
export type CodedEvent =
  | {
      readonly type: "event";
      /** Raw: FFFFFFFFh unspecified, up to 20000000h since the BMC started, else seconds since 1970. */
      readonly timestamp: number;
      readonly sensorType: number;
      /** Event/reading type code. */
      readonly eventType: number;
      readonly deassertion: boolean;
      readonly data1: number;
      readonly data2: number;
      readonly data3: number;
      /** Event data 2 and 3 as values in this unit; absent if the record of the sensor does not define them. */
      readonly values?: { readonly data2: number; readonly data3: number; readonly unit: UnitCodes };
    }
  | {
      readonly type: "oem";
      /** Absent for record types without a time stamp. */
      readonly timestamp?: number;
      readonly data: Uint8Array;
    };
