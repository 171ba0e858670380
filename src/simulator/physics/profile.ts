import type { Random } from "../bmc/random.ts";

/** Use of a machine, which decides its load over the day. */
export interface Profile {
  readonly kind: "service" | "batch" | "spare";
  /** Share of full load at the quietest hour, 0 to 1. */
  readonly base: number;
  /** Additional load at the busiest hour. */
  readonly swing: number;
  /** Strength of random changes. */
  readonly noise: number;
  /** Hours by which its busiest hour differs from 15:00. */
  readonly phaseHours: number;
  /** Machines of a model differ a little; 1 is the power of the model. */
  readonly powerFactor: number;
}

const BUSIEST_HOUR = 15;

/** A random use: most machines serve people, some compute around the clock, some are spares. */
export function profileOf(random: Random): Profile {
  const dice = random.next();
  const phaseHours = random.next() * 4 - 2;
  const powerFactor = 0.96 + random.next() * 0.08;
  const vary = (value: number): number => value * (0.75 + random.next() * 0.5);
  if (dice < 0.6) {
    return { kind: "service", base: vary(0.16), swing: vary(0.38), noise: 0.05, phaseHours, powerFactor };
  }
  if (dice < 0.85) {
    return { kind: "batch", base: vary(0.62), swing: vary(0.12), noise: 0.1, phaseHours, powerFactor };
  }
  return { kind: "spare", base: vary(0.03), swing: vary(0.04), noise: 0.01, phaseHours, powerFactor };
}

/** Load by the time of day alone, 0 to 1. */
export function plannedLoad(profile: Profile, wallMs: number): number {
  const hours = wallMs / 3_600_000;
  const day = 0.5 + 0.5 * Math.cos(((hours - BUSIEST_HOUR - profile.phaseHours) * Math.PI) / 12);
  return profile.base + profile.swing * day;
}
