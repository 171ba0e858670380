import {
  CompletionCode,
  CompletionCodeError,
  clearSel,
  getSelInfo,
  getSelTime,
  platformEventMessage,
  readSelSince,
  reserveSel,
  type SelInfo,
  SilenceError,
  selTime,
  setSelTime,
} from "../../../ipmi/index.ts";
import {
  type ClockReport,
  type EventLogInfo,
  type EventLogOperations,
  OperationError,
  type SavedRecord,
} from "../../operations/index.ts";
import { decodeEvent } from "../log-entry.ts";
import { optional } from "../refusals.ts";
import type { OperationSession } from "./operation-session.ts";
import type { SensorWords } from "./sensors.ts";

/** Readings of a log that grows while it is being saved. */
const MOST_READINGS = 5;
/** Wait between requests for the status of an erase, and how often it is requested: two minutes. */
const ERASE_STATUS_MS = 500;
const MOST_STATUS_REQUESTS = 240;

export function eventLogOperations(s: OperationSession, words: SensorWords): EventLogOperations {
  const readRecords = async (): Promise<readonly Buffer[]> => {
    const { records, failure } = await readSelSince(s, undefined, s.signal);
    if (failure !== undefined) throw failure;
    return records;
  };
  const inWords = async (records: readonly Buffer[]): Promise<readonly SavedRecord[]> => {
    const context = await words.context();
    return records.map((bytes) => ({ ...decodeEvent(bytes, context).entry, raw: bytes.toString("hex") }));
  };
  const readEventLog = async (): Promise<readonly SavedRecord[]> => inWords(await readRecords());

  const erase = async (reservationId: number): Promise<void> => {
    let status = await s
      .run(clearSel, { reservationId, action: "initiate" })
      .catch((error: unknown) => whereAnswerIsLost(error));
    for (let n = 0; status?.completed !== true; n++) {
      if (n >= MOST_STATUS_REQUESTS)
        throw new OperationError("command", "timeout", "Clear SEL: the BMC has not finished erasing after two minutes");
      await s.pause(ERASE_STATUS_MS);
      // Only the status: may be sent again.
      status = await s
        .run(clearSel, { reservationId, action: "get status" })
        .catch((error: unknown) => whereAnswerIsLost(error));
    }
  };

  const readClock = async (): Promise<ClockReport> => {
    const { clock } = s.tools;
    const before = clock.wallMs();
    const { timestamp } = await s.run(getSelTime, undefined);
    const now = (before + clock.wallMs()) / 2;
    return { time: timestamp * 1000, offsetSeconds: Math.round(timestamp - now / 1000) };
  };

  return {
    async readEventLogInfo() {
      return infoOf(await s.run(getSelInfo, undefined));
    },
    readEventLog,
    async clearEventLog(save) {
      for (let reading = 1; ; reading++) {
        const info = await s.run(getSelInfo, undefined);
        const reserved = info.reserveSupported ? await s.run(reserveSel, undefined) : undefined;
        const records = await readRecords();
        const saved = await inWords(records);
        await save(saved);
        // Many BMCs do not cancel the reservation for a new record: the log must be as it was saved.
        const isSame = await isUnchanged(s, info, records);
        if (isSame && (await hasErased(() => erase(reserved?.reservationId ?? 0)))) {
          return { saved, left: await readEventLog() };
        }
        if (reading === MOST_READINGS) {
          const message = `the event log was saved but not erased: new records arrived during each of ${MOST_READINGS} readings`;
          throw new OperationError("command", "bmc_busy", message);
        }
      }
    },
    readClock,
    async setClock(epochMs) {
      const timestamp = Math.round(epochMs / 1000);
      const started = s.tools.clock.monotonicMs();
      return s.store(
        () => {
          // A second transmission sets the time of its own moment.
          const passed = Math.round((s.tools.clock.monotonicMs() - started) / 1000);
          return s.change(setSelTime, { timestamp: timestamp + passed });
        },
        readClock,
        (clock) => Math.abs(clock.time / 1000 - timestamp) <= CLOCK_TOLERANCE_SECONDS,
      );
    },
    sendTestEvent: ({ sensorType, sensorNumber, eventType, deasserted = false, data }) => {
      const [data1, data2, data3] = data;
      return s.change(platformEventMessage, {
        sensorType,
        sensorNumber,
        eventType,
        deassertion: deasserted,
        data1,
        data2,
        data3,
      });
    },
  };
}

/** Time for a lost answer and its waits. */
const CLOCK_TOLERANCE_SECONDS = 15;

/** Undefined for a lost answer; the status shows then whether the log was erased. */
function whereAnswerIsLost(error: unknown): undefined {
  if (error instanceof SilenceError) return undefined;
  throw error;
}

/** False if the BMC has cancelled the reservation, e.g. because a record arrived. */
async function hasErased(erase: () => Promise<void>): Promise<boolean> {
  try {
    await erase();
    return true;
  } catch (error) {
    const isCancelled =
      error instanceof CompletionCodeError && error.completionCode === CompletionCode.ReservationCancelled;
    if (isCancelled) return false;
    throw error;
  }
}

async function isUnchanged(s: OperationSession, before: SelInfo, records: readonly Buffer[]): Promise<boolean> {
  const now = await s.run(getSelInfo, undefined);
  if (now.entries !== before.entries || now.lastAdditionTimestamp !== before.lastAdditionTimestamp) return false;
  // A log that drops its oldest records keeps its count, and two records may arrive within one second.
  const last = records.at(-1);
  if (!last) return true;
  const read = await optional(
    readSelSince(s, { recordId: last.readUInt16LE(0), bytes: last }, s.signal).then((r) => r),
  );
  return read?.continued === true && read.records.length === 0 && read.failure === undefined;
}

function infoOf(info: SelInfo): EventLogInfo {
  const epochMs = (timestamp: number): number | undefined => {
    const time = selTime(timestamp);
    return time.kind === "wall_clock" ? time.epochMs : undefined;
  };
  return {
    entries: info.entries,
    freeBytes: info.freeBytes,
    overflow: info.overflow,
    lastAddition: epochMs(info.lastAdditionTimestamp),
    lastErase: epochMs(info.lastEraseTimestamp),
    reserveSupported: info.reserveSupported,
    deleteSupported: info.deleteSupported,
  };
}
