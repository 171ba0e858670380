import {
  CompletionCodeError,
  DecodeError,
  getSolConfigurationParameters,
  type Parameter,
  SOL_BIT_RATES,
  setSolConfigurationParameters,
  solAccumulate,
  solAuthentication,
  solEnable,
  solNonVolatileBitRate,
  solPayloadPort,
  solRetry,
  solSetInProgress,
  solVolatileBitRate,
} from "../../../ipmi/index.ts";
import { OperationError, SOL_RATES, type SolOperations, type SolRate, type SolReport } from "../../operations/index.ts";
import { accessLevel, privilegeNumber } from "./access-level.ts";
import type { OperationSession } from "./operation-session.ts";

const NOT_SUPPORTED = 0x80;
const AS_SERIAL_PORT = 0;

export function solOperations(s: OperationSession): SolOperations {
  /** Undefined for a parameter that the BMC does not have. */
  const read = async <T>(parameter: Parameter<T>, channel?: number): Promise<T | undefined> => {
    try {
      const answer = await s.run(getSolConfigurationParameters, { channel, parameter: parameter.number });
      return parameter.decode(answer.data);
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      if (error instanceof CompletionCodeError && error.reason !== "privilege_refused") return undefined;
      throw error;
    }
  };
  const sol = async (channel?: number): Promise<SolReport> => {
    const authentication = await read(solAuthentication, channel);
    const accumulate = await read(solAccumulate, channel);
    const retry = await read(solRetry, channel);
    return {
      enabled: await read(solEnable, channel),
      privilege: authentication && accessLevel(authentication.privilege),
      forceEncryption: authentication?.forceEncryption,
      forceAuthentication: authentication?.forceAuthentication,
      accumulateMs: accumulate?.intervalMs,
      threshold: accumulate?.characters,
      retries: retry?.retries,
      retryMs: retry?.intervalMs,
      storedRate: rateOf(await read(solNonVolatileBitRate, channel)),
      activeRate: rateOf(await read(solVolatileBitRate, channel)),
      port: await read(solPayloadPort, channel),
    };
  };
  return {
    sol,
    async setSol(change, channel) {
      const send = <T>(parameter: Parameter<T>, value: T) =>
        s.change(setSolConfigurationParameters, {
          channel,
          parameter: parameter.number,
          data: parameter.encode(value),
        });
      /** Sends a parameter whose value changes; its other fields stay as they are. */
      const set = async <T>(parameter: Parameter<T>, changed: (now: T) => T): Promise<void> => {
        const now = await read(parameter, channel);
        if (now === undefined)
          throw new OperationError("command", "unsupported", `the BMC does not have: ${parameter.name}`);
        const wanted = parameter.encode(changed(now));
        if (parameter.encode(now).equals(wanted)) return;
        await s.store(
          () => send(parameter, changed(now)),
          () => read(parameter, channel),
          (stored) => stored !== undefined && parameter.encode(stored).equals(wanted),
        );
      };
      const { enabled, privilege, forceEncryption, forceAuthentication } = change;
      const { accumulateMs, threshold, retries, retryMs, rate } = change;
      await ifSupported(send(solSetInProgress, "in progress"));
      try {
        if (privilege !== undefined || forceEncryption !== undefined || forceAuthentication !== undefined)
          await set(solAuthentication, (now) => ({
            privilege: privilege === undefined ? now.privilege : privilegeNumber(privilege),
            forceEncryption: forceEncryption ?? now.forceEncryption,
            forceAuthentication: forceAuthentication ?? now.forceAuthentication,
          }));
        if (accumulateMs !== undefined || threshold !== undefined)
          await set(solAccumulate, (now) => ({
            intervalMs: accumulateMs ?? now.intervalMs,
            characters: threshold ?? now.characters,
          }));
        if (retries !== undefined || retryMs !== undefined)
          await set(solRetry, (now) => ({ retries: retries ?? now.retries, intervalMs: retryMs ?? now.intervalMs }));
        if (rate !== undefined) {
          await set(solNonVolatileBitRate, () => rateNumber(rate));
          await set(solVolatileBitRate, () => rateNumber(rate));
        }
        if (enabled !== undefined) await set(solEnable, () => enabled);
      } finally {
        await ifSupported(send(solSetInProgress, "complete"));
      }
      return sol(channel);
    },
  };
}

/** Some boards refuse "set in progress" and accept the rest. */
async function ifSupported(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof CompletionCodeError) || error.completionCode !== NOT_SUPPORTED) throw error;
  }
}

/** Undefined for numbers that are reserved. */
function rateOf(number: number | undefined): SolRate | "serial" | undefined {
  if (number === undefined) return undefined;
  if (number === AS_SERIAL_PORT) return "serial";
  const rate = SOL_BIT_RATES[number];
  return SOL_RATES.find((known) => known === rate);
}

function rateNumber(rate: SolRate | "serial"): number {
  if (rate === "serial") return AS_SERIAL_PORT;
  return Number(Object.keys(SOL_BIT_RATES).find((number) => SOL_BIT_RATES[Number(number)] === rate));
}
