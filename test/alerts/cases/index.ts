import type { Case } from "../case.ts";
import { exporter } from "./exporter.ts";
import { fans } from "./fan.ts";
import { healthCases } from "./health.ts";
import { memory } from "./memory.ts";
import { power } from "./power.ts";
import { reach } from "./reach.ts";
import { sel } from "./sel.ts";
import { thermal } from "./thermal.ts";

export const cases: readonly Case[] = [
  ...reach,
  ...power,
  ...thermal,
  ...fans,
  ...memory,
  ...sel,
  ...healthCases,
  ...exporter,
];
