import { petAcknowledge } from "../commands/index.ts";
import type { PlatformEventTrap } from "../records/pet.ts";
import { sessionless } from "../session/framing.ts";
import { encodeRequestMessage } from "../wire/message.ts";

const BMC_ADDRESS = 0x20;
/** Software id of a remote console - IPMI 2.0 table 5-4. */
const CONSOLE_ADDRESS = 0x81;

/** The packet that acknowledges a platform event trap, for the UDP port of the BMC. Needs no session. */
export function petAcknowledgement(trap: PlatformEventTrap): Buffer {
  return sessionless.seal(
    encodeRequestMessage({
      responderAddress: BMC_ADDRESS,
      netFn: petAcknowledge.netFn,
      responderLun: 0,
      requesterAddress: CONSOLE_ADDRESS,
      requesterLun: 0,
      sequence: trap.sequence & 0x3f,
      command: petAcknowledge.code,
      data: petAcknowledge.encodeRequest(trap),
    }),
  );
}
