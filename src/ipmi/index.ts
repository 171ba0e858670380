/**
 * ipmi - IPMI 2.0 and 1.5 over LAN, usable without the rest of this project.
 *
 * Knows the protocol: packets, sessions, commands, records, and the oddities of BMCs. Does not know
 * hosts, metrics, configuration or logs; it reports through IpmiObserver and throws IpmiError.
 *
 *   const transport = new UdpTransport();
 *   const connection = new IpmiConnection({
 *     transport,
 *     remote: { address: await resolveAddress("node017-bmc"), port: RMCP_PORT },
 *     clock: systemClock,
 *     login: { credentials: credentials("monitor", password), privilege: PrivilegeLevel.User },
 *   });
 *   const { powerOn } = await connection.run(getChassisStatus, undefined);
 *   await connection.close();
 *   await transport.close();
 */
export * from "./commands/index.ts";
export * from "./errors.ts";
export * from "./observer.ts";
export * from "./procedures/acknowledge-pet.ts";
export * from "./procedures/fru-area.ts";
export type { CommandRunner } from "./procedures/runner.ts";
export * from "./procedures/sdr-repository.ts";
export * from "./procedures/sel-since.ts";
export * from "./procedures/system-text.ts";
export * from "./quirks.ts";
export * from "./records/fru/index.ts";
export { decodePlatformEventTrap, encodePlatformEventTrap, type PlatformEventTrap } from "./records/pet.ts";
export * from "./records/sdr/index.ts";
export {
  type DimmContext,
  decodeSelRecord,
  describeEvent,
  describeSelEvent,
  dimmOf,
  encodeSelRecord,
  isSystemEvent,
  type OemRecord as OemSelRecord,
  SEL_RECORD_LENGTH,
  type SelContext,
  type SelEventDescription,
  type SelRecord,
  type SelSensor,
  type SelTime as SelRecordTime,
  type SystemEventRecord,
  selTime,
} from "./records/sel/index.ts";
export * from "./session/connection.ts";
export { SilenceError } from "./session/conversation.ts";
export * from "./session/credentials.ts";
export type { LoginOptions } from "./session/login.ts";
export { LOGIN_FLOORS, type LoginFloor } from "./session/login-floor.ts";
export { BmcMemory } from "./session/memory.ts";
export type { Answer } from "./session/requester.ts";
export type { Series, SeriesRequest } from "./session/series.ts";
export type { PayloadChannel, RunOptions, Session, SessionInfo } from "./session/session.ts";
export * from "./session/sol.ts";
export * from "./session/sol-session.ts";
export * from "./tables/index.ts";
export { manufacturerName } from "./tables/manufacturer.ts";
export { productName } from "./tables/product.ts";
export { SensorType } from "./tables/sensor-type.ts";
export * from "./transport/datagram.ts";
export * from "./transport/resolve.ts";
export * from "./transport/udp.ts";
export { RMCP_PORT } from "./wire/rmcp.ts";
export { PayloadType } from "./wire/rmcp-plus.ts";
export { solCharacters } from "./wire/sol.ts";
