/** All handlers by command; other commands are refused with C1h. */

import { appHandlers } from "./app.ts";
import { bootOptionHandlers } from "./boot-options.ts";
import { chassisHandlers } from "./chassis.ts";
import type { Context } from "./context.ts";
import { dcmiHandlers } from "./dcmi.ts";
import { fruHandlers } from "./fru.ts";
import type { Handler } from "./handler.ts";
import { payloadHandlers } from "./payload.ts";
import { satelliteHandlers } from "./satellite.ts";
import { sdrHandlers } from "./sdr.ts";
import { selHandlers } from "./sel.ts";
import { sensorHandlers } from "./sensor.ts";
import { sessionHandlers } from "./session.ts";
import { systemInfoHandlers } from "./system-info.ts";
import { transportHandlers } from "./transport.ts";
import { userHandlers } from "./user.ts";

export type { Handler } from "./handler.ts";

const keyOf = (netFn: number, code: number): number => (netFn << 8) | code;

const HANDLERS: ReadonlyMap<number, Handler> = new Map(
  [
    ...appHandlers,
    ...sessionHandlers,
    ...userHandlers,
    ...payloadHandlers,
    ...systemInfoHandlers,
    ...chassisHandlers,
    ...bootOptionHandlers,
    ...sensorHandlers,
    ...sdrHandlers,
    ...selHandlers,
    ...fruHandlers,
    ...transportHandlers,
    ...dcmiHandlers,
    ...satelliteHandlers,
  ].map((handler) => [keyOf(handler.netFn, handler.code), handler]),
);

/** The handler of a request; undefined: this controller does not support the command. */
export function findHandler(context: Context): Handler | undefined {
  const handler = HANDLERS.get(keyOf(context.netFn, context.command));
  if (!handler || (context.satellite && !handler.satellites)) return undefined;
  // Group extensions and OEM commands share command numbers: the first bytes of the data distinguish them.
  const { prefix } = handler;
  return prefix?.every((byte, i) => context.data[i] === byte) === false ? undefined : handler;
}
