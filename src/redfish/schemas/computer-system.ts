import { booleanAt, type JsonObject, objectAt, textAt } from "../json.ts";
import { type HealthWord, healthWord, type Status, statusOf } from "./status.ts";

/** ComputerSystem: power state, identity and the roll-ups of its parts. */
export interface ComputerSystem {
  readonly name?: string;
  /** On, Off, PoweringOn, PoweringOff, Paused. */
  readonly powerState?: string;
  readonly status: Status;
  readonly memoryHealth?: HealthWord;
  readonly processorHealth?: HealthWord;
  readonly storageHealth?: HealthWord;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly sku?: string;
  readonly partNumber?: string;
  readonly assetTag?: string;
  readonly uuid?: string;
  readonly biosVersion?: string;
  readonly systemType?: string;
  /** Identify LED: Lit, Blinking, Off. */
  readonly indicator?: string;
  readonly locationIndicatorActive?: boolean;
  readonly watchdog?: HostWatchdog;
}

/** HostWatchdogTimer: whether it may run and whether it does, and what follows its expiration. */
export interface HostWatchdog {
  readonly functionEnabled?: boolean;
  readonly state?: string;
  /** None, ResetSystem, PowerCycle, PowerDown, OEM. */
  readonly action?: string;
  /** None, DiagnosticInterrupt, SMI, MessagingInterrupt, OEM. */
  readonly warningAction?: string;
}

function hostWatchdog(resource: JsonObject): HostWatchdog | undefined {
  const timer = objectAt(resource, "HostWatchdogTimer");
  if (timer === undefined) return undefined;
  return {
    functionEnabled: booleanAt(timer, "FunctionEnabled"),
    state: textAt(timer, "Status", "State"),
    action: textAt(timer, "TimeoutAction"),
    warningAction: textAt(timer, "WarningAction"),
  };
}

export function decodeComputerSystem(resource: JsonObject): ComputerSystem {
  const summary = (name: string): HealthWord | undefined =>
    healthWord(textAt(resource, name, "Status", "HealthRollup") ?? textAt(resource, name, "Status", "Health"));
  const active = resource.LocationIndicatorActive;
  return {
    name: textAt(resource, "Name"),
    powerState: textAt(resource, "PowerState"),
    status: statusOf(resource),
    memoryHealth: summary("MemorySummary"),
    processorHealth: summary("ProcessorSummary"),
    storageHealth: summary("StorageSummary"),
    manufacturer: textAt(resource, "Manufacturer"),
    model: textAt(resource, "Model"),
    serial: textAt(resource, "SerialNumber"),
    sku: textAt(resource, "SKU"),
    partNumber: textAt(resource, "PartNumber"),
    assetTag: textAt(resource, "AssetTag"),
    uuid: textAt(resource, "UUID"),
    biosVersion: textAt(resource, "BiosVersion"),
    systemType: textAt(resource, "SystemType"),
    indicator: textAt(resource, "IndicatorLED"),
    locationIndicatorActive: typeof active === "boolean" ? active : undefined,
    watchdog: hostWatchdog(resource),
  };
}

/** Whether the system runs; undefined where the BMC does not say. Switching on or off counts as the state it leaves. */
export function isPoweredOn({ powerState }: Pick<ComputerSystem, "powerState">): boolean | undefined {
  switch (powerState?.toLowerCase()) {
    case "on":
    case "poweringoff":
    case "paused":
    case "reset":
      return true;
    case "off":
    case "poweringon":
      return false;
    default:
      return undefined;
  }
}
