import type { Entity } from "./spec.ts";

/** Entities of the boards by name. */
export const cpuEntity = (n: number): Entity => [0x03, n];
export const driveEntity = (n: number): Entity => [0x04, n];
export const boardEntity = (n = 1): Entity => [0x07, n];
export const psuEntity = (n: number): Entity => [0x0a, n];
export const cardEntity = (n: number): Entity => [0x0b, n];
export const backplaneEntity: Entity = [0x0f, 1];
export const powerUnitEntity: Entity = [0x13, 1];
export const chassisEntity: Entity = [0x17, 1];
export const fanEntity = (n: number): Entity => [0x1d, n];
export const coolingEntity: Entity = [0x1e, 1];
export const dimmEntity = (n: number): Entity => [0x20, n];
export const firmwareEntity: Entity = [0x22, 1];
/** Air inlet as in ipmitool and of most vendors; 40h in DCMI. */
export const inletEntity = (n = 1): Entity => [0x37, n];
export const dcmiInletEntity = (n = 1): Entity => [0x40, n];
