import {
  CHANNEL_ACCESS_MODES,
  type ChannelAccess,
  CIPHER_SUITE_PAGE_BYTES,
  CompletionCodeError,
  cipherSuiteLimits,
  closeSession,
  DecodeError,
  getChannelAccess,
  getChannelCipherSuites,
  getChannelInfo,
  getLanConfigurationParameters,
  getSessionInfo,
  getUserName,
  lanCipherSuiteCount,
  lanCipherSuiteEntries,
  lanCipherSuitePrivilegeLevels,
  lanCommunityString,
  lanDefaultGateway,
  lanIpAddress,
  lanIpAddressSource,
  lanMacAddress,
  lanSubnetMask,
  lanVlan,
  lanVlanPriority,
  type Parameter,
  parseCipherSuiteRecords,
  SESSION_SUPPORT,
  SilenceError,
  setChannelAccess,
} from "../../../ipmi/index.ts";
import {
  type Acceptance,
  type BmcSession,
  CHANNEL_MODES,
  type ChannelAccessReport,
  type ChannelStore,
  type LanReport,
  type NetworkOperations,
} from "../../operations/index.ts";
import { optional } from "../refusals.ts";
import { accessLevel, privilegeNumber } from "./access-level.ts";
import type { OperationSession } from "./operation-session.ts";

const SOURCES = {
  unspecified: undefined,
  static: "static",
  DHCP: "dhcp",
  BIOS: "bios",
  other: "other",
} as const;
const MEDIA: Readonly<Record<number, string>> = {
  1: "ipmb",
  4: "lan",
  5: "serial",
  6: "other_lan",
  7: "pci_smbus",
  8: "smbus",
  9: "smbus",
  12: "system_interface",
};
const MOST_SESSIONS = 63;
const MOST_SUITE_PAGES = 16;
const SETTINGS = { stored: "non-volatile", active: "volatile" } as const;
const PROTOCOLS = ["ipmi-1.5", "rmcp+"] as const;

export function networkOperations(s: OperationSession): NetworkOperations {
  const readAccess = (store: ChannelStore, channel?: number): Promise<ChannelAccess> =>
    s.run(getChannelAccess, { channel, setting: SETTINGS[store] });
  return {
    async lan(channel) {
      return readLan(s, channel ?? (await s.run(getChannelInfo, {})).channel);
    },
    async channelInfo(channel) {
      const info = await s.run(getChannelInfo, { channel });
      return {
        channel: info.channel,
        medium: MEDIA[info.medium] ?? `medium ${info.medium}`,
        sessionSupport: SESSION_SUPPORT[info.sessionSupport] ?? "unknown",
        activeSessions: info.activeSessions,
      };
    },
    async channelAccess(store, channel) {
      return reportOf(await readAccess(store, channel));
    },
    async setChannelAccess(change, channel) {
      for (const store of ["stored", "active"] as const) {
        const now = await readAccess(store, channel);
        const wanted = changed(now, change);
        await s.store(
          () => s.change(setChannelAccess, { channel, setting: SETTINGS[store], ...wanted }),
          () => readAccess(store, channel),
          (stored) => JSON.stringify(stored) === JSON.stringify(wanted),
        );
      }
      return reportOf(await readAccess("active", channel));
    },
    async cipherSuites(channel) {
      const pages: Uint8Array[] = [];
      for (let index = 0; index < MOST_SUITE_PAGES; index++) {
        const { data } = await s.run(getChannelCipherSuites, { index, channel });
        pages.push(data);
        if (data.length < CIPHER_SUITE_PAGE_BYTES) break;
      }
      return parseCipherSuiteRecords(Buffer.concat(pages)).map(({ id }) => id);
    },
    async sessions() {
      const own = await s.run(getSessionInfo, { which: "this" });
      const found: BmcSession[] = [];
      const names = new Map<number, string | undefined>();
      for (let n = 1; n <= Math.min(own.activeSessions, MOST_SESSIONS); n++) {
        const info = await optional(s.run(getSessionInfo, { which: "nth", n }));
        if (!info?.session || info.handle === 0) continue;
        const { userId, privilege, protocol, channel } = info.session;
        if (!names.has(userId)) names.set(userId, (await optional(s.run(getUserName, { userId })))?.userName);
        found.push({
          handle: info.handle,
          userId,
          userName: names.get(userId),
          privilege: accessLevel(privilege),
          protocol: PROTOCOLS[protocol] ?? "other",
          channel,
          address: info.console?.ipAddress,
          port: info.console?.port,
          own: info.handle === own.handle,
        });
      }
      return { possible: own.possibleSessions, active: own.activeSessions, sessions: found };
    },
    async closeSession(handle): Promise<Acceptance> {
      // Sent once: repeated, it would name a session that is gone, or another one.
      try {
        await s.run(closeSession, { sessionId: 0, sessionHandle: handle }, { tries: 1, patienceMs: 5000 });
        return "accepted";
      } catch (error) {
        if (error instanceof SilenceError) return "answer_lost";
        throw error;
      }
    },
  };
}

async function readLan(s: OperationSession, channel: number): Promise<LanReport> {
  const read = async <T>(parameter: Parameter<T>): Promise<T | undefined> => {
    try {
      const { data } = await s.run(getLanConfigurationParameters, { channel, parameter: parameter.number });
      return parameter.decode(data);
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      if (error instanceof CompletionCodeError && error.reason !== "privilege_refused") return undefined;
      throw error;
    }
  };
  const source = await read(lanIpAddressSource);
  const address = await read(lanIpAddress);
  const mac = await read(lanMacAddress);
  const subnetMask = await read(lanSubnetMask);
  const gateway = await read(lanDefaultGateway);
  const vlan = await read(lanVlan);
  const vlanPriority = vlan?.enabled ? await read(lanVlanPriority) : undefined;
  const community = await read(lanCommunityString);
  const count = await read(lanCipherSuiteCount);
  const entries = await read(lanCipherSuiteEntries);
  const levels = await read(lanCipherSuitePrivilegeLevels);
  const limits =
    count !== undefined && entries && levels
      ? cipherSuiteLimits(count, entries, levels).map(({ cipherSuite, privilege }) => ({
          suite: cipherSuite,
          privilege: accessLevel(privilege),
        }))
      : undefined;
  return {
    channel,
    addressSource: source && SOURCES[source],
    address,
    mac,
    subnetMask,
    gateway: gateway === "0.0.0.0" ? undefined : gateway,
    vlan: vlan?.enabled ? vlan.id : undefined,
    vlanPriority,
    community,
    cipherSuites: limits,
  };
}

function reportOf(access: ChannelAccess): ChannelAccessReport {
  return {
    mode: access.accessMode < CHANNEL_ACCESS_MODES.length ? CHANNEL_MODES[access.accessMode] : undefined,
    privilege: accessLevel(access.privilegeLimit),
    alerting: !access.alertingDisabled,
    perMessageAuthentication: !access.perMessageAuthenticationDisabled,
    userLevelAuthentication: !access.userLevelAuthenticationDisabled,
  };
}

function changed(now: ChannelAccess, change: Partial<ChannelAccessReport>): ChannelAccess {
  const { mode, privilege, alerting, perMessageAuthentication, userLevelAuthentication } = change;
  const disabled = (enabled: boolean | undefined, before: boolean): boolean =>
    enabled === undefined ? before : !enabled;
  return {
    alertingDisabled: disabled(alerting, now.alertingDisabled),
    perMessageAuthenticationDisabled: disabled(perMessageAuthentication, now.perMessageAuthenticationDisabled),
    userLevelAuthenticationDisabled: disabled(userLevelAuthentication, now.userLevelAuthenticationDisabled),
    accessMode: mode === undefined ? now.accessMode : CHANNEL_MODES.indexOf(mode),
    privilegeLimit: privilege === undefined ? now.privilegeLimit : privilegeNumber(privilege),
  };
}
