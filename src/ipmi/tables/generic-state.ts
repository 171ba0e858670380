import { EventType } from "./event-type.ts";
import { SensorType } from "./sensor-type.ts";
import { type StateTable, states } from "./state-row.ts";

/**
 * States of the generic discrete classes 02h-0Ch - IPMI 2.0 table 42-2. Severities are those of
 * FreeIPMI's interpretation files; deviations say why.
 */
export const GENERIC_STATES: ReadonlyMap<number, StateTable> = new Map([
  [
    EventType.Usage,
    states(
      [0, "idle", "Transition to Idle", "N"],
      [1, "active", "Transition to Active", "N"],
      [2, "busy", "Transition to Busy", "N"],
    ),
  ],
  [
    EventType.DigitalState,
    states([0, "state_deasserted", "State Deasserted", "N"], [1, "state_asserted", "State Asserted", "W"]),
  ],
  [
    EventType.PredictiveFailure,
    states(
      [0, "predictive_failure_deasserted", "Predictive Failure deasserted", "N"],
      [1, "predictive_failure", "Predictive Failure asserted", "C"],
    ),
  ],
  [
    EventType.Limit,
    states([0, "limit_not_exceeded", "Limit Not Exceeded", "N"], [1, "limit_exceeded", "Limit Exceeded", "C"]),
  ],
  [
    EventType.Performance,
    states([0, "performance_met", "Performance Met", "N"], [1, "performance_lags", "Performance Lags", "C/W"]),
  ],
  [
    EventType.Severity,
    // FreeIPMI knows no level above critical; this class names it.
    states(
      [0, "ok", "Transition to OK", "N"],
      [1, "non_critical_from_ok", "Transition to Non-Critical from OK", "W"],
      [2, "critical_from_less_severe", "Transition to Critical from less severe", "C"],
      [3, "non_recoverable_from_less_severe", "Transition to Non-recoverable from less severe", "R"],
      [4, "non_critical_from_more_severe", "Transition to Non-Critical from more severe", "W"],
      [5, "critical_from_non_recoverable", "Transition to Critical from Non-recoverable", "C"],
      [6, "non_recoverable", "Transition to Non-recoverable", "R"],
      [7, "monitor", "Monitor", "W"],
      [8, "informational", "Informational", "N"],
    ),
  ],
  [
    EventType.Presence,
    states(
      [0, "device_absent", "Device Removed/Device Absent", "C"],
      [1, "device_present", "Device Inserted/Device Present", "N"],
    ),
  ],
  [
    EventType.Enabled,
    // "Disabled" is a warning here: the device was switched off.
    states([0, "device_disabled", "Device Disabled", "W"], [1, "device_enabled", "Device Enabled", "N"]),
  ],
  [
    EventType.Availability,
    states(
      [0, "running", "Transition to Running", "N"],
      [1, "in_test", "Transition to In Test", "W"],
      [2, "power_off", "Transition to Power Off", "W"],
      [3, "on_line", "Transition to On Line", "W"],
      [4, "off_line", "Transition to Off Line", "W"],
      [5, "off_duty", "Transition to Off Duty", "W"],
      [6, "degraded", "Transition to Degraded", "C/W"],
      [7, "power_save", "Transition to Power Save", "W"],
      [8, "install_error", "Install Error", "C/C"],
    ),
  ],
  [
    EventType.Redundancy,
    states(
      [0, "fully_redundant", "Fully Redundant", "N"],
      [1, "redundancy_lost", "Redundancy Lost", "C/W"],
      [2, "redundancy_degraded", "Redundancy Degraded", "W/W"],
      [
        3,
        "non_redundant_sufficient_from_redundant",
        "Entered from Redundancy Degraded or Fully Redundant; sufficient resources",
        "C/W",
      ],
      [
        4,
        "non_redundant_sufficient_from_insufficient",
        "Entered from insufficient resources; non-redundant, sufficient resources",
        "C/W",
      ],
      [5, "non_redundant_insufficient", "Non-redundant; insufficient resources", "C/W"],
      [6, "redundancy_degraded_from_full", "Redundancy Degraded from Fully Redundant", "W/W"],
      [7, "redundancy_degraded_from_non_redundant", "Redundancy Degraded from Non-redundant", "W/W"],
    ),
  ],
  [
    EventType.AcpiDevicePower,
    states(
      [0, "d0", "D0 Power State", "N"],
      [1, "d1", "D1 Power State", "N"],
      [2, "d2", "D2 Power State", "N"],
      [3, "d3", "D3 Power State", "N"],
    ),
  ],
]);

const digital = (deasserted: "N" | "W", asserted: "N" | "W" | "C"): StateTable =>
  states([0, "state_deasserted", "State Deasserted", deasserted], [1, "state_asserted", "State Asserted", asserted]);

const presence = (absent: "W" | "C"): StateTable =>
  states(
    [0, "device_absent", "Device Removed/Device Absent", absent],
    [1, "device_present", "Device Inserted/Device Present", "N"],
  );

/** States of a class that depend on the monitored thing: class, then sensor type. */
export const GENERIC_STATES_BY_TYPE: ReadonlyMap<number, ReadonlyMap<number, StateTable>> = new Map([
  [
    EventType.DigitalState,
    new Map<number, StateTable>([
      [SensorType.Processor, digital("N", "C")],
      [SensorType.Memory, digital("N", "C")],
      // Upside down: a drive slot asserts what it should assert.
      [SensorType.DriveSlot, digital("W", "N")],
      [SensorType.Button, digital("N", "N")],
      [SensorType.Module, digital("N", "C")],
      [SensorType.BootError, digital("N", "C")],
      [SensorType.OsStop, digital("N", "C")],
      [SensorType.PlatformAlert, digital("N", "C")],
    ]),
  ],
  [
    EventType.Presence,
    new Map<number, StateTable>([
      // Bays that were never populated: most machines have some.
      [SensorType.PowerSupply, presence("W")],
      [SensorType.DriveSlot, presence("W")],
    ]),
  ],
]);
