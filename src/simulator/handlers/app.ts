import { coldReset } from "../../ipmi/commands/app/cold-reset.ts";
import { getBmcGlobalEnables } from "../../ipmi/commands/app/get-bmc-global-enables.ts";
import { getDeviceGuid } from "../../ipmi/commands/app/get-device-guid.ts";
import { getDeviceId } from "../../ipmi/commands/app/get-device-id.ts";
import { getSelfTestResults } from "../../ipmi/commands/app/get-self-test-results.ts";
import { getSystemGuid } from "../../ipmi/commands/app/get-system-guid.ts";
import { getWatchdogTimer } from "../../ipmi/commands/app/get-watchdog-timer.ts";
import { warmReset } from "../../ipmi/commands/app/warm-reset.ts";
import { type Handler, respond } from "./handler.ts";

const NO_ERROR = [0x55, 0] as const;
/** Time a BMC needs after a cold reset. */
const RESET_MS = 30_000;
/** The same after a warm reset. */
const WARM_RESET_MS = 10_000;

/** Global enables other than event logging. */
const ENABLES = {
  eventMessageBuffer: false,
  eventMessageBufferFullInterrupt: false,
  receiveMessageQueueInterrupt: false,
  oem: 0,
} as const;

/** Identity and state of the controller. */
export const appHandlers: readonly Handler[] = [
  respond(getDeviceId, ({ bmc, satellite }) => satellite?.device ?? bmc.model.description.device, {
    satellites: true,
  }),
  respond(getBmcGlobalEnables, ({ bmc }) => ({ ...ENABLES, eventLogging: bmc.state.logsEvents })),
  respond(getDeviceGuid, ({ bmc }) => ({ guid: bmc.guid })),
  respond(getSystemGuid, ({ bmc }) => ({ guid: bmc.guid }), { sessionless: true }),
  respond(
    getSelfTestResults,
    ({ bmc, satellite }) => {
      const [code, detail] = (satellite ? undefined : bmc.model.description.firmware?.selfTest) ?? NO_ERROR;
      return getSelfTestResults.decodeResponse(Uint8Array.of(code, detail));
    },
    { satellites: true },
  ),
  respond(getWatchdogTimer, ({ bmc }) => bmc.state.watchdog),
  respond(coldReset, ({ bmc }) => {
    bmc.restart(RESET_MS);
  }),
  respond(warmReset, ({ bmc }) => {
    bmc.restart(WARM_RESET_MS);
  }),
];
