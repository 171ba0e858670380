import {
  type BmcMemory,
  type CommandRunner,
  CompletionCode,
  CompletionCodeError,
  cipherSuiteLimits,
  getChannelInfo,
  getLanConfigurationParameters,
  type IpAddressSource,
  lanBadPasswordThreshold,
  lanCipherSuiteCount,
  lanCipherSuiteEntries,
  lanCipherSuitePrivilegeLevels,
  lanIpAddressSource,
  lanMacAddress,
  lanVlan,
  lanVlanPriority,
  type Parameter,
} from "../../ipmi/index.ts";
import type { LanInfo, SecurityFinding } from "../../model/index.ts";
import { foundOrNot } from "../finding.ts";
import { optional } from "./refusals.ts";
import { FINDINGS } from "./security.ts";

const SOURCES: Readonly<Record<IpAddressSource, LanInfo["addressSource"]>> = {
  unspecified: undefined,
  static: "static",
  DHCP: "dhcp",
  BIOS: "bios",
  other: "other",
};
/** Channels have numbers up to Bh; above are "this channel" and the system interface. */
const LAST_CHANNEL = 0x0b;
const NO_MAC = "00:00:00:00:00:00";

/**
 * Parameters of the LAN channel in use, with at most ten commands per reading. Every BMC reports them to operators,
 * only some to users. A refused command is not sent again.
 */
export class LanReader {
  readonly #memory: BmcMemory;
  #channel: number | undefined;
  #isRefused = false;

  constructor(memory: BmcMemory) {
    this.#memory = memory;
  }

  /**
   * Undefined if the BMC does not report them.
   *
   * @throws IpmiError if it does not answer, or the reason of the signal
   */
  async info(runner: CommandRunner, signal: AbortSignal): Promise<LanInfo | undefined> {
    const source = await this.#parameter(runner, lanIpAddressSource, signal);
    const mac = await this.#parameter(runner, lanMacAddress, signal);
    const vlan = await this.#parameter(runner, lanVlan, signal);
    if (source === undefined && mac === undefined && vlan === undefined) return undefined;
    const priority = vlan?.enabled ? await this.#parameter(runner, lanVlanPriority, signal) : undefined;
    return {
      channel: this.#channel,
      addressSource: source && SOURCES[source],
      mac: mac === NO_MAC ? undefined : mac,
      vlan: vlan?.enabled ? vlan.id : undefined,
      vlanPriority: priority,
    };
  }

  /** Settings of logins from the parameters; only those that the BMC reports. */
  async findings(runner: CommandRunner, signal: AbortSignal): Promise<readonly SecurityFinding[]> {
    const findings: SecurityFinding[] = [];
    const count = await this.#parameter(runner, lanCipherSuiteCount, signal);
    const entries = await this.#parameter(runner, lanCipherSuiteEntries, signal);
    const levels = await this.#parameter(runner, lanCipherSuitePrivilegeLevels, signal);
    if (count !== undefined && entries && levels) {
      const present = cipherSuiteLimits(count, entries, levels).some((s) => s.cipherSuite === 0 && s.privilege > 0);
      findings.push(foundOrNot(FINDINGS.cipherSuite0Enabled, present));
    }
    const threshold = await this.#parameter(runner, lanBadPasswordThreshold, signal);
    if (threshold) findings.push(foundOrNot(FINDINGS.noLockout, threshold.attempts === 0));
    return findings;
  }

  async #parameter<T>(runner: CommandRunner, what: Parameter<T>, signal: AbortSignal): Promise<T | undefined> {
    if (this.#isRefused) return undefined;
    const channel = await this.#ourChannel(runner, signal);
    const request = { channel, parameter: what.number };
    const read = async (): Promise<T> =>
      what.decode((await runner.run(getLanConfigurationParameters, request, { signal })).data);
    return optional(
      read().catch((error: unknown) => {
        this.#isRefused = isForGood(error);
        throw error;
      }),
    );
  }

  /** The number of the channel in use, because some BMCs do not accept "this channel" here. */
  async #ourChannel(runner: CommandRunner, signal: AbortSignal): Promise<number | undefined> {
    if (this.#channel !== undefined) return this.#channel;
    const reported = this.#memory.capabilities?.channel;
    const channel = reported ?? (await optional(runner.run(getChannelInfo, {}, { signal })))?.channel;
    if (channel !== undefined && channel <= LAST_CHANNEL) this.#channel = channel;
    return this.#channel;
  }
}

/** Refusals that do not depend on the parameter: unknown command, or insufficient privilege. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof CompletionCodeError)) return false;
  return error.reason === "privilege_refused" || error.completionCode === CompletionCode.InvalidCommand;
}
