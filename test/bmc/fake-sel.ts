import { getSelEntry, getSelInfo, getSelTime, type SelInfo } from "../../src/ipmi/index.ts";
import type { Clock } from "../../src/lib/index.ts";
import { FakeRunner, refused, silence } from "./fake-runner.ts";

const NOTHING = 0xffffffff;

/** An event log that keeps the rules of real ones: ids used again after a clear, stamps in whole seconds, a bounded size. */
export class FakeSel extends FakeRunner {
  readonly capacity: number;
  /** 16-byte records, oldest first. */
  records: Buffer[] = [];
  /** Entries read before the BMC falls silent; undefined: it does not. */
  readsLeft: number | undefined;
  /** What Get SEL Info says of the time of changes; false: nothing. */
  dated = true;
  /** How far the clock of the BMC is ahead of ours. */
  aheadSeconds = 0;
  readonly #clock: Clock;
  #nextId = 1;
  #serial = 0;
  #added = NOTHING;
  #erased = NOTHING;

  constructor(clock: Clock, capacity = 512) {
    super();
    this.#clock = clock;
    this.capacity = capacity;
    this.on(getSelInfo, () => this.info())
      .on(getSelTime, () => ({ timestamp: this.#now() }))
      .on(getSelEntry, ({ recordId }) => this.#entry(recordId));
  }

  info(): SelInfo {
    return {
      version: 0x51,
      entries: this.records.length,
      freeBytes: (this.capacity - this.records.length) * 16,
      lastAdditionTimestamp: this.dated ? this.#added : NOTHING,
      lastEraseTimestamp: this.dated ? this.#erased : NOTHING,
      overflow: false,
      deleteSupported: true,
      partialAddSupported: false,
      reserveSupported: true,
      allocationInfoSupported: false,
    };
  }

  /** A record that is like no other; a full log loses its oldest. */
  add(): string {
    const record = Buffer.alloc(16);
    record.writeUInt16LE(this.#nextId, 0);
    this.#nextId = this.#nextId >= 0xfffe ? 1 : this.#nextId + 1;
    record[2] = 0x02;
    record.writeUInt32LE(this.#now(), 3);
    record.set([0x20, 0, 4, 0x01, 0x30, 0x01, 0x09], 7);
    record.writeUInt16LE(++this.#serial & 0xffff, 14);
    return this.put(record);
  }

  put(record: Buffer): string {
    if (this.records.length >= this.capacity) this.records.shift();
    this.records.push(record);
    this.#added = this.#now();
    return record.toString("hex");
  }

  /** A record under an id that another one has, as firmware does that counts wrongly when its log is full. */
  duplicateId(index: number): void {
    const id = this.records[index]?.readUInt16LE(0) ?? 1;
    this.add();
    this.records.at(-1)?.writeUInt16LE(id, 0);
  }

  /** Hex of the records that can be read: of two with one id only the first. */
  readable(): string[] {
    const found = new Set<string>();
    for (let record = this.records[0]; record && !found.has(record.toString("hex")); ) {
      found.add(record.toString("hex"));
      const next = this.records[this.records.indexOf(record) + 1]?.readUInt16LE(0);
      record = next === undefined ? undefined : this.records.find((r) => r.readUInt16LE(0) === next);
    }
    return [...found];
  }

  clear(): void {
    this.records = [];
    this.#nextId = 1;
    this.#erased = this.#now();
  }

  delete(index: number): void {
    this.records.splice(index, 1);
    this.#erased = this.#now();
  }

  /** The BMC starts without a clock: it counts from 0 until somebody sets it. */
  restartWithoutClock(): void {
    this.aheadSeconds = -Math.floor(this.#clock.wallMs() / 1000);
  }

  #now(): number {
    return Math.max(0, Math.floor(this.#clock.wallMs() / 1000) + this.aheadSeconds);
  }

  #entry(recordId: number): { readonly nextRecordId: number; readonly data: Uint8Array } {
    if (this.readsLeft !== undefined && this.readsLeft-- <= 0) throw silence();
    const index = recordId === 0 ? 0 : this.records.findIndex((r) => r.readUInt16LE(0) === recordId);
    const data = this.records[index];
    if (data === undefined) throw refused("Get SEL Entry", 0xcb);
    return { nextRecordId: this.records[index + 1]?.readUInt16LE(0) ?? 0xffff, data };
  }
}
