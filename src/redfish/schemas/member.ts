import { type JsonObject, numberAt, textAt } from "../json.ts";
import { type Status, statusOf } from "./status.ts";

/** What every part of a Thermal or Power resource has. */
export interface PartFacts {
  /** Name as the BMC gives it; absent where it gives none. */
  readonly name?: string;
  /** `MemberId`: on some BMCs a word that stays, on others the place in the list. */
  readonly memberId?: string;
  /** Place in the list, from 0. */
  readonly index: number;
  readonly sensorNumber?: number;
  /** PhysicalContext: Intake, CPU, PowerSupply ... */
  readonly context?: string;
  readonly status: Status;
}

/** Gigabyte's MegaRAC writes "nil" where it has no name. */
const NO_NAME = /^(nil|null|n\/a|unknown)$/i;

export function partFacts(part: JsonObject, index: number): PartFacts {
  const names = [textAt(part, "FanName"), textAt(part, "Name")];
  return {
    name: names.find((name) => name !== undefined && !NO_NAME.test(name)),
    // MemberID is what iDRAC 8 and Supermicro X10 write
    memberId: textAt(part, "MemberId") ?? textAt(part, "MemberID"),
    index,
    sensorNumber: numberAt(part, "SensorNumber") ?? numberAt(part, "Number"),
    context: textAt(part, "PhysicalContext"),
    status: statusOf(part),
  };
}
