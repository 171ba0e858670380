import { decodeSelRecord, describeEvent, isSystemEvent } from "../../../src/ipmi/records/sel/index.ts";
import { assertedStates } from "../../../src/ipmi/tables/sensor-state.ts";
import { thresholdHealth } from "../../../src/ipmi/tables/threshold.ts";
import { LiveBoard } from "../../../src/simulator/bmc/live-board.ts";
import type { Misbehaviour, Scenario } from "../../../src/simulator/bmc/misbehaviour.ts";
import { Random } from "../../../src/simulator/bmc/random.ts";
import { compileBoard } from "../../../src/simulator/boards/compile-board.ts";
import { makeBoard } from "../../../src/simulator/boards/index.ts";
import { HostPhysics, type Profile, Rack, wireBoard } from "../../../src/simulator/physics/index.ts";
import { HandClock } from "./hand-clock.ts";

export const STEADY: Profile = { kind: "batch", base: 0.5, swing: 0, noise: 0, phaseHours: 0, powerFactor: 1 };

/** A machine with a BMC that is read once a minute, as an exporter would. */
export class Machine {
  readonly clock: HandClock;
  readonly rack: Rack;
  readonly host: HostPhysics;
  readonly state: LiveBoard;
  /** What silences the BMC just now. */
  misbehaviours: Misbehaviour[] = [];
  sessionsDropped = 0;
  #readAtMs: number;

  constructor(
    boardName: string,
    options: { seed?: number; rack?: Rack; clock?: HandClock; unit?: number; profile?: Profile } = {},
  ) {
    const board = makeBoard(boardName);
    const model = compileBoard(board.description);
    this.clock = options.clock ?? new HandClock();
    this.rack = options.rack ?? new Rack({ clock: this.clock, seed: 3 });
    this.host = new HostPhysics({
      wiring: wireBoard(board, model),
      rack: this.rack,
      unit: options.unit ?? 20,
      seed: options.seed ?? 7,
      profile: options.profile ?? STEADY,
    });
    this.state = new LiveBoard(model, this.clock);
    this.host.attach(this);
    this.#readAtMs = this.clock.monotonicMs();
    this.host.advance(this.state, this.#readAtMs, 0);
  }

  add(scenario: Scenario): Misbehaviour {
    const misbehaviour = scenario({
      random: new Random(1),
      clock: this.clock,
      board: this.state,
      identity: { guid: new Uint8Array(16), frus: new Map() },
      activeSessions: 0,
      dropSessions: () => this.dropSessions(),
      restart: () => this.dropSessions(),
      cancelReservations: () => {},
    });
    this.misbehaviours = [...this.misbehaviours, misbehaviour];
    return misbehaviour;
  }

  remove(misbehaviour: Misbehaviour): void {
    this.misbehaviours = this.misbehaviours.filter((other) => other !== misbehaviour);
  }

  dropSessions(): void {
    this.sessionsDropped++;
  }

  /** A packet comes: false when it is swallowed. */
  get answers(): boolean {
    return !this.misbehaviours.some((m) => m.swallow?.(new Uint8Array(1)) ?? false);
  }

  /** Advances the clock; the BMC is read once a minute while it answers. */
  run(minutes: number): this {
    for (let n = 0; n < minutes; n++) {
      this.clock.pass(60);
      this.read();
    }
    return this;
  }

  read(): this {
    if (!this.answers) return this;
    const nowMs = this.clock.monotonicMs();
    this.host.advance(this.state, nowMs, nowMs - this.#readAtMs);
    this.#readAtMs = nowMs;
    return this;
  }

  index(name: string, nth = 0): number {
    const found = this.state.model.sensors.flatMap((sensor, i) => (sensor.name === name ? [i] : []))[nth];
    if (found === undefined) throw new Error(`no sensor ${name}`);
    return found;
  }

  value(name: string): number | undefined {
    const index = this.index(name);
    return this.state.model.sensors[index]?.toValue(this.state.sensor(index).raw);
  }

  states(name: string, nth = 0): number {
    return this.state.sensor(this.index(name, nth)).states;
  }

  /** Health of every sensor that is not 0: "Fan1A 2". Slots that are empty are no alarm. */
  alarms(): string[] {
    const { manufacturerId, productId } = this.state.model.description.device;
    return this.state.model.sensors.flatMap((sensor, i) => {
      const reading = this.state.sensor(i);
      if (!sensor.readable || reading.unavailable || reading.scanningDisabled || reading.absent) return [];
      const health = sensor.threshold
        ? (thresholdHealth({ comparison: reading.states })?.health ?? 0)
        : Math.max(
            0,
            ...assertedStates(sensor.eventType, sensor.sensorType, reading.states, manufacturerId, productId)
              .filter(({ state }) => !state.endsWith("_absent"))
              .map((s) => s.severity),
          );
      return health > 0 ? [`${sensor.name} ${health}`] : [];
    });
  }

  /** The log in words: "Fan1A lower_critical_going_low", "PS Redundancy -redundancy_lost" when it ended. */
  log(): string[] {
    return Array.from({ length: this.state.sel.count }, (_, i) => this.#words(this.state.sel.at(i)));
  }

  #words(bytes: Buffer): string {
    const record = decodeSelRecord(bytes);
    if (!isSystemEvent(record)) return record.type;
    const { device } = this.state.model.description;
    const owner = record.generator.kind === "ipmb" ? record.generator.address : -1;
    const sensor = this.state.model.sensors.find((s) => s.owner === owner && s.number === record.sensorNumber);
    const context = sensor && { name: sensor.name, convert: sensor.toValue };
    const { event, dimm } = describeEvent(record, { ...device, sensor: context });
    return [sensor?.name ?? "-", `${record.deassertion ? "-" : ""}${event}`, dimm].filter(Boolean).join(" ");
  }
}
