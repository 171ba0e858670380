import type { ChassisFault } from "./facts.ts";
import { type Failure, needsOperator } from "./failure.ts";
import { Health } from "./health.ts";
import type { HostRecord } from "./host-record.ts";
import type { Fault, FaultSeverity, OngoingFault } from "./ongoing-fault.ts";
import { FAULT_SEVERITIES } from "./ongoing-fault.ts";
import { plain, readingText, shownAs, spaced } from "./reading-text.ts";
import { DISAPPEARED, type Sensor, type ThresholdName } from "./sensor.ts";
import type { HostSnapshot } from "./snapshot.ts";

/** The severity of a health that is not ok. */
const severityOf = (health: Health): FaultSeverity =>
  health === Health.Warning ? "warning" : health === Health.Critical ? "critical" : "non_recoverable";

/** Index in FAULT_SEVERITIES; smaller is worse. */
export const faultRank = (severity: FaultSeverity): number => FAULT_SEVERITIES.indexOf(severity);

/** Everything that is wrong in a snapshot, worst first, else in the order of the BMC. Empty: nothing that is known. */
export function faultsOf(snapshot: HostSnapshot): readonly Fault[] {
  if (snapshot.failure) return [downFault(snapshot.failure)];
  const faults: Fault[] = [];
  for (const sensor of snapshot.sensors ?? []) if (sensor.health) faults.push(sensorFault(sensor, sensor.health));
  for (const [name, isSet] of Object.entries(snapshot.chassis?.faults ?? {}))
    if (isSet) faults.push(chassisFault(name as ChassisFault));
  const { selfTest } = snapshot.controller ?? {};
  if (selfTest?.health)
    faults.push({
      key: "self test",
      severity: severityOf(selfTest.health),
      subject: "BMC",
      text: `BMC self test: ${selfTest.results.map(spaced).join(", ")}`,
      alert: selfTest.health === Health.Warning ? "SystemHealthWarning" : "SystemHealthCritical",
    });
  const { systemHealth } = snapshot.chassis ?? {};
  // The summary of a BMC adds nothing to the faults that caused it.
  if (systemHealth && faults.length === 0)
    faults.push({
      key: "system",
      severity: severityOf(systemHealth),
      subject: "system",
      text: `The BMC reports the system as ${spaced(severityOf(systemHealth))}, without naming a part`,
      alert: systemHealth === Health.Warning ? "SystemHealthWarning" : "SystemHealthCritical",
    });
  if (snapshot.eventLog?.overflow)
    faults.push({
      key: "sel overflow",
      severity: "warning",
      subject: "event log",
      text: "Event log is full: new events are lost",
      alert: "SelFull",
    });
  for (const { part, ok, failure } of snapshot.parts)
    if (!ok)
      faults.push({
        key: `part ${part}`,
        severity: "warning",
        subject: "BMC",
        text: `Reading ${part} fails: ${spaced(failure?.reason ?? "unknown reason")}`,
        alert: "BmcPartFailing",
      });
  return faults.sort((a, b) => faultRank(a.severity) - faultRank(b.severity));
}

/** The faults of a record; those of a record that no store has timed begin with its poll. */
export function ongoingFaults({ faults, snapshot }: Pick<HostRecord, "faults" | "snapshot">): readonly OngoingFault[] {
  if (faults !== undefined) return faults;
  return snapshot === undefined ? [] : faultsOf(snapshot).map((fault) => ({ ...fault, since: snapshot.startedAt }));
}

function downFault({ reason, stage }: Failure): Fault {
  return {
    key: "down",
    severity: "down",
    subject: "BMC",
    text: `BMC down: ${spaced(reason)} at ${spaced(stage)}`,
    alert: needsOperator(reason) ? "BmcAuthenticationFailed" : "BmcUnreachable",
  };
}

const CHASSIS: Readonly<Record<ChassisFault, readonly [severity: FaultSeverity, alert: string]>> = {
  power: ["critical", "SystemHealthCritical"],
  power_control: ["critical", "SystemHealthCritical"],
  overload: ["critical", "SystemHealthCritical"],
  interlock: ["critical", "SystemHealthCritical"],
  cooling: ["critical", "SystemHealthCritical"],
  drive: ["critical", "DriveFault"],
  intrusion: ["warning", "ChassisIntrusion"],
};

function chassisFault(name: ChassisFault): Fault {
  const [severity, alert] = CHASSIS[name];
  return { key: `chassis ${name}`, severity, subject: "chassis", text: `Chassis: ${spaced(name)} fault`, alert };
}

function sensorFault(sensor: Sensor, health: Health): Fault {
  const severity = severityOf(health);
  return {
    key: `sensor ${sensor.id}`,
    severity,
    subject: sensor.name,
    sensorId: sensor.id,
    text: sensorText(sensor, health),
    alert: alertOf(sensor, health),
  };
}

const LIMIT_WORDS = ["", "non_critical", "critical", "non_recoverable"] as const;
/** States that only repeat which limit was crossed. */
const CROSSING = /^(at_or_(below|above)_)?(lower|upper)_/;
/** States that are no fault; they are asserted beside those that are. */
const PRESENT: ReadonlySet<string> = new Set(["presence_detected", "drive_present", "present", "device_installed"]);

function sensorText(sensor: Sensor, health: Health): string {
  const { name, states, value } = sensor;
  const word = spaced(severityOf(health));
  const words = [...new Set(states)].filter((state) => !CROSSING.test(state) && !PRESENT.has(state)).map(spaced);
  const reading = readingText(sensor);
  const limit = value === undefined || words.length > 0 ? undefined : crossed(sensor, value, health);
  if (limit !== undefined) return `${name} ${reading}, ${word} ${limit}`;
  const asserted = words.length > 0 ? words.join(", ") : word;
  return value === undefined ? `${name}: ${asserted}` : `${name} ${reading}: ${asserted}`;
}

/** "below 720 rpm": the crossed limit of this health, or the nearest one if hysteresis keeps the health. */
function crossed({ thresholds = {}, quantity, unit }: Sensor, value: number, health: Health): string | undefined {
  const limitOf = (side: "lower" | "upper"): number | undefined =>
    thresholds[`${side}_${LIMIT_WORDS[health]}` as ThresholdName];
  const [lower, upper] = [limitOf("lower"), limitOf("upper")];
  const isLow = upper === undefined || (lower !== undefined && Math.abs(value - lower) <= Math.abs(value - upper));
  const limit = isLow ? lower : upper;
  if (limit === undefined) return undefined;
  const shown = shownAs(quantity, unit);
  return `${isLow ? "below" : "above"} ${plain(limit * shown.factor)} ${shown.unit}`.trimEnd();
}

/** Alerts by state, for sensors of any kind. */
const BY_STATE: ReadonlyMap<string, string> = new Map([
  [DISAPPEARED, "PartMissing"],
  ["input_lost", "PsuInputLost"],
  ["uncorrectable_ecc", "EccUncorrectable"],
  ["correctable_ecc", "EccCorrectableHigh"],
  ["correctable_ecc_logging_limit", "EccLoggingLimitReached"],
  ["throttled", "CpuThrottled"],
]);

function alertOf({ kind, role, states }: Sensor, health: Health): string {
  for (const state of states) {
    const alert = BY_STATE.get(state);
    if (alert !== undefined) return alert;
  }
  const isCritical = health > Health.Warning;
  const lostRedundancy = states.some((state) => state.startsWith("redundancy_") || state.startsWith("non_redundant"));
  switch (kind) {
    case "fan":
    case "cooling_device":
      return lostRedundancy ? "FanRedundancyLost" : isCritical ? "FanFailed" : "FanDegrading";
    case "temperature":
      if (role === "inlet") return isCritical ? "InletTemperatureCritical" : "InletTemperatureHigh";
      return isCritical ? "TemperatureCritical" : "TemperatureWarning";
    case "voltage":
      return "VoltageCritical";
    case "power_supply":
    case "power_unit":
      if (lostRedundancy) return "PsuRedundancyLost";
      return states.includes("predictive_failure") ? "PsuPredictiveFailure" : "PsuFailed";
    case "drive":
      return "DriveFault";
    case "physical_security":
      return "ChassisIntrusion";
    default:
      return isCritical ? "SystemHealthCritical" : "SystemHealthWarning";
  }
}
