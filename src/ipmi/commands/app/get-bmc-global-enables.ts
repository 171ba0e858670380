import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/**
 * Get BMC Global Enables - IPMI 2.0 section 22.2.
 *
 *   [0] 7 OEM 2, 6 OEM 1, 5 OEM 0, 4 reserved, 3 system event logging, 2 event message buffer,
 *       1 event message buffer full interrupt, 0 receive message queue interrupt
 */
export interface BmcGlobalEnables {
  /** False: events are not added to the system event log. */
  readonly eventLogging: boolean;
  readonly eventMessageBuffer: boolean;
  readonly eventMessageBufferFullInterrupt: boolean;
  readonly receiveMessageQueueInterrupt: boolean;
  /** Bit n is set if OEM n is enabled, 0 to 2. */
  readonly oem: number;
}

export const getBmcGlobalEnables = command<void, BmcGlobalEnables>({
  name: "Get BMC Global Enables",
  netFn: NetFn.App,
  code: 0x2f,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const enables = from.u8();
      return {
        eventLogging: bit(enables, 3),
        eventMessageBuffer: bit(enables, 2),
        eventMessageBufferFullInterrupt: bit(enables, 1),
        receiveMessageQueueInterrupt: bit(enables, 0),
        oem: enables >> 5,
      };
    },
    encode(to, e) {
      to.u8(
        (e.oem << 5) |
          flag(e.eventLogging, 3) |
          flag(e.eventMessageBuffer, 2) |
          flag(e.eventMessageBufferFullInterrupt, 1) |
          flag(e.receiveMessageQueueInterrupt, 0),
      );
    },
  },
});
