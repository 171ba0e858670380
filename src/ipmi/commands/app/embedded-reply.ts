import { DecodeError } from "../../errors.ts";
import { BMC_ADDRESS, decodeResponseMessage, type ResponseMessage } from "../../wire/message.ts";

const SHORTEST = 8;

/** BMCs omit different parts of the head; these restore the omitted bytes. */
const HEADS: readonly ((data: Uint8Array) => readonly number[])[] = [
  // whole, from the requester's address on
  () => [],
  // from the network function on
  () => [BMC_ADDRESS],
  // from the first checksum on; the network function follows from it, modulo 256 as in any Buffer
  (data) => [BMC_ADDRESS, -(BMC_ADDRESS + (data[0] ?? 0))],
];

/**
 * The inner response that some BMCs put into the data of a Send Message response. The checksums show where it begins.
 * Throws DecodeError when none of the known forms fits.
 */
export function decodeEmbeddedReply(data: Uint8Array): ResponseMessage {
  for (const head of HEADS) {
    const message = Buffer.from([...head(data), ...data]);
    if (message.length < SHORTEST) continue;
    const reply = decodeResponseMessage(message);
    if (reply.checksumsOk && reply.netFn % 2 === 1) return reply;
  }
  throw new DecodeError(`Send Message: ${data.length} bytes that are no embedded reply`);
}
