import { getNodeManagerStatistics, sendMessage } from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { BMC_ADDRESS, encodeResponseMessage } from "../../ipmi/wire/message.ts";
import { type Handler, refuse, respond } from "./handler.ts";

/** NAK on write: there is no such controller. */
const NOT_ACKNOWLEDGED = 0x83;
const PERIOD_SECONDS = 3600;

/** Send Message to controllers behind the BMC, and the statistics of the Intel ME. */
export const satelliteHandlers: readonly Handler[] = [
  respond(sendMessage, (context, { channel, message: bridged, tracking }) => {
    const { bmc } = context;
    const satellite = bmc.model.description.satellites?.find(
      (s) => s.channel === channel && s.address === bridged.responderAddress,
    );
    if (!satellite) return refuse(NOT_ACKNOWLEDGED);
    const message = { requesterAddress: BMC_ADDRESS, requesterLun: 0, ...bridged };
    const answer = context.relay(message, satellite);
    // Without tracking the response would wait in the message queue of the BMC, which is not simulated.
    if (tracking !== "track") return {};
    if (satellite.embeddedReply) return { reply: answer };
    context.following = encodeResponseMessage(answer);
    return {};
  }),
  respond(
    getNodeManagerStatistics,
    ({ bmc, satellite }, { mode, domain }) => {
      if (!satellite?.nodeManager) return refuse(CompletionCode.InvalidCommand);
      if (mode !== 1 || domain !== 0) return refuse(CompletionCode.InvalidDataField);
      const { currentWatts, minimumWatts, maximumWatts, averageWatts } = bmc.state.power;
      return {
        current: currentWatts,
        minimum: minimumWatts,
        maximum: maximumWatts,
        average: Math.round(averageWatts),
        timestamp: bmc.state.clockSeconds() >>> 0,
        periodSeconds: PERIOD_SECONDS,
        domain: 0,
        flags: 7,
      };
    },
    { satellites: true },
  ),
];
