import { getDeviceId, getSdrRepositoryInfo } from "../../ipmi/commands/index.ts";
import { DecodeError } from "../../ipmi/errors.ts";
import { decodeFru, encodeFru } from "../../ipmi/records/fru/index.ts";
import { decodeSdr } from "../../ipmi/records/sdr/sdr.ts";
import type { Reply, Request, Scenario, ScenarioBoard, ScenarioIdentity } from "../bmc/misbehaviour.ts";
import { patchedSdr, type RecordPatch } from "./record-patch.ts";

interface ReplacedBmcOptions {
  /** From the start of the BMC. */
  readonly afterMs: number;
  /** Time without any response; 20 s where absent. */
  readonly forMs?: number;
  /** Entries in the event log of the new controller; 20 where absent. */
  readonly records?: number;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const LOG_AGE_SECONDS = 300 * DAY_SECONDS;
const UNCORRECTABLE_ECC = { sensorType: 0x0c, eventType: 0x6f, offset: 1 } as const;

/**
 * A technician replaces the board: another controller of the same model answers at the address. It has another GUID,
 * other serial numbers, firmware and sensor records, and an event log with entries that are 300 days old.
 */
export function replacedBmc({ afterMs, forMs = 20_000, records = 20 }: ReplacedBmcOptions): Scenario {
  return (context) => {
    const { board, clock } = context;
    const downAtMs = clock.monotonicMs() + afterMs;
    const patch = patchOf(board.model.sdr);
    let isReplaced = false;
    return {
      name: "replaced BMC",
      swallow() {
        const nowMs = clock.monotonicMs();
        if (nowMs < downAtMs) return false;
        if (!isReplaced) {
          isReplaced = true;
          context.dropSessions();
          context.identity = otherIdentity(context.identity);
          bringLog(board, records);
        }
        return nowMs < downAtMs + forMs;
      },
      amend(request, reply) {
        if (!isReplaced || reply.completionCode !== 0) return reply;
        const amended = withOtherFirmware(request, withOtherRepository(request, reply, board));
        return patchedSdr(request, amended, board.model.sdr, (id) => (id === patch?.id ? patch.bytes : undefined));
      },
    };
  };
}

function otherIdentity({ guid, frus }: ScenarioIdentity): ScenarioIdentity {
  return {
    guid: guid.map((byte) => byte ^ 0x5a),
    frus: new Map([...frus].map(([id, bytes]) => [id, withOtherSerials(bytes)])),
  };
}

/** The same areas with other serial numbers; areas that cannot be encoded again are kept. */
function withOtherSerials(bytes: Uint8Array): Uint8Array {
  try {
    const { problems, ...content } = decodeFru(bytes);
    if (problems.length > 0) return bytes;
    return encodeFru({
      ...content,
      chassis: otherSerial(content.chassis),
      board: otherSerial(content.board),
      product: otherSerial(content.product),
    });
  } catch (error) {
    if (error instanceof DecodeError) return bytes;
    throw error;
  }
}

function otherSerial<A extends { readonly serial?: string }>(area: A | undefined): A | undefined {
  return area?.serial === undefined ? area : { ...area, serial: [...area.serial].toReversed().join("") };
}

function bringLog(board: ScenarioBoard, records: number): void {
  const newest = board.clockSeconds() - LOG_AGE_SECONDS;
  board.emptySel(newest - records * HOUR_SECONDS);
  const sensor = board.model.sensors.find((s) => s.sensorType === UNCORRECTABLE_ECC.sensorType)?.number ?? 0;
  for (let n = records - 1; n >= 0; n--)
    board.addEvent({ sensor, ...UNCORRECTABLE_ECC, timestamp: newest - n * HOUR_SECONDS });
}

function withOtherFirmware({ netFn, command }: Request, reply: Reply): Reply {
  if (netFn !== getDeviceId.netFn || command !== getDeviceId.code) return reply;
  const id = getDeviceId.decodeResponse(reply.data);
  return { ...reply, data: getDeviceId.encodeResponse({ ...id, firmwareMinor: id.firmwareMinor ^ 0x01 }) };
}

function withOtherRepository({ netFn, command }: Request, reply: Reply, board: ScenarioBoard): Reply {
  if (netFn !== getSdrRepositoryInfo.netFn || command !== getSdrRepositoryInfo.code) return reply;
  const info = getSdrRepositoryInfo.decodeResponse(reply.data);
  const writtenAt = board.clockSeconds() - LOG_AGE_SECONDS;
  const other = { ...info, lastAdditionTimestamp: writtenAt, lastEraseTimestamp: writtenAt };
  return { ...reply, data: getSdrRepositoryInfo.encodeResponse(other) };
}

/** OEM byte of a full sensor record - IPMI 2.0 table 43-1. */
const OEM_AT = 46;

/** The repository differs in one byte, whose meaning only the manufacturer knows. */
function patchOf(sdr: readonly Buffer[]): { readonly id: number; readonly bytes: RecordPatch } | undefined {
  const record = sdr.find((bytes) => isFullSensor(bytes));
  if (!record) return undefined;
  return { id: record.readUInt16LE(0), bytes: new Map([[OEM_AT, (record[OEM_AT] ?? 0) ^ 0x5a]]) };
}

function isFullSensor(bytes: Buffer): boolean {
  try {
    return decodeSdr(bytes).type === "full";
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
