import { IpmiError } from "../../ipmi/errors.ts";
import { decodePresencePing, encodePresencePong } from "../../ipmi/wire/asf.ts";
import { RmcpClass, rmcpClassOf } from "../../ipmi/wire/rmcp.ts";
import { isRmcpPlus } from "../../ipmi/wire/rmcp-plus.ts";
import type { Peer } from "../bmc/server-session.ts";
import type { Send, VirtualBmc } from "../bmc/virtual-bmc.ts";
import { receive15 } from "./ipmi15-front.ts";
import { receiveRmcpPlus } from "./rmcp-plus-front.ts";

const ASF_IANA = 4542;
/** 7 IPMI supported, 3:0 ASF 1.0 */
const ENTITIES = 0x81;

/**
 * The LAN interface of a BMC: handles a packet from the network. Answers go to `send`, at once or later.
 * Packets that are malformed or not authentic are dropped without an answer, as a BMC does.
 */
export function receive(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): void {
  bmc.stats.packetsIn++;
  if (bmc.isDown) return;
  for (const m of bmc.misbehaviours) if (m.swallow?.(packet)) return;
  try {
    if (!accepted(bmc, packet, peer, send)) bmc.stats.dropped++;
  } catch (error) {
    // Decoders throw IpmiError and nothing else; anything else is a bug of the simulator.
    if (!(error instanceof IpmiError)) throw error;
    bmc.stats.dropped++;
  }
}

function accepted(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): boolean {
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
