import type { ChassisControl } from "../../ipmi/commands/chassis/chassis-control.ts";
import { RESTART_CAUSES } from "../../ipmi/commands/chassis/get-system-restart-cause.ts";
import type { Clock } from "../../lib/index.ts";
import { Random, seedOf } from "../bmc/random.ts";
import type { BoardBehaviour, BoardState } from "../boards/board.ts";
import { CODE, CONDITIONS, type Component, type Condition, codeOf, conditionPlace } from "./condition.ts";
import { logStates, watchLimits } from "./events.ts";
import { HostPower } from "./host-power.ts";
import { INRUSH_MS, INRUSH_SHARE } from "./inrush.ts";
import { countLive, judgeParts, judgeSupplies } from "./judge.ts";
import { type Surroundings, stepMachine } from "./machine.ts";
import { PowerSwitch } from "./power-switch.ts";
import { type BmcHandle, Presence } from "./presence.ts";
import { type Profile, plannedLoad, profileOf } from "./profile.ts";
import { placeOf, type Source, STRIDE } from "./quantity.ts";
import type { Rack, RackMember } from "./rack.ts";
import type { RunningFault } from "./running-fault.ts";
import { feedOf, type SupplyState, shareSupplies } from "./supplies.ts";
import type { Wiring } from "./wiring.ts";

interface HostOptions {
  readonly wiring: Wiring;
  readonly rack: Rack;
  /** Lowest rack unit it occupies; 1 where absent. */
  readonly unit?: number;
  readonly seed: number;
  /** Chosen at random from the seed where absent. */
  readonly profile?: Profile;
  readonly name?: string;
}

const LONGEST_STEP_SECONDS = 10;
const MOST_STEPS = 12;
/** Longer silence changes nothing: everything has settled. */
const LONGEST_GAP_SECONDS = 6 * 3600;
const SETTLING_STEPS = 40;
const SETTLING_STEP_SECONDS = 60;

const RAIL_TOLERANCE = 0.008;
const RAIL_NOISE = 0.0015;
const CHASSIS_CONTROL_CAUSE = RESTART_CAUSES.indexOf("chassis control");
const POWER_EVENT_BY_COMMAND = 0x10;

/**
 * One machine: load, heat, fans, supplies and rails behind the sensors of a board, and its active faults. It is
 * brought up to date when its BMC is read, at most once a second. Equal seeds and times of reading give equal
 * machines.
 */
export class HostPhysics implements BoardBehaviour, RackMember {
  readonly periodMs = 1000;
  readonly name: string;
  readonly rack: Rack;
  readonly unit: number;
  readonly profile: Profile;
  /** Whether the BMC answers at all. */
  readonly presence: Presence;
  readonly #wiring: Wiring;
  readonly #seed: number;
  readonly #random: Random;
  readonly #numbers: Float32Array;
  /** Condition codes by place, then the limits each analog sensor has crossed. */
  readonly #bytes: Uint8Array;
  /** Injected faults of the supplies; lost feeds of the rack are added to them. */
  readonly #supplyFaults: Uint8Array;
  #state: BoardState | undefined;
  #faults: readonly RunningFault[] = NO_FAULTS;
  #settled = false;
  readonly #power = new HostPower();
  readonly #switch: PowerSwitch;
  /** Monotonic ms at which its supplies were switched on last. */
  #inrushAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: HostOptions) {
    const { wiring, rack, seed } = options;
    this.#wiring = wiring;
    this.#seed = seed;
    this.#random = new Random(seedOf(seed, 1));
    this.#switch = new PowerSwitch(seedOf(seed, 2) / 0xffffffff);
    this.rack = rack;
    this.unit = options.unit ?? 1;
    this.name = options.name ?? wiring.board.name;
    this.profile = options.profile ?? profileOf(this.#random);
    const shared = new ArrayBuffer(
      wiring.layout.size * 4 + wiring.conditions.size + wiring.analogCount + wiring.layout.count.psu,
    );
    this.#numbers = new Float32Array(shared, 0, wiring.layout.size);
    const bytes = wiring.layout.size * 4;
    this.#bytes = new Uint8Array(shared, bytes, wiring.conditions.size + wiring.analogCount);
    this.#supplyFaults = new Uint8Array(shared, bytes + this.#bytes.length, wiring.layout.count.psu);
    this.presence = new Presence(rack.clock, wiring.board.bootSeconds * 1000);
    this.#prepare();
    rack.join(this);
  }

  get wiring(): Wiring {
    return this.#wiring;
  }

  get board() {
    return this.#wiring.board;
  }

  get clock(): Clock {
    return this.rack.clock;
  }

  get faults(): readonly RunningFault[] {
    return this.#faults;
  }

  /** State of the BMC; undefined until `attach` or the first reading. */
  get state(): BoardState | undefined {
    return this.#state;
  }

  /**
   * Connects the machine with its BMC, whose behaviour it is. Faults that silence the BMC or write its log need
   * this before the first reading.
   */
  attach(bmc: BmcHandle): void {
    this.#state = bmc.state;
    this.presence.attach(bmc);
    this.#settle(this.clock.monotonicMs());
  }

  advance(state: BoardState, nowMs: number, elapsedMs: number): void {
    this.#state = state;
    this.#settle(nowMs);
    this.rack.advance(nowMs);
    this.#followSwitch(state, nowMs);
    const seconds = Math.min(elapsedMs / 1000, LONGEST_GAP_SECONDS);
    if (seconds > 0) {
      for (const fault of this.#faults) fault.advance?.(seconds, nowMs);
      this.step(seconds);
      if (state.chassis.powerOn) {
        state.chassis.powerOnHours += seconds / 3600;
        this.#power.started(seconds);
      }
    }
    this.#publish(state, false);
  }

  control(state: BoardState, control: ChassisControl, nowMs: number): boolean {
    const { chassis } = state;
    this.#followSwitch(state, nowMs);
    if (!chassis.powerOn && control !== "power up" && control !== "power down") return false;
    const switchedOnAtMs = this.#switch.command(control, chassis.powerOn, nowMs);
    if (switchedOnAtMs !== undefined) {
      this.#inrushAtMs = switchedOnAtMs;
      this.rack.inrush.add(switchedOnAtMs, this.#inrushWatts);
    }
    if (control === "hard reset") chassis.restartCause = CHASSIS_CONTROL_CAUSE;
    this.advance(state, nowMs, 0);
    return true;
  }

  /** Changes the power state that an earlier command has set, once it is due. */
  #followSwitch({ chassis }: BoardState, nowMs: number): void {
    const on = this.#switch.take(nowMs);
    if (on === undefined || on === chassis.powerOn || !this.#power.hasInput) return;
    chassis.powerOn = on;
    if (!on) return;
    chassis.restartCause = CHASSIS_CONTROL_CAUSE;
    chassis.lastPowerEvent = POWER_EVENT_BY_COMMAND;
  }

  get #inrushWatts(): number {
    const { capacityWatts, needed } = this.board.plan.plant.supplies;
    return capacityWatts * needed * INRUSH_SHARE;
  }

  /** A feed was lost or restored: the BMC is off without any input, and starts when input returns. */
  inputChanged(): void {
    const hasInput = countLive(this.#wiring, this.#supplyFaults, this.rack) > 0;
    if (!this.#power.inputIs(hasInput)) return;
    this.#switch.cancel();
    const nowMs = this.clock.monotonicMs();
    if (hasInput) this.presence.boot(nowMs);
    else this.presence.darken(nowMs);
  }

  /** Publishes changes at once, before the next reading, unless the BMC has no power. */
  refresh(): void {
    if (this.#state && this.#power.hasInput && this.presence.answers) this.#publish(this.#state, false);
  }

  /** Advances the model; publishes nothing. */
  step(seconds: number): void {
    const steps = Math.min(MOST_STEPS, Math.ceil(seconds / LONGEST_STEP_SECONDS));
    this.#run(steps, seconds / steps);
  }

  /** A number of the model: degrees C, RPM, watts. */
  value(source: Source): number {
    return this.#numbers[placeOf(this.#wiring.layout, source)] ?? 0;
  }

  /** Sets by how much the air in front of this machine is warmer than that of the rack, kelvin. */
  shiftInlet(kelvin: number): void {
    this.#numbers[this.#wiring.layout.single.inlet_shift] = kelvin;
  }

  /** Sets the lowest load, at any time of day. */
  holdLoad(floor: number): void {
    this.#numbers[this.#wiring.layout.single.load_floor] = floor;
  }

  /** 1: as new; 0: stopped. */
  setFanHealth(fan: number, health: number): void {
    this.#numbers[placeOf(this.#wiring.layout, ["fan_health", fan])] = health;
  }

  /** Deviation of a rail as a ratio: -0.15 is 15 percent too low. */
  setRailFault(rail: number, share: number): void {
    this.#numbers[placeOf(this.#wiring.layout, ["rail_fault", rail])] = share;
  }

  setSupply(supply: number, state: SupplyState | "input_lost"): void {
    if (supply < 1 || supply > this.#supplyFaults.length) throw new RangeError(`there is no supply ${supply}`);
    this.#supplyFaults[supply - 1] = codeOf(state);
    this.inputChanged();
  }

  condition(component: Component, part: number): Condition {
    return CONDITIONS[this.#bytes[conditionPlace(this.#wiring.conditions, { component, part })] ?? 0] ?? "ok";
  }

  /** Sets the condition of a part. Those of supplies, fans, rails and the log follow from the model. */
  setCondition(component: Component, part: number, condition: Condition): void {
    this.#bytes[conditionPlace(this.#wiring.conditions, { component, part })] = codeOf(condition);
  }

  addFault(fault: RunningFault): void {
    this.#faults = [...this.#faults, fault];
  }

  removeFault(fault: RunningFault): void {
    this.#faults = this.#faults.filter((other) => other !== fault);
  }

  #prepare(): void {
    const { layout } = this.#wiring;
    const inlet = this.rack.inletCelsius(this.unit);
    this.#numbers.fill(inlet);
    for (const name of ["load_noise", "gpu_noise", "inlet_shift", "load_floor"] as const) {
      this.#numbers[layout.single[name]] = 0;
    }
    this.#numbers[layout.single.one] = 1;
    this.#numbers[layout.single.duty] = this.board.plan.plant.fans.minDuty;
    for (let n = 0, place = layout.base.fan; n < layout.count.fan; n++, place += STRIDE.fan) {
      // No two fans have the same speed.
      this.#numbers[place + 1] = 1 + (this.#random.next() - 0.5) * 0.03;
      this.#numbers[place] = (this.board.plan.plant.fans.maxRpm[n] ?? 0) * 0.4;
    }
    for (let n = 0, place = layout.base.rail; n < layout.count.rail; n++, place += STRIDE.rail) {
      this.#numbers[place + 1] = 0;
    }
  }

  /** At the first reading the machine has been running for a long time. */
  #settle(nowMs: number): void {
    if (this.#settled || !this.#state) return;
    this.#settled = true;
    this.rack.advance(nowMs);
    this.#run(SETTLING_STEPS, SETTLING_STEP_SECONDS);
    this.#publish(this.#state, true);
  }

  #run(steps: number, seconds: number): void {
    const { layout, board } = this.#wiring;
    const { plant } = board.plan;
    const surroundings: Surroundings = {
      hostOn: this.#state?.chassis.powerOn ?? true,
      plannedLoad: plannedLoad(this.profile, this.clock.wallMs()),
      loadNoise: this.profile.noise,
      powerFactor: this.profile.powerFactor,
      inletCelsius: this.rack.inletCelsius(this.unit),
    };
    for (let n = 0; n < steps; n++) stepMachine(this.#numbers, layout, plant, surroundings, seconds, this.#random);
    this.#stepRails();
    this.#stepSupplies();
  }

  #stepRails(): void {
    const { layout } = this.#wiring;
    for (let n = 0, place = layout.base.rail; n < layout.count.rail; n++, place += STRIDE.rail) {
      const own = (seedOf(this.#seed, n) / 0xffffffff - 0.5) * 2 * RAIL_TOLERANCE;
      const noise = (this.#random.next() - 0.5) * 2 * RAIL_NOISE;
      this.#numbers[place] = 1 + own + noise + (this.#numbers[place + 1] ?? 0);
    }
  }

  #stepSupplies(): void {
    const { layout, board } = this.#wiring;
    shareSupplies(
      this.#numbers,
      layout,
      board.plan.plant,
      (n) => (this.#supplyFaults[n] === CODE.input_lost ? 0 : this.rack.feedVolts(feedOf(n))),
      (n) => SUPPLY_STATES[this.#supplyFaults[n] ?? 0] ?? "ok",
      this.#random,
    );
  }

  /** Derives the conditions of the parts, and updates the sensors. */
  #publish(state: BoardState, silent: boolean): void {
    const live = judgeSupplies(this.#bytes, this.#wiring, this.#supplyFaults, this.rack);
    this.#power.judge(state, live, this.#bytes, this.#wiring);
    judgeParts(this.#bytes, this.#wiring, this.#numbers, state);
    const wasMeasured = this.#power.isMeasured;
    if (this.#power.judgeStart(state) !== wasMeasured) this.#switchSensors(state, !wasMeasured);
    this.#publishStates(state, silent);
    this.#publishReadings(state, silent);
    this.#publishPower(state);
  }

  /** The peak of the inrush is in the statistics of the BMC, even if no reading falls into it. */
  #publishPower(state: BoardState): void {
    const watts = this.#numbers[this.#wiring.layout.single.input_watts] ?? 0;
    const sinceMs = this.clock.monotonicMs() - this.#inrushAtMs;
    if (sinceMs >= 0 && Number.isFinite(sinceMs)) {
      state.setPower(watts + this.#inrushWatts);
      if (sinceMs >= INRUSH_MS) this.#inrushAtMs = Number.NEGATIVE_INFINITY;
      else return;
    }
    state.setPower(watts);
  }

  #switchSensors(state: BoardState, isOn: boolean): void {
    for (const sensor of this.#wiring.hostPowered) state.setSensor(sensor, { unavailable: !isOn });
  }

  #publishStates(state: BoardState, silent: boolean): void {
    for (const wire of this.#wiring.states) {
      const word = wire.words[this.#bytes[wire.place] ?? 0] ?? 0;
      const before = state.sensor(wire.index).states;
      if (before === word) continue;
      state.setStates(wire.index, word);
      if (!silent) logStates(state, wire.address, before, word, wire.asserts, wire.deasserts);
    }
  }

  #publishReadings(state: BoardState, silent: boolean): void {
    const w = this.#wiring;
    const crossedAt = w.conditions.size;
    const { isMeasured } = this.#power;
    for (let i = 0; i < w.analogCount; i++) {
      const value = this.#numbers[w.place[i] as number] as number;
      let count = Math.round(value * (w.scale[i] as number) + (w.shift[i] as number));
      if (count < (w.lowest[i] as number)) count = w.lowest[i] as number;
      else if (count > (w.highest[i] as number)) count = w.highest[i] as number;
      state.setRaw(w.index[i] as number, count & 0xff);
      const limits = w.limits[i];
      if (!limits) continue;
      const crossed = this.#bytes[crossedAt + i] as number;
      if (crossed === 0 && count > limits.above && count < limits.below) continue;
      // Fans are still and rails at 0 V because the host is off, which is no event.
      if (!isMeasured && w.board.analog[i]?.spec.hostPowered) continue;
      this.#bytes[crossedAt + i] = watchLimits(state, limits, count, crossed, silent);
    }
  }
}

const NO_FAULTS: readonly RunningFault[] = [];
const SUPPLY_STATES: Readonly<Record<number, SupplyState>> = {
  [CODE.failed]: "failed",
  [CODE.absent]: "absent",
  [CODE.predicted]: "predicted",
};
