import { EventType } from "./event-type.ts";
import { SensorType } from "./sensor-type.ts";
import { type StateTable, states } from "./state-row.ts";

/** States a manufacturer defined: who, where, what. Known from FreeIPMI's interpretation files. */
export interface OemStates {
  readonly manufacturerIds: readonly number[];
  /** Absent: every product. */
  readonly productIds?: readonly number[];
  readonly eventType: number;
  readonly sensorType: number;
  /** True: the state word is one number, not a bit for each state. */
  readonly value: boolean;
  readonly states: StateTable;
}

const SUPERMICRO = 10876;
const SUPERMICRO_OLD = 47488;
const PEPPERCON = 10437;
const MAGNUM = 5593;
const DELL = 674;
const INTEL = 343;

const asserted = states([0, "state_deasserted", "State Deasserted", "N"], [1, "state_asserted", "State Asserted", "C"]);

export const OEM_STATES: readonly OemStates[] = [
  {
    // Processor "temperature" of Supermicro X7 to X9 and H8 boards: a level.
    manufacturerIds: [SUPERMICRO, SUPERMICRO_OLD, PEPPERCON, MAGNUM],
    eventType: 0x70,
    sensorType: 0xc0,
    value: true,
    states: states(
      [0, "low", "Low", "N"],
      [1, "medium", "Medium", "W"],
      [2, "high", "High", "W"],
      [4, "overheat", "Overheat", "C"],
      [7, "not_installed", "Not Installed", "W"],
    ),
  },
  {
    // "Power Optimized" of Dell R610 and R710.
    manufacturerIds: [DELL],
    productIds: [256],
    eventType: EventType.SensorSpecific,
    sensorType: 0xc0,
    value: false,
    states: states(
      [0, "good", "Good", "N"],
      [1, "degraded_other", "Degraded, other", "W"],
      [2, "degraded_thermal_protection", "Degraded, thermal protection", "W"],
      [3, "degraded_cooling_capacity", "Degraded, cooling capacity change", "W"],
      [4, "degraded_power_capacity", "Degraded, power capacity change", "W"],
      [5, "degraded_user_limit", "Degraded, user defined power capacity", "W"],
      [6, "halted", "Halted, system power exceeds capacity", "C"],
      [7, "degraded_exceeds_capacity", "Degraded, system power exceeds capacity", "W"],
    ),
  },
  {
    // Module/board of Dell R210.
    manufacturerIds: [DELL],
    productIds: [256],
    eventType: 0x70,
    sensorType: SensorType.Module,
    value: false,
    states: states(
      [0, "absent", "Absent", "C"],
      [1, "standby", "Standby", "N"],
      [2, "ipmi_ready", "IPMI Function ready", "N"],
      [3, "fully_ready", "Fully ready", "N"],
      [4, "offline", "Offline", "W"],
      [5, "failed", "Failed", "C"],
      [6, "active", "Active", "N"],
      [7, "booting", "Booting", "N"],
      [8, "write_protected", "Write protected", "W"],
    ),
  },
  {
    // SMI time-out, power throttled.
    manufacturerIds: [INTEL],
    productIds: [62, 64, 40],
    eventType: EventType.DigitalState,
    sensorType: 0xf3,
    value: false,
    states: asserted,
  },
  {
    // NMI state.
    manufacturerIds: [INTEL],
    productIds: [40],
    eventType: EventType.DigitalState,
    sensorType: 0xc0,
    value: false,
    states: asserted,
  },
];
