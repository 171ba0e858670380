import type { Family } from "../family.ts";
import { changes } from "./changes.ts";
import { chassis } from "./chassis.ts";
import { components } from "./components.ts";
import { eventLog } from "./event-log.ts";
import { health } from "./health.ts";
import { identity } from "./identity.ts";
import { power } from "./power.ts";
import { quirks } from "./quirks.ts";
import { reach } from "./reach.ts";
import { readings } from "./readings.ts";
import { security } from "./security.ts";
import { watchdog } from "./watchdog.ts";

/** Every family of a host, in the order of the output. */
export const FAMILIES: readonly Family[] = [
  ...reach,
  ...identity,
  ...chassis,
  ...health,
  ...readings,
  ...components,
  ...power,
  ...eventLog,
  ...changes,
  ...watchdog,
  ...security,
  ...quirks,
];
