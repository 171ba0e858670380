/**
 * simulator - virtual BMCs that answer real IPMI over UDP on the loopback network.
 *
 * Knows the BMC side of the protocol: sessions, commands, misbehaviour of firmware and networks; board models and
 * the physics behind their sensors. Does not know the exporter.
 *
 *   const board = compileBoard(sampleBoard());
 *   const simulation = await startSimulation({ bmcs: [{ board }, { board, scenarios: [loss({ probability: 0.1 })] }] });
 *   simulation.bmcs[0]?.bmc.state.setSensor(0x30, { raw: 80 });
 *   await simulation.stop();
 */

export { LiveBoard } from "./bmc/live-board.ts";
export type * from "./bmc/misbehaviour.ts";
export { Random } from "./bmc/random.ts";
export { type BmcIdentity, VirtualBmc, type VirtualBmcOptions } from "./bmc/virtual-bmc.ts";
export * from "./boards/board.ts";
export { compileBoard } from "./boards/compile-board.ts";
export { BOARD_NAMES } from "./boards/index.ts";
export { recordedBoard } from "./boards/recorded.ts";
export { sampleBoard } from "./boards/sample-board.ts";
export { serveControl } from "./control.ts";
export { FAULTS } from "./faults/index.ts";
export * from "./fleet.ts";
export { switchPower } from "./handlers/chassis.ts";
export { receive } from "./lan/ipmi-front.ts";
export { Park, type ParkOptions, type Trouble } from "./park.ts";
export { parseScenario, SCENARIOS, type SelectedScenario } from "./scenarios/by-name.ts";
export * from "./scenarios/index.ts";
export {
  allowed as allowedArgument,
  defaultOf as defaultArgument,
} from "./scenarios/scenario-argument.ts";
export { parseTimetable, runTimetable } from "./timetable.ts";
export { PetSender, type PetSenderOptions } from "./traps/pet-sender.ts";
