import type { Health } from "../../model/index.ts";
import type { Component, Drive, FoundComponent, Software, Status, Volume } from "../../redfish/index.ts";
import { healthOf } from "./health.ts";

/** A part of the machine that has a health. */
export type Part = Exclude<Component, Software>;

/** What a part reports about itself, in the words that IPMI has for its kind of sensor. */
interface Verdict {
  readonly health: Health | undefined;
  readonly states: readonly string[];
}

/** The state for a part that is Warning or Critical without a reason, by kind. */
const BY_HEALTH: Readonly<Record<Part["kind"], readonly [warning: string, critical: string]>> = {
  memory: ["predictive_failure", "failure_detected"],
  processor: ["predictive_failure", "failure_detected"],
  drive: ["predictive_failure", "drive_fault"],
  storage_controller: ["predictive_failure", "failure_detected"],
  battery: ["battery_low", "battery_failed"],
  volume: ["redundancy_degraded", "in_failed_array"],
  network_adapter: ["predictive_failure", "failure_detected"],
  network_port: ["predictive_failure", "failure_detected"],
};

/** Alarms of a memory module (MemoryMetrics, HealthData.AlarmTrips). */
const ALARMS: Readonly<Record<string, string>> = {
  CorrectableECCError: "correctable_ecc",
  UncorrectableECCError: "uncorrectable_ecc",
  AddressParityError: "parity_error",
  Temperature: "critical_overtemperature",
};

/** The status of a memory module in the words of HPE (DIMMStatus) and Fujitsu (LegacyStatus). */
const MEMORY_STATUS: readonly (readonly [pattern: RegExp, state: string, health: Health])[] = [
  [/^(degraded|prefailure.*|warning)$/i, "predictive_failure", 1],
  [/^(configurationerror|doesnotmatch|notsupported|expectedbutmissing|unsupported)$/i, "configuration_error", 2],
  [/^(mapouterror|mapoutconfiguration|disabled)$/i, "disabled", 2],
  [/^(error|fail|failed|failure|critical)$/i, "failure_detected", 2],
];

/** StatusIndicator of a drive, and the states that vendors report for a drive in an array. */
const DRIVE_WORDS: readonly (readonly [pattern: RegExp, state: string, health: Health])[] = [
  [/^(fail|failed|drive_fault)$/i, "drive_fault", 2],
  [/^predictivefailureanalysis$/i, "predictive_failure", 1],
  [/^rebuild/i, "rebuild_in_progress", 1],
  [/^hotspare$/i, "hot_spare", 0],
  [/^inacriticalarray$/i, "in_critical_array", 2],
  [/^inafailedarray$/i, "in_failed_array", 2],
];

/** RAID levels that survive the loss of a drive. */
const REDUNDANT =
  /^(raid ?(1|5|6|10|50|60)|raid1[^0].*|mirrored|stripedwithparity|spannedmirrors|spannedstripeswithparity|raid(6tp|1e|10e|10triple|1triple))$/i;

/** Health and states of a part. A part that is present has at least the state of its presence. */
export function verdictOfComponent({
  part,
  metrics,
}: Pick<FoundComponent, "metrics"> & { readonly part: Part }): Verdict {
  const states = new Set<string>();
  let health = healthOf(part.status.health);
  const add = (state: string, worst?: Health): void => {
    states.add(state);
    if (worst !== undefined && worst > (health ?? 0)) health = worst;
  };
  switch (part.kind) {
    case "memory": {
      add("presence_detected");
      for (const alarm of metrics?.alarms ?? []) if (ALARMS[alarm] !== undefined) add(ALARMS[alarm]);
      const known = MEMORY_STATUS.find(([pattern]) => pattern.test(part.vendorStatus ?? ""));
      if (known) add(known[1], part.status.health === undefined ? known[2] : undefined);
      if (isDisabled(part.status)) add("disabled");
      if (isSpare(part.status)) add("spare");
      break;
    }
    case "processor":
      add("presence_detected");
      if (part.throttled) add("throttled");
      if (isDisabled(part.status)) add("disabled");
      break;
    case "drive":
      addDriveStates(part, add);
      break;
    case "volume":
      addVolumeStates(part, health, add);
      break;
    case "network_port":
      if (part.linkUp !== undefined) add(part.linkUp ? "link_up" : "link_down");
      break;
    default:
      add("presence_detected");
  }
  if (health !== undefined && health > 0 && ![...states].some((state) => isReason(part, state)))
    add(BY_HEALTH[part.kind][health === 1 ? 0 : 1]);
  return { health, states: [...states] };
}

function addDriveStates(drive: Drive, add: (state: string, worst?: Health) => void): void {
  add("drive_present");
  // A drive whose failure is expected is a warning, also where its own health is still OK.
  if (drive.failurePredicted) add("predictive_failure", 1);
  for (const word of [drive.indicator, drive.arrayState]) {
    const known = DRIVE_WORDS.find(([pattern]) => pattern.test(word ?? ""));
    if (known) add(known[1], drive.status.health === undefined ? known[2] : undefined);
  }
  if (drive.hotSpare || isSpare(drive.status)) add("hot_spare");
}

function addVolumeStates(volume: Volume, health: Health | undefined, add: (state: string) => void): void {
  if (volume.operations.some((name) => /rebuild/i.test(name))) add("rebuild_in_progress");
  if (volume.operations.some((name) => /consistency/i.test(name))) add("consistency_check");
  if (health === 0 && REDUNDANT.test(volume.raidType ?? "")) add("fully_redundant");
}

/** States that are not about health. */
const NORMAL: ReadonlySet<string> = new Set([
  "presence_detected",
  "drive_present",
  "hot_spare",
  "spare",
  "consistency_check",
  "fully_redundant",
  "link_up",
  "link_down",
]);

/** True for a state that says why the part is not OK. A volume that is rebuilt is still degraded. */
const isReason = (part: Part, state: string): boolean =>
  !NORMAL.has(state) && !(part.kind === "volume" && state === "rebuild_in_progress");

const isDisabled = ({ state }: Status): boolean => /^disabled$/i.test(state ?? "");
const isSpare = ({ state }: Status): boolean => /^standbyspare$/i.test(state ?? "");
