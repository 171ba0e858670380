/**
 * redfish - a Redfish client that only reads, usable without the rest of this project.
 *
 * Knows the protocol: HTTPS with certificates, sessions, collections, resources, and how firmware deviates. Does not
 * know hosts, metrics, configuration or logs; it reports through RedfishObserver and throws RedfishError.
 *
 *   const session = new RedfishSession({
 *     host: "node017-bmc",
 *     port: REDFISH_PORT,
 *     tls: { verify: "pin" },
 *     login: { user: "monitor", password, auth: "session" },
 *     clock: systemClock,
 *   });
 *   const root = decodeServiceRoot(await session.root(signal));
 *   const { chassis } = await readTopology((uri, signal) => session.get(uri, signal), root, signal);
 *   await session.close();
 */
export { type Component, ComponentWalk, type FoundComponent, type WalkOptions } from "./component-walk.ts";
export * from "./errors.ts";
export type { JsonObject } from "./json.ts";
export { at as valueAt, isObject, objectsAt, uriKey } from "./json.ts";
export type { RedfishObserver, Trace as RedfishTrace } from "./observer.ts";
export { type Expand, expandOf, type Get, type Member, memberBodies, members, optional } from "./resource.ts";
export {
  type Account,
  type AccountService,
  decodeAccount,
  decodeAccountService,
} from "./schemas/account.ts";
export { type Chassis, decodeChassis } from "./schemas/chassis.ts";
export type { ComponentFacts } from "./schemas/component.ts";
export {
  type ComputerSystem,
  decodeComputerSystem,
  type HostWatchdog,
  isPoweredOn,
} from "./schemas/computer-system.ts";
export type { Drive } from "./schemas/drive.ts";
export {
  decodeLeakDetection,
  decodeLeakDetector,
  type LeakDetection,
  type LeakDetector,
} from "./schemas/leak-detection.ts";
export type { Limits } from "./schemas/limits.ts";
export { decodeLogEntry, type LoggedIpmiEvent, type RedfishLogEntry } from "./schemas/log-entry.ts";
export { decodeLogPage, type LogPage } from "./schemas/log-page.ts";
export { decodeLogService, type LogService, logServicesOf } from "./schemas/log-service.ts";
export { decodeManager, type Manager } from "./schemas/manager.ts";
export { type PartFacts, partFacts } from "./schemas/member.ts";
export type { MemoryMetrics, MemoryModule } from "./schemas/memory.ts";
export type { NetworkAdapter, NetworkPort } from "./schemas/network-port.ts";
export { decodeNetworkProtocol, type NetworkProtocol } from "./schemas/network-protocol.ts";
export {
  decodePower,
  decodePowerControls,
  decodePowerSupplies,
  decodeVoltages,
  type Power,
  type PowerControl,
  type PowerSupply,
  type SupplyReading,
  type VoltageReading,
} from "./schemas/power.ts";
export { decodeOemPower, withFujitsuInputs } from "./schemas/power-oem.ts";
export type { Processor } from "./schemas/processor.ts";
export { type RedundancyGroup, redundancyGroups } from "./schemas/redundancy.ts";
export { decodeSensor, type RedfishSensor } from "./schemas/sensor.ts";
export { decodeServiceRoot, type ServiceRoot } from "./schemas/service-root.ts";
export type { Software } from "./schemas/software.ts";
export { type HealthWord, isAbsent, isActive, type Status } from "./schemas/status.ts";
export type { Battery, StorageController, Volume } from "./schemas/storage.ts";
export {
  decodeEnvironmentMetrics,
  decodeFanSpeeds,
  decodePowerSubsystem,
  decodePowerSupply,
  decodeThermalSubsystem,
  type EnvironmentMetrics,
  withMetrics,
} from "./schemas/subsystem.ts";
export {
  decodeFans,
  decodeTemperatures,
  decodeThermal,
  type FanReading,
  type TemperatureReading,
  type Thermal,
} from "./schemas/thermal.ts";
export {
  type RedfishLogin,
  RedfishSession,
  type RedfishSessionOptions,
  type SavedSession,
  SERVICE_ROOT,
} from "./session.ts";
export { type RedfishTime, timeOf } from "./time.ts";
export type { PeerCertificate, TlsSettings } from "./tls.ts";
export { type ChassisLinks, readTopology, type Topology } from "./topology.ts";

/** HTTPS. */
export const REDFISH_PORT = 443;
