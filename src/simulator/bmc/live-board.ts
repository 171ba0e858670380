import type { WatchdogTimer } from "../../ipmi/commands/app/get-watchdog-timer.ts";
import type { Clock } from "../../lib/index.ts";
import type {
  BoardEvent,
  BoardModel,
  BoardState,
  ChassisState,
  PowerStatistics,
  SensorAddress,
  SensorChange,
  SensorReadingState,
} from "../boards/board.ts";
import { SEL_RECORD_BYTES, SelLog } from "./sel-log.ts";
import { SensorBytes } from "./sensor-bytes.ts";
import { SerialHost } from "./serial-host.ts";
import { SerialLine } from "./serial-line.ts";

const BMC = 0x20;
const SYSTEM_EVENT = 0x02;
const EVENT_REVISION = 0x04;
const LOG_CLEARED = { sensorType: 0x10, eventType: 0x6f, offset: 0x02 } as const;

const WATCHDOG_OFF: WatchdogTimer = {
  dontLog: false,
  running: false,
  timerUse: 4,
  preTimeoutInterrupt: 0,
  action: 0,
  preTimeoutSeconds: 0,
  expirationFlags: 0,
  initialCountdownMs: 0,
  presentCountdownMs: 0,
};

/** The state of one virtual BMC; BoardState describes its members. */
export class LiveBoard implements BoardState {
  readonly model: BoardModel;
  readonly chassis: ChassisState;
  readonly sel: SelLog;
  clockOffsetSeconds = 0;
  logsEvents = true;
  /** Called for each event, also for one that is not logged. */
  onRecord: ((record: Uint8Array) => void) | undefined;
  watchdog = WATCHDOG_OFF;
  readonly #clock: Clock;
  readonly #sensors: SensorBytes;
  #power: PowerStatistics = { currentWatts: 0, minimumWatts: 0, maximumWatts: 0, averageWatts: 0 };
  #powerSamples = 0;
  #limitWatts: number | undefined;
  #serial: SerialLine | undefined;
  /** In the prompts of the host. */
  hostName = "localhost";

  constructor(model: BoardModel, clock: Clock) {
    const { description } = model;
    this.model = model;
    this.#clock = clock;
    this.#sensors = new SensorBytes(model.sensors.length, model.initialState);
    this.sel = new SelLog(description.sel, model.initialSel);
    this.chassis = {
      powerOn: description.chassis?.poweredOn ?? true,
      powerOverload: false,
      interlock: false,
      powerFault: false,
      powerControlFault: false,
      intrusion: false,
      driveFault: false,
      coolingFault: false,
      lastPowerEvent: 0,
      restartCause: 0,
      restorePolicy: description.chassis?.restorePolicy ?? "previous state",
      identifyUntilMs: 0,
      powerOnHours: 0,
    };
  }

  /** The serial port of the host. */
  get serial(): SerialLine {
    this.#serial ??= new SerialLine(new SerialHost(() => this.hostName), () => this.chassis.powerOn);
    return this.#serial;
  }

  get power(): PowerStatistics {
    return this.#power;
  }

  get selEntries(): number {
    return this.sel.count;
  }

  get selFree(): number {
    return this.sel.capacity - this.sel.count;
  }

  get selOverflow(): boolean {
    return this.sel.overflow;
  }

  indexOf(sensor: SensorAddress): number {
    if (typeof sensor === "number") return this.model.sensorIndex(BMC, 0, sensor);
    return this.model.sensorIndex(sensor.owner ?? BMC, sensor.lun ?? 0, sensor.number);
  }

  setSensor(sensor: SensorAddress, change: SensorChange): void {
    this.#sensors.change(this.#existing(sensor), change);
  }

  setRaw(index: number, raw: number): void {
    this.#sensors.setRaw(index, raw);
  }

  setStates(index: number, states: number): void {
    this.#sensors.setStates(index, states);
  }

  sensor(index: number): SensorReadingState {
    const raw = this.#sensors.raw(index);
    const model = this.model.sensors[index];
    const states = this.#sensors.fixedStates(index) ?? (model?.threshold ? model.comparison(raw) : 0);
    return { raw, states, ...this.#sensors.flags(index) };
  }

  limitPower(watts: number | undefined): void {
    this.#limitWatts = watts;
    if (watts !== undefined) this.setPower(this.#power.currentWatts);
  }

  setPower(watts: number): void {
    const limited = Math.min(watts, this.#limitWatts ?? watts);
    const now = Math.max(0, Math.min(0xffff, Math.round(limited)));
    const { minimumWatts, maximumWatts, averageWatts } = this.#power;
    const n = ++this.#powerSamples;
    this.#power = {
      currentWatts: now,
      minimumWatts: n === 1 ? now : Math.min(minimumWatts, now),
      maximumWatts: Math.max(maximumWatts, now),
      averageWatts: averageWatts + (now - averageWatts) / Math.min(n, 3600),
    };
  }

  addEvent(event: BoardEvent): boolean {
    const sensor = this.model.sensors[this.indexOf(event.sensor)];
    const number = typeof event.sensor === "number" ? event.sensor : event.sensor.number;
    const owner = typeof event.sensor === "number" ? BMC : (event.sensor.owner ?? BMC);
    const lun = typeof event.sensor === "number" ? 0 : (event.sensor.lun ?? 0);
    const record = Buffer.alloc(SEL_RECORD_BYTES);
    record[2] = SYSTEM_EVENT;
    record.writeUInt32LE((event.timestamp ?? this.clockSeconds()) >>> 0, 3);
    record[7] = owner;
    record[8] = lun;
    record[9] = EVENT_REVISION;
    record[10] = event.sensorType ?? sensor?.sensorType ?? 0;
    record[11] = number;
    record[12] = (event.deassertion ? 0x80 : 0) | ((event.eventType ?? sensor?.eventType ?? 0) & 0x7f);
    record[13] = ((event.dataUse ?? 0) << 4) | (event.offset & 0x0f);
    record[14] = event.data2 ?? 0xff;
    record[15] = event.data3 ?? 0xff;
    return this.addRecord(record);
  }

  addRecord(record: Uint8Array): boolean {
    // An alert does not depend on the log, which may be off or full.
    this.onRecord?.(record);
    return this.logsEvents && this.sel.add(record, this.clockSeconds());
  }

  clearSel(): void {
    this.sel.clear(this.clockSeconds());
    this.addEvent({ sensor: 0, ...LOG_CLEARED });
  }

  emptySel(erasedAtSeconds: number): void {
    this.sel.clear(erasedAtSeconds);
  }

  clockSeconds(): number {
    return Math.floor(this.#clock.wallMs() / 1000) + this.clockOffsetSeconds;
  }

  #existing(sensor: SensorAddress): number {
    const index = this.indexOf(sensor);
    if (index >= 0) return index;
    throw new RangeError(`${this.model.description.name} has no sensor ${JSON.stringify(sensor)}`);
  }
}
