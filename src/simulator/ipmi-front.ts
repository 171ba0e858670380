import { IpmiError } from "../ipmi/errors.ts";
import { decodePresencePing, encodePresencePong } from "../ipmi/wire/asf.ts";
import { RmcpClass, rmcpClassOf } from "../ipmi/wire/rmcp.ts";
import { isRmcpPlus } from "../ipmi/wire/rmcp-plus.ts";
import { receive15 } from "./ipmi15-front.ts";
import { receiveRmcpPlus } from "./rmcp-plus-front.ts";
import type { Peer } from "./server-session.ts";
import type { Send, VirtualBmc } from "./virtual-bmc.ts";

const ASF_IANA = 4542;
/** 7 IPMI supported, 3:0 ASF 1.0 */
const ENTITIES = 0x81;

/**
 * The BMC's LAN interface: tells pings, IPMI 1.5 and RMCP+ apart. Whatever is no good is dropped
 * without a word, as a BMC does.
 */
export function receive(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): void {
  for (const m of bmc.misbehaviours) if (m.swallow?.(packet)) return;
  try {
    if (!taken(bmc, packet, peer, send)) bmc.stats.dropped++;
  } catch (error) {
    // Decoders throw nothing else; a mistake of ours must show.
    if (!(error instanceof IpmiError)) throw error;
    bmc.stats.dropped++;
  }
}

function taken(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): boolean {
  if (isRmcpPlus(packet)) return receiveRmcpPlus(bmc, packet, peer, send);
  if (rmcpClassOf(packet) === RmcpClass.Asf) return answerPing(bmc, packet, peer, send);
  return receive15(bmc, packet, peer, send);
}

function answerPing(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): boolean {
  const tag = decodePresencePing(packet);
  if (bmc.channel.presencePing === false) return false;
  bmc.deliver(encodePresencePong({ tag, iana: ASF_IANA, oem: 0, entities: ENTITIES, interactions: 0 }), peer, send);
  return true;
}
