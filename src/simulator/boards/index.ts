/**
 * Board models of different vendors. Each has the names, sensors, limits and habits of its family; none is a
 * recording of a product.
 */
import { asrockSingle } from "./asrock-single.ts";
import { type Board, type BoardOptions, buildBoard } from "./builder.ts";
import { dellPowerEdge } from "./dell-poweredge.ts";
import { denseNode } from "./dense-node.ts";
import { fujitsuPrimergy } from "./fujitsu-primergy.ts";
import { gpuNode } from "./gpu-node.ts";
import { hpeProLiant } from "./hpe-proliant.ts";
import { huaweiFusionServer } from "./huawei-fusionserver.ts";
import { inspurNf5280 } from "./inspur-nf5280.ts";
import { intelS2600 } from "./intel-s2600.ts";
import { lenovoThinkSystem } from "./lenovo-thinksystem.ts";
import { openBmcNode } from "./openbmc-node.ts";
import type { BoardPlan } from "./spec.ts";
import { supermicroX9 } from "./supermicro-x9.ts";
import { supermicroX11 } from "./supermicro-x11.ts";

export type { Board } from "./builder.ts";
export { frusOf } from "./fru.ts";
export type * from "./spec.ts";

/** All board models. */
export const BOARD_PLANS: readonly BoardPlan[] = [
  dellPowerEdge,
  hpeProLiant,
  lenovoThinkSystem,
  supermicroX11,
  supermicroX9,
  intelS2600,
  fujitsuPrimergy,
  huaweiFusionServer,
  inspurNf5280,
  openBmcNode,
  asrockSingle,
  gpuNode,
  denseNode,
];

export const BOARD_NAMES: readonly string[] = BOARD_PLANS.map((plan) => plan.name);

/**
 * Builds the board model of this name. Keep the result: thousands of machines can share it.
 *
 * @throws RangeError for a name that is not in BOARD_NAMES
 */
export function makeBoard(name: string, options: BoardOptions = {}): Board {
  const plan = BOARD_PLANS.find((candidate) => candidate.name === name);
  if (!plan) throw new RangeError(`unknown board ${name}; the boards are ${BOARD_NAMES.join(", ")}`);
  return buildBoard(plan, options);
}
