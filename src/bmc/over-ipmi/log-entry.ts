import {
  type DeviceId,
  decodeSelRecord,
  describeSelEvent,
  type SelEventDescription,
  type SelRecord,
  type SelSensor,
  selTime,
} from "../../ipmi/index.ts";
import type { EventSeverity, LogEntry } from "../../model/index.ts";
import { eventKey, type SensorPlan } from "./sensor-plan.ts";

const SEVERITIES: readonly EventSeverity[] = ["ok", "warning", "critical", "non_recoverable"];

export interface DecodedEvent {
  readonly entry: LogEntry;
  readonly memoryError: SelEventDescription["memoryError"];
}

/** A SEL record in model words; sensors are named and values converted where the plan knows them. */
export function decodeEvent(
  bytes: Buffer,
  plan: SensorPlan | undefined,
  device: Pick<DeviceId, "manufacturerId" | "productId"> | undefined,
): DecodedEvent {
  const record = decodeSelRecord(bytes);
  const described = describeSelEvent(record, {
    sensor: plan && sensorOfEvent(record, plan),
    manufacturerId: device?.manufacturerId,
    productId: device?.productId,
  });
  const time = "timestamp" in record ? selTime(record.timestamp) : undefined;
  return {
    memoryError: described.memoryError,
    entry: {
      recordId: record.recordId,
      time: time?.kind === "wall_clock" ? time.epochMs : undefined,
      relativeTime: time?.kind === "relative",
      relativeSeconds: time?.kind === "relative" ? time.seconds : undefined,
      kind: described.kind,
      sensor: described.sensorName,
      sensorNumber: record.type === "system_event" ? record.sensorNumber : undefined,
      event: described.event,
      direction: described.direction,
      severity: described.severity === undefined ? "unknown" : (SEVERITIES[described.severity] ?? "unknown"),
      text: described.text,
      dimm: described.dimm,
      raw: bytes.toString("hex"),
    },
  };
}

/** By owner, LUN and number; by number alone at the BMC, since some firmware fills the generator wrongly. */
function sensorOfEvent(record: SelRecord, plan: SensorPlan): SelSensor | undefined {
  if (record.type !== "system_event") return undefined;
  const { generator, sensorNumber } = record;
  const own = generator.kind === "ipmb" ? eventKey(generator.address, generator.lun, sensorNumber) : undefined;
  const found = own === undefined ? undefined : plan.byEventKey.get(own);
  const sensor = found ?? plan.byEventKey.get(eventKey(0x20, 0, sensorNumber));
  // A BIOS event whose number happens to be a sensor of the BMC is of another type.
  if (!sensor || (!found && sensor.definition.sensorType !== record.sensorType)) return undefined;
  return { name: sensor.name, convert: sensor.convert, unit: sensor.unit?.unit };
}
