/**
 * All commands, one file each, by network function.
 *
 * Knows the layouts of requests and responses, in both directions. Does not know sessions, retries or clocks, nor the
 * meaning of the records inside (SDR, SEL, FRU).
 */

import { activatePayload } from "./app/activate-payload.ts";
import { activateSession } from "./app/activate-session.ts";
import { closeSession } from "./app/close-session.ts";
import { coldReset } from "./app/cold-reset.ts";
import { deactivatePayload } from "./app/deactivate-payload.ts";
import { getBmcGlobalEnables } from "./app/get-bmc-global-enables.ts";
import { getChannelAccess } from "./app/get-channel-access.ts";
import { getChannelAuthenticationCapabilities } from "./app/get-channel-authentication-capabilities.ts";
import { getChannelCipherSuites } from "./app/get-channel-cipher-suites.ts";
import { getChannelInfo } from "./app/get-channel-info.ts";
import { getChannelPayloadSupport } from "./app/get-channel-payload-support.ts";
import { getDeviceGuid } from "./app/get-device-guid.ts";
import { getDeviceId } from "./app/get-device-id.ts";
import { getPayloadActivationStatus } from "./app/get-payload-activation-status.ts";
import { getPayloadInstanceInfo } from "./app/get-payload-instance-info.ts";
import { getSelfTestResults } from "./app/get-self-test-results.ts";
import { getSessionChallenge } from "./app/get-session-challenge.ts";
import { getSessionInfo } from "./app/get-session-info.ts";
import { getSystemGuid } from "./app/get-system-guid.ts";
import { getSystemInfoParameters } from "./app/get-system-info-parameters.ts";
import { getUserAccess } from "./app/get-user-access.ts";
import { getUserName } from "./app/get-user-name.ts";
import { getWatchdogTimer } from "./app/get-watchdog-timer.ts";
import { sendMessage } from "./app/send-message.ts";
import { setChannelAccess } from "./app/set-channel-access.ts";
import { setSessionPrivilegeLevel } from "./app/set-session-privilege-level.ts";
import { setUserAccess } from "./app/set-user-access.ts";
import { setUserName } from "./app/set-user-name.ts";
import { setUserPassword } from "./app/set-user-password.ts";
import { getUserPayloadAccess, setUserPayloadAccess } from "./app/user-payload-access.ts";
import { warmReset } from "./app/warm-reset.ts";
import { chassisControl } from "./chassis/chassis-control.ts";
import { chassisIdentify } from "./chassis/chassis-identify.ts";
import { getChassisCapabilities } from "./chassis/get-chassis-capabilities.ts";
import { getChassisStatus } from "./chassis/get-chassis-status.ts";
import { getPohCounter } from "./chassis/get-poh-counter.ts";
import { getSystemBootOptions } from "./chassis/get-system-boot-options.ts";
import { getSystemRestartCause } from "./chassis/get-system-restart-cause.ts";
import { setPowerRestorePolicy } from "./chassis/set-power-restore-policy.ts";
import { setSystemBootOptions } from "./chassis/set-system-boot-options.ts";
import type { Command } from "./command.ts";
import { activatePowerLimit } from "./dcmi/activate-power-limit.ts";
import { getAssetTag } from "./dcmi/get-asset-tag.ts";
import { getDcmiCapabilitiesInfo } from "./dcmi/get-dcmi-capabilities-info.ts";
import { getDcmiSensorInfo } from "./dcmi/get-dcmi-sensor-info.ts";
import { getManagementControllerIdString } from "./dcmi/get-management-controller-id-string.ts";
import { getPowerLimit } from "./dcmi/get-power-limit.ts";
import { getPowerReading } from "./dcmi/get-power-reading.ts";
import { getTemperatureReadings } from "./dcmi/get-temperature-readings.ts";
import { getThermalLimit } from "./dcmi/get-thermal-limit.ts";
import { setAssetTag } from "./dcmi/set-asset-tag.ts";
import { setPowerLimit } from "./dcmi/set-power-limit.ts";
import { getNodeManagerStatistics } from "./oem/intel/get-node-manager-statistics.ts";
import { getDeviceSdr } from "./sensor/get-device-sdr.ts";
import { getDeviceSdrInfo } from "./sensor/get-device-sdr-info.ts";
import { getSensorEventEnable } from "./sensor/get-sensor-event-enable.ts";
import { getSensorEventStatus } from "./sensor/get-sensor-event-status.ts";
import { getSensorHysteresis } from "./sensor/get-sensor-hysteresis.ts";
import { getSensorReading } from "./sensor/get-sensor-reading.ts";
import { getSensorReadingFactors } from "./sensor/get-sensor-reading-factors.ts";
import { getSensorThresholds } from "./sensor/get-sensor-thresholds.ts";
import { getSensorType } from "./sensor/get-sensor-type.ts";
import { petAcknowledge } from "./sensor/pet-acknowledge.ts";
import { platformEventMessage } from "./sensor/platform-event-message.ts";
import { reserveDeviceSdrRepository } from "./sensor/reserve-device-sdr-repository.ts";
import { setSensorThresholds } from "./sensor/set-sensor-thresholds.ts";
import { clearSel } from "./storage/clear-sel.ts";
import { deleteSelEntry } from "./storage/delete-sel-entry.ts";
import { getFruInventoryAreaInfo } from "./storage/get-fru-inventory-area-info.ts";
import { getSdr } from "./storage/get-sdr.ts";
import { getSdrRepositoryInfo } from "./storage/get-sdr-repository-info.ts";
import { getSelAllocationInfo } from "./storage/get-sel-allocation-info.ts";
import { getSelEntry } from "./storage/get-sel-entry.ts";
import { getSelInfo } from "./storage/get-sel-info.ts";
import { getSelTime } from "./storage/get-sel-time.ts";
import { getSelTimeUtcOffset } from "./storage/get-sel-time-utc-offset.ts";
import { readFruData } from "./storage/read-fru-data.ts";
import { reserveSdrRepository } from "./storage/reserve-sdr-repository.ts";
import { reserveSel } from "./storage/reserve-sel.ts";
import { setSelTime } from "./storage/set-sel-time.ts";
import { getLanConfigurationParameters } from "./transport/get-lan-configuration-parameters.ts";
import {
  getSolConfigurationParameters,
  setSolConfigurationParameters,
} from "./transport/sol-configuration-parameters.ts";

export * from "./app/activate-payload.ts";
export * from "./app/activate-session.ts";
export * from "./app/authentication-types.ts";
export * from "./app/cipher-suite-records.ts";
export * from "./app/close-session.ts";
export * from "./app/cold-reset.ts";
export * from "./app/deactivate-payload.ts";
export * from "./app/embedded-reply.ts";
export * from "./app/get-bmc-global-enables.ts";
export * from "./app/get-channel-access.ts";
export * from "./app/get-channel-authentication-capabilities.ts";
export * from "./app/get-channel-cipher-suites.ts";
export * from "./app/get-channel-info.ts";
export * from "./app/get-channel-payload-support.ts";
export * from "./app/get-device-guid.ts";
export * from "./app/get-device-id.ts";
export * from "./app/get-payload-activation-status.ts";
export * from "./app/get-payload-instance-info.ts";
export * from "./app/get-self-test-results.ts";
export * from "./app/get-session-challenge.ts";
export * from "./app/get-session-info.ts";
export * from "./app/get-system-guid.ts";
export * from "./app/get-system-info-parameters.ts";
export * from "./app/get-user-access.ts";
export * from "./app/get-user-name.ts";
export * from "./app/get-watchdog-timer.ts";
export * from "./app/guid.ts";
export * from "./app/payload-instance.ts";
export * from "./app/send-message.ts";
export * from "./app/set-channel-access.ts";
export * from "./app/set-session-privilege-level.ts";
export * from "./app/set-user-access.ts";
export * from "./app/set-user-name.ts";
export * from "./app/set-user-password.ts";
export * from "./app/user-payload-access.ts";
export * from "./app/warm-reset.ts";
export * from "./channel.ts";
export * from "./chassis/boot-parameters.ts";
export * from "./chassis/chassis-control.ts";
export * from "./chassis/chassis-identify.ts";
export * from "./chassis/get-chassis-capabilities.ts";
export * from "./chassis/get-chassis-status.ts";
export * from "./chassis/get-poh-counter.ts";
export * from "./chassis/get-system-boot-options.ts";
export * from "./chassis/get-system-restart-cause.ts";
export * from "./chassis/set-power-restore-policy.ts";
export * from "./chassis/set-system-boot-options.ts";
export * from "./command.ts";
export * from "./dcmi/activate-power-limit.ts";
export * from "./dcmi/dcmi-capabilities.ts";
export * from "./dcmi/get-asset-tag.ts";
export * from "./dcmi/get-dcmi-capabilities-info.ts";
export * from "./dcmi/get-dcmi-sensor-info.ts";
export * from "./dcmi/get-management-controller-id-string.ts";
export * from "./dcmi/get-power-limit.ts";
export * from "./dcmi/get-power-reading.ts";
export * from "./dcmi/get-temperature-readings.ts";
export * from "./dcmi/get-thermal-limit.ts";
export * from "./dcmi/group.ts";
export * from "./dcmi/rolling-period.ts";
export * from "./dcmi/set-asset-tag.ts";
export * from "./dcmi/set-power-limit.ts";
export * from "./dcmi/temperature-entity.ts";
export * from "./dcmi/text-part.ts";
export * from "./network-address.ts";
export * from "./oem/intel/get-node-manager-statistics.ts";
export * from "./parameter.ts";
export * from "./sensor/event-mask.ts";
export * from "./sensor/get-device-sdr.ts";
export * from "./sensor/get-device-sdr-info.ts";
export * from "./sensor/get-sensor-event-enable.ts";
export * from "./sensor/get-sensor-event-status.ts";
export * from "./sensor/get-sensor-hysteresis.ts";
export * from "./sensor/get-sensor-reading.ts";
export * from "./sensor/get-sensor-reading-factors.ts";
export * from "./sensor/get-sensor-thresholds.ts";
export * from "./sensor/get-sensor-type.ts";
export * from "./sensor/pet-acknowledge.ts";
export * from "./sensor/platform-event-message.ts";
export * from "./sensor/reserve-device-sdr-repository.ts";
export * from "./sensor/sensor-request.ts";
export * from "./sensor/set-sensor-thresholds.ts";
export * from "./storage/clear-sel.ts";
export * from "./storage/delete-sel-entry.ts";
export * from "./storage/get-fru-inventory-area-info.ts";
export * from "./storage/get-sdr.ts";
export * from "./storage/get-sdr-repository-info.ts";
export * from "./storage/get-sel-allocation-info.ts";
export * from "./storage/get-sel-entry.ts";
export * from "./storage/get-sel-info.ts";
export * from "./storage/get-sel-time.ts";
export * from "./storage/get-sel-time-utc-offset.ts";
export * from "./storage/read-fru-data.ts";
export * from "./storage/read-record.ts";
export * from "./storage/reservation.ts";
export * from "./storage/reserve-sdr-repository.ts";
export * from "./storage/reserve-sel.ts";
export * from "./storage/set-sel-time.ts";
export * from "./transport/get-lan-configuration-parameters.ts";
export * from "./transport/lan-parameters.ts";
export * from "./transport/sol-configuration-parameters.ts";
export * from "./transport/sol-parameters.ts";

/** All commands, e.g. to find one by its numbers. */
export const ALL_COMMANDS: readonly Command<unknown, unknown>[] = [
  activateSession,
  closeSession,
  coldReset,
  getBmcGlobalEnables,
  getChannelAccess,
  getChannelAuthenticationCapabilities,
  getChannelCipherSuites,
  getChannelInfo,
  getDeviceGuid,
  getDeviceId,
  getSelfTestResults,
  getSessionChallenge,
  getSessionInfo,
  getSystemGuid,
  getSystemInfoParameters,
  getUserAccess,
  getUserName,
  getWatchdogTimer,
  sendMessage,
  setSessionPrivilegeLevel,
  chassisControl,
  chassisIdentify,
  getChassisCapabilities,
  getChassisStatus,
  getPohCounter,
  getSystemBootOptions,
  getSystemRestartCause,
  setPowerRestorePolicy,
  getAssetTag,
  getDcmiCapabilitiesInfo,
  getDcmiSensorInfo,
  getManagementControllerIdString,
  getPowerLimit,
  getPowerReading,
  getTemperatureReadings,
  getThermalLimit,
  getNodeManagerStatistics,
  getDeviceSdrInfo,
  getDeviceSdr,
  getSensorEventEnable,
  getSensorEventStatus,
  getSensorHysteresis,
  getSensorReadingFactors,
  getSensorReading,
  getSensorThresholds,
  getSensorType,
  petAcknowledge,
  reserveDeviceSdrRepository,
  clearSel,
  deleteSelEntry,
  getFruInventoryAreaInfo,
  getSdrRepositoryInfo,
  getSdr,
  getSelAllocationInfo,
  getSelEntry,
  getSelInfo,
  getSelTimeUtcOffset,
  getSelTime,
  readFruData,
  reserveSdrRepository,
  reserveSel,
  getLanConfigurationParameters,
  activatePayload,
  deactivatePayload,
  getChannelPayloadSupport,
  getPayloadActivationStatus,
  getPayloadInstanceInfo,
  getUserPayloadAccess,
  setUserPayloadAccess,
  getSolConfigurationParameters,
  setSolConfigurationParameters,
  setChannelAccess,
  setUserAccess,
  setUserName,
  setUserPassword,
  warmReset,
  setSystemBootOptions,
  activatePowerLimit,
  setAssetTag,
  setPowerLimit,
  platformEventMessage,
  setSensorThresholds,
  setSelTime,
];
