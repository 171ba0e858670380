import { readRecordRequest } from "../../../src/ipmi/commands/storage/read-record.ts";
import { Reader } from "../../../src/ipmi/wire/bytes.ts";
import { type Scripted, ScriptedRunner } from "./scripted-runner.ts";

export interface RecordRead {
  readonly reservationId: number;
  readonly recordId: number;
  readonly offset: number;
  readonly count: number;
}

/** A record of `length` bytes, header included, with bytes of its own. */
export function sdrOf(id: number, length = 48): Buffer {
  const record = Buffer.alloc(length, id);
  record.writeUInt16LE(id, 0);
  record[2] = 0x51;
  record[3] = 0x01;
  record[4] = length - 5;
  return record;
}

/** A repository that answers well; a test overrides what its BMC does otherwise. */
export class ScriptedRepository {
  readonly reads: RecordRead[] = [];
  reservations = 0;
  /** Decides before the repository does. */
  instead: (read: RecordRead) => Scripted | undefined = () => undefined;
  /** Decides about Reserve SDR Repository; then reads need no reservation. */
  reserve: (() => Scripted) | undefined;
  readonly runner: ScriptedRunner;
  readonly #records: Map<number, Buffer>;
  readonly #next: (id: number) => number;
  #reservation = 0x1000;

  constructor(records: readonly Buffer[], next?: (id: number) => number) {
    const ids = records.map((r) => r.readUInt16LE(0));
    this.#records = new Map(records.map((r, i) => [ids[i] ?? 0, r]));
    this.#next = next ?? ((id) => ids[ids.indexOf(id) + 1] ?? 0xffff);
    this.runner = new ScriptedRunner((command, request) => {
      if (command.name.startsWith("Reserve")) {
        if (this.reserve) return this.reserve();
        this.reservations++;
        return Buffer.of(++this.#reservation & 0xff, this.#reservation >> 8);
      }
      const read = readRecordRequest.decode(new Reader(request, command.name)) as RecordRead;
      this.reads.push(read);
      return this.instead(read) ?? this.read(read);
    });
  }

  /** Another poller reserves: our reservation is cancelled. */
  cancel(): void {
    this.#reservation++;
  }

  read({ reservationId, recordId, offset, count }: RecordRead): Scripted {
    const first = [...this.#records.keys()][0] ?? 0;
    const id = recordId === 0 && !this.#records.has(0) ? first : recordId;
    const record = this.#records.get(id);
    if (!record) return 0xcb;
    const needed = count !== 0xff && !this.reserve;
    if (needed && reservationId !== this.#reservation && (offset > 0 || reservationId !== 0)) return 0xc5;
    const next = this.#next(id);
    const part = record.subarray(offset, count === 0xff ? undefined : offset + count);
    return Buffer.concat([Buffer.of(next & 0xff, next >> 8), part]);
  }
}
