import type { Random } from "../bmc/random.ts";
import type { Plant } from "./plant.ts";
import { type Layout, STRIDE } from "./quantity.ts";

/*
 * Heat and power of one machine. All numbers are in one Float32Array (places: quantity.ts), since ten thousand
 * machines live in one process. Lags are exact for any step, so that a machine that is read once a minute needs only
 * a few steps.
 */

/** Inputs of a step from outside the machine. */
export interface Surroundings {
  readonly hostOn: boolean;
  /** Share of full load by the time of day, 0 to 1. */
  readonly plannedLoad: number;
  readonly loadNoise: number;
  readonly powerFactor: number;
  /** Air in front of the machine, degrees C. */
  readonly inletCelsius: number;
}

const NOISE_SECONDS = 150;
const INLET_SECONDS = 45;
const CPU_SECONDS = 20;
const GPU_SECONDS = 25;
const BOARD_SECONDS = 240;
const AIR_SECONDS = 60;
const FAN_SECONDS = 3;
const CONTROL_SECONDS = 25;

/** Fans speed up above these temperatures of processors, accelerators and inlet air. */
const CPU_TARGET = 62;
const GPU_TARGET = 62;
const INLET_TARGET = 25;
const DUTY_PER_KELVIN = 0.014;
const DUTY_PER_INLET_KELVIN = 0.02;
/** Duty of the other fans while one is stopped. */
const DUTY_WITH_FAILED_FAN = 0.8;
/** Share of the air that moves without any fan. */
const LEAST_AIR = 0.06;
/** Watts and cubic feet a minute to kelvin. */
const KELVIN_CFM_PER_WATT = 1.76;
const REFERENCE_AIR = 0.5;

/** A fan below this share of its speed counts as failed. */
const FAILED_FAN_HEALTH = 0.15;
/** A fan below this health cannot speed up with the others. */
const WORN_FAN_HEALTH = 0.5;
const WORN_FAN_HASTE = 1.3;

/** Roughly normally distributed, from -3 to 3. */
const bell = (random: Random): number => (random.next() + random.next() + random.next() - 1.5) * 2;

/** One step of at most about ten seconds, or a longer one towards the steady state. */
export function stepMachine(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  s: Surroundings,
  seconds: number,
  random: Random,
): void {
  const share = (lag: number): number => 1 - Math.exp(-seconds / lag);
  stepLoad(v, at, s, seconds, random);
  v[at.single.inlet] = approach(
    v[at.single.inlet],
    s.inletCelsius + num(v[at.single.inlet_shift]),
    share(INLET_SECONDS),
  );
  stepFans(v, at, plant, s, share(FAN_SECONDS), share(CONTROL_SECONDS), random);
  const air = airShare(v, at, plant);
  v[at.single.airflow] = air * plant.fans.maxCfm;
  // The slower the air moves, the higher the thermal resistance.
  const resistance = (air / REFERENCE_AIR) ** -0.6;
  const watts = stepProcessors(v, at, plant, s, resistance, share(CPU_SECONDS), share(BOARD_SECONDS));
  const gpuWatts = stepAccelerators(v, at, plant, s, resistance, share(GPU_SECONDS));
  stepTotals(v, at, plant, s, watts, gpuWatts);
  stepAir(v, at, plant, s, share(AIR_SECONDS), share(BOARD_SECONDS));
}

const num = (value: number | undefined): number => value ?? 0;

const approach = (from: number | undefined, to: number, share: number): number => num(from) + (to - num(from)) * share;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

function stepLoad(v: Float32Array, at: Layout, s: Surroundings, seconds: number, random: Random): void {
  const keep = Math.exp(-seconds / NOISE_SECONDS);
  const spread = s.loadNoise * Math.sqrt(1 - keep * keep);
  const noise = num(v[at.single.load_noise]) * keep + spread * bell(random);
  const gpuNoise = num(v[at.single.gpu_noise]) * keep + 2 * spread * bell(random);
  v[at.single.load_noise] = noise;
  v[at.single.gpu_noise] = gpuNoise;
  const floor = num(v[at.single.load_floor]);
  const load = s.hostOn ? clamp(Math.max(s.plannedLoad + noise, floor), 0.01, 0.99) : 0;
  v[at.single.load] = load;
  v[at.single.gpu_load] = s.hostOn ? clamp(s.plannedLoad + gpuNoise, 0, 1) : 0;
  v[at.single.cpu_usage] = load * 100;
  v[at.single.memory_usage] = s.hostOn ? clamp(20 + load * 55, 0, 99) : 0;
  v[at.single.io_usage] = s.hostOn ? clamp(load * 30 + gpuNoise * 20, 0, 99) : 0;
  v[at.single.system_usage] = load * 70;
}

function stepFans(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  s: Surroundings,
  fanShare: number,
  controlShare: number,
  random: Random,
): void {
  const { fans } = plant;
  const target = s.hostOn ? wantedDuty(v, at, plant) : 0;
  const duty = s.hostOn ? approach(Math.max(num(v[at.single.duty]), fans.minDuty), target, controlShare) : 0;
  v[at.single.duty] = duty;
  for (let n = 0, place = at.base.fan; n < at.count.fan; n++, place += STRIDE.fan) {
    const health = num(v[place + 1]);
    const possible = health < WORN_FAN_HEALTH ? Math.min(duty, fans.minDuty * WORN_FAN_HASTE) : duty;
    const rpm = num(fans.maxRpm[n]) * possible * health;
    const wobble = health > 0 ? 1 + 0.006 * bell(random) : 1;
    v[place] = health === 0 && fanShare > 0.3 ? 0 : approach(v[place], rpm * wobble, fanShare);
  }
}

function wantedDuty(v: Float32Array, at: Layout, plant: Plant): number {
  let excess = (num(v[at.single.inlet]) - INLET_TARGET) * DUTY_PER_INLET_KELVIN;
  if (excess < 0) excess = 0;
  let hottest = 0;
  for (let n = 0, place = at.base.cpu; n < at.count.cpu; n++, place += STRIDE.cpu)
    hottest = Math.max(hottest, num(v[place]) - CPU_TARGET);
  for (let n = 0, place = at.base.gpu; n < at.count.gpu; n++, place += STRIDE.gpu)
    hottest = Math.max(hottest, num(v[place]) - GPU_TARGET);
  const wanted = plant.fans.minDuty + excess + hottest * DUTY_PER_KELVIN;
  return clamp(hasFailedFan(v, at) ? Math.max(wanted, DUTY_WITH_FAILED_FAN) : wanted, plant.fans.minDuty, 1);
}

function hasFailedFan(v: Float32Array, at: Layout): boolean {
  for (let n = 0, place = at.base.fan; n < at.count.fan; n++, place += STRIDE.fan)
    if (isFailedFan(v, place)) return true;
  return false;
}

export const isFailedFan = (v: Float32Array, place: number): boolean => num(v[place + 1]) < FAILED_FAN_HEALTH;

/** Share of the air all fans could move. */
function airShare(v: Float32Array, at: Layout, plant: Plant): number {
  let sum = 0;
  for (let n = 0, place = at.base.fan; n < at.count.fan; n++, place += STRIDE.fan)
    sum += num(v[place]) / num(plant.fans.maxRpm[n]);
  return Math.max(LEAST_AIR, sum / Math.max(1, at.count.fan));
}

function stepProcessors(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  s: Surroundings,
  resistance: number,
  cpuShare: number,
  boardShare: number,
): number {
  const { processors } = plant;
  const inlet = num(v[at.single.inlet]);
  const load = num(v[at.single.load]);
  let total = 0;
  for (let n = 0, place = at.base.cpu; n < at.count.cpu; n++, place += STRIDE.cpu) {
    // The second processor has a little less load, and is in the warm air of the first.
    const mine = load * (1 - 0.08 * n);
    const limit = clamp(1 - (num(v[place]) - processors.throttleCelsius) * 0.08, 0.2, 1);
    const watts = s.hostOn
      ? (processors.idleWatts + (processors.maxWatts - processors.idleWatts) * mine * limit) * s.powerFactor
      : 0;
    const air = inlet + 2 + 3 * n;
    v[place + 3] = watts;
    v[place] = approach(v[place], air + watts * processors.kelvinPerWatt * resistance, cpuShare);
    v[place + 1] = approach(v[place + 1], air + 8 + watts * 0.1 * resistance, boardShare);
    v[place + 2] = approach(v[place + 2], air + (s.hostOn ? 4 + 12 * mine * resistance : 0), boardShare);
    total += watts;
  }
  return total;
}

function stepAccelerators(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  s: Surroundings,
  resistance: number,
  share: number,
): number {
  const gpus = plant.accelerators;
  if (!gpus) return 0;
  const air = num(v[at.single.inlet]) + 3;
  const load = num(v[at.single.gpu_load]);
  let total = 0;
  for (let n = 0, place = at.base.gpu; n < at.count.gpu; n++, place += STRIDE.gpu) {
    const mine = load * (1 - 0.015 * ((n * 5) % 8));
    const limit = clamp(1 - (num(v[place]) - 88) * 0.08, 0.2, 1);
    const watts = s.hostOn ? (gpus.idleWatts + (gpus.maxWatts - gpus.idleWatts) * mine * limit) * s.powerFactor : 0;
    // Those behind are in the warm air of those in front.
    const celsius = air + (n >= gpus.count / 2 ? 4 : 0) + watts * gpus.kelvinPerWatt * resistance;
    v[place] = approach(v[place], celsius, share);
    v[place + 1] = approach(v[place + 1], celsius + watts * 0.012, share);
    v[place + 2] = watts;
    total += watts;
  }
  return total;
}

function stepTotals(v: Float32Array, at: Layout, plant: Plant, s: Surroundings, cpu: number, gpu: number): void {
  const [idle, busy] = plant.memoryWatts;
  const duty = num(v[at.single.duty]);
  const memory = s.hostOn ? idle + (busy - idle) * num(v[at.single.load]) : 0;
  const fans = plant.fans.maxWatts * duty * duty * duty;
  v[at.single.cpu_watts_total] = cpu;
  v[at.single.gpu_watts_total] = gpu;
  v[at.single.memory_watts] = memory;
  v[at.single.fan_watts] = fans;
  v[at.single.dc_watts] = s.hostOn ? plant.boardWatts + cpu + gpu + memory + fans : plant.standbyWatts;
}

function stepAir(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  s: Surroundings,
  airShareOfStep: number,
  boardShare: number,
): void {
  const { single } = at;
  const inlet = num(v[single.inlet]);
  const load = num(v[single.load]);
  const cfm = Math.max(LEAST_AIR * plant.fans.maxCfm, num(v[single.airflow]));
  // With the fans off, the little heat of standby needs no airflow.
  const rise = s.hostOn ? (num(v[single.dc_watts]) * KELVIN_CFM_PER_WATT) / cfm : 2;
  const on = s.hostOn ? 1 : 0.3;
  v[single.exhaust] = approach(v[single.exhaust], inlet + Math.min(rise, 45), airShareOfStep);
  const exhaust = num(v[single.exhaust]);
  v[single.board] = approach(v[single.board], inlet + (5 + 4 * load) * on, boardShare);
  v[single.rear] = approach(v[single.rear], inlet * 0.4 + exhaust * 0.6 + 3 * on, boardShare);
  v[single.chip_set] = approach(v[single.chip_set], inlet + (18 + 8 * load) * on, boardShare);
  v[single.bmc] = approach(v[single.bmc], inlet + 19, boardShare);
  v[single.drive_bay] = approach(v[single.drive_bay], inlet + (5 + 3 * load) * on, boardShare);
}
