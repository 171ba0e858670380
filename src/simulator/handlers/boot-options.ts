import { getSystemBootOptions, setSystemBootOptions } from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const VERSION = 1;
const NOT_SUPPORTED = 0x80;
const SET_IN_PROGRESS = 0x81;

/** Boot options: stored, and used by the next start. */
export const bootOptionHandlers: readonly Handler[] = [
  respond(getSystemBootOptions, ({ bmc }, { parameter }) => {
    const stored = bmc.settings.boot.get(parameter, bmc.clock.monotonicMs());
    if (!stored) return refuse(NOT_SUPPORTED);
    return { version: VERSION, locked: stored.invalid, parameter, data: stored.data };
  }),
  respond(setSystemBootOptions, ({ bmc, session }, request) => {
    switch (bmc.settings.boot.set(request, session?.id ?? 0, bmc.clock.monotonicMs())) {
      case "unknown":
        return refuse(NOT_SUPPORTED);
      case "taken":
        return refuse(SET_IN_PROGRESS);
      case "too short":
        return refuse(CompletionCode.RequestLengthInvalid);
      case "done":
    }
  }),
];
