import {
  CHANGE_KINDS,
  type ChangeCounts,
  type ChangeKind,
  type HostChange,
  type HostSnapshot,
} from "../model/index.ts";

/** Placeholders that firmware reports for boards without a serial number. */
const NO_SERIAL =
  /^(?:[0\s.x*_-]*|0?123456789.*|n\/?a|none|unknown|default.*|to be filled.*|not (?:specified|available).*|system serial.*)$/i;

/** State to save for a restart, to notice changes that happened meanwhile. Plain JSON. */
export interface SavedChanges {
  readonly guid?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly powerOn?: boolean;
  readonly counts: Readonly<Partial<Record<ChangeKind, number>>>;
}

type Known = Omit<SavedChanges, "counts">;

/** What identifies a board. */
type BoardMarks = Pick<Known, "guid" | "serial" | "firmware">;

/** The values of a snapshot that are compared. */
export type Watched = Pick<HostSnapshot, "up" | "controller" | "chassis" | "frus">;

/** The counts of hosts without changes; shared by all of them. */
const NO_CHANGES: ChangeCounts = Object.freeze({
  board_replaced: 0,
  firmware_changed: 0,
  sensor_appeared: 0,
  sensor_vanished: 0,
  power_changed: 0,
});

/**
 * Compares each poll of a host with the previous reading and counts changes. Values that were not read, or that cannot
 * be trusted, are not compared; then the next poll is compared with the earlier reading.
 */
export class ChangeWatch {
  #known: Known = {};
  #counts = NO_CHANGES;
  /** Something was read, now or in an earlier run, so the counts can be exported. */
  #begun = false;
  #revision = 0;

  /** Changes when there is something new to save. */
  get revision(): number {
    return this.#revision;
  }

  /** @param sensors changes of the sensor set that this poll found */
  observe(snapshot: Watched, sensors: readonly HostChange[] = []): readonly HostChange[] {
    const { controller, chassis } = snapshot;
    // During a firmware update a BMC may return anything.
    const identified = controller && !controller.updating ? controller : undefined;
    const before = this.#known;
    const read: Known = {
      guid: identified?.guid,
      serial: identified && ownSerial(snapshot),
      firmware: identified?.firmware,
      powerOn: chassis?.powerOn,
    };
    const { guid, serial, firmware: version, powerOn } = read;
    this.#known = {
      guid: guid ?? before.guid,
      serial: serial ?? before.serial,
      firmware: version ?? before.firmware,
      powerOn: powerOn ?? before.powerOn,
    };
    const changes = [...board(before, read), ...firmware(before, read), ...sensors, ...power(before, read)];
    for (const { change } of changes) this.#counts = { ...this.#counts, [change]: this.#counts[change] + 1 };
    if (changes.length > 0 || !isSame(before, this.#known)) this.#revision++;
    if (snapshot.up) this.#begun = true;
    return changes;
  }

  /** Undefined before the first reading. */
  get counts(): ChangeCounts | undefined {
    return this.#begun ? this.#counts : undefined;
  }

  save(): SavedChanges {
    return { ...this.#known, counts: this.#counts };
  }

  /** Restores what an earlier run saved; malformed data is ignored. */
  restore(saved: unknown): void {
    if (typeof saved !== "object" || saved === null) return;
    const { guid, serial, firmware, powerOn, counts } = saved as Readonly<Record<string, unknown>>;
    const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    this.#known = {
      guid: text(guid),
      serial: text(serial),
      firmware: text(firmware),
      powerOn: typeof powerOn === "boolean" ? powerOn : undefined,
    };
    if (typeof counts !== "object" || counts === null) return;
    for (const kind of CHANGE_KINDS) {
      const count: unknown = (counts as Readonly<Record<string, unknown>>)[kind];
      if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) continue;
      this.#counts = { ...this.#counts, [kind]: count };
    }
  }
}

function isSame(a: Known, b: Known): boolean {
  return a.guid === b.guid && a.serial === b.serial && a.firmware === b.firmware && a.powerOn === b.powerOn;
}

/** Values from the FRU of the BMC itself, if it was read completely. */
export function ownSerial({ frus }: Pick<Watched, "frus">): string | undefined {
  const own = frus?.find(({ id }) => id === 0);
  return own && own.problems.length === 0 ? serialNumber(own.serial) : undefined;
}

/** The serial number; undefined for a placeholder. */
export function serialNumber(text: string | undefined): string | undefined {
  const serial = text?.trim();
  return serial === undefined || NO_SERIAL.test(serial) ? undefined : serial;
}

/** Whether it is another board, by serial number and GUID, as far as they are known. */
export function isOtherBoard(before: BoardMarks, now: BoardMarks): boolean {
  return [...board(before, now)].length > 0;
}

function* board(before: BoardMarks, now: BoardMarks): Generator<HostChange> {
  const serial = different(before.serial, now.serial);
  if (serial) {
    yield { change: "board_replaced", ...serial };
    return;
  }
  const guid = different(before.guid, now.guid);
  if (!guid || isSameGuid(guid.from, guid.to)) return;
  // Some firmware updates give the same board another GUID.
  const isSameBoard = before.serial !== undefined && before.serial === now.serial;
  if (isSameBoard && different(before.firmware, now.firmware)) return;
  yield { change: "board_replaced", ...guid };
}

function* firmware(before: Known, now: Known): Generator<HostChange> {
  const versions = different(before.firmware, now.firmware);
  if (versions) yield { change: "firmware_changed", ...versions };
}

function* power(before: Known, now: Known): Generator<HostChange> {
  const word = (on: boolean | undefined): string | undefined => (on === undefined ? on : on ? "on" : "off");
  const states = different(word(before.powerOn), word(now.powerOn));
  if (states) yield { change: "power_changed", ...states };
}

/** True if both are known and different. */
function different(from: string | undefined, to: string | undefined): { from: string; to: string } | undefined {
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

/** True for the same 16 bytes in another byte order, on which firmware versions disagree. */
function isSameGuid(a: string, b: string): boolean {
  const bytes = Buffer.from(b, "hex");
  if (bytes.length !== 16) return false;
  const swapped = Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]);
  const orders = [swapped, Buffer.from(bytes).reverse(), Buffer.from(swapped).reverse()];
  return orders.some((order) => order.toString("hex") === a);
}
