/** SDR records: bytes to records and back, the sensors they describe, raw readings to values. */
export * from "./bmc-message-channel-info.ts";
export * from "./compact-sensor.ts";
export * from "./conversion.ts";
export * from "./device-relative-entity-association.ts";
export * from "./entity-association.ts";
export * from "./event-only-sensor.ts";
export * from "./fru-device-locator.ts";
export * from "./full-sensor.ts";
export * from "./generic-device-locator.ts";
export * from "./header.ts";
export * from "./id-string.ts";
export * from "./management-controller-confirmation.ts";
export * from "./management-controller-locator.ts";
export * from "./oem.ts";
export * from "./sdr.ts";
export * from "./sensor-definition.ts";
export * from "./sensor-record.ts";
