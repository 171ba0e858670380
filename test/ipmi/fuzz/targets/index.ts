import type { Target } from "../target.ts";
import { commandTargets } from "./commands.ts";
import { framingTargets } from "./framings.ts";
import { recordTargets } from "./records.ts";
import { wireTargets } from "./wire.ts";

/** Every decoder there is. */
export const ALL_TARGETS: readonly Target[] = [...wireTargets, ...framingTargets, ...recordTargets, ...commandTargets];
