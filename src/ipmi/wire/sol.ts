import { bit, flag, Reader, Writer } from "./bytes.ts";

/** Bytes before the characters of an SOL packet. */
const SOL_HEADER_LENGTH = 4;
/** Most characters in one packet: their count has one byte. */
const MAX_CHARACTERS = 255;
const SMALLEST_SIZE = 8;
const LARGEST_SIZE = 1024;
/** Used where the BMC reports nonsense; every BMC that was seen accepts it. */
const SAFE_SIZE = 32;

/**
 * SOL packet - IPMI 2.0 section 15.9.
 *
 *       console to BMC                        BMC to console
 *   [0] 3:0 packet sequence, 1-15; 0: only an acknowledgement
 *   [1] 3:0 acknowledged sequence; 0: acknowledges nothing
 *   [2] number of accepted characters of the acknowledged packet
 *   [3] 6 NACK, 5 ring, 4 break, 3 CTS pause, 6 NACK, 5 transfer unavailable, 4 deactivating,
 *       2 drop DCD and DSR, 1 flush inbound,  3 transmit overrun, 2 break received
 *       0 flush outbound
 *   [4-] characters
 */
interface SolHeader {
  readonly sequence: number;
  readonly ackSequence: number;
  readonly acceptedCount: number;
  /** A view when decoded. */
  readonly characters: Uint8Array;
}

/** An SOL packet that the console sends. */
export interface ConsoleSolPacket extends SolHeader {
  readonly nack?: boolean;
  readonly ring?: boolean;
  readonly break?: boolean;
  readonly pause?: boolean;
  readonly dropLines?: boolean;
  readonly flushInbound?: boolean;
  readonly flushOutbound?: boolean;
}

/** An SOL packet that the BMC sends. */
export interface BmcSolPacket extends SolHeader {
  readonly nack: boolean;
  /** The BMC cannot pass characters on at present. */
  readonly unavailable: boolean;
  readonly deactivating: boolean;
  /** The BMC lost output of the host. */
  readonly overrun: boolean;
  readonly breakReceived: boolean;
}

function encode(packet: SolHeader, flags: number): Buffer {
  return new Writer(SOL_HEADER_LENGTH + packet.characters.length)
    .u8(packet.sequence & 0x0f)
    .u8(packet.ackSequence & 0x0f)
    .u8(packet.acceptedCount)
    .u8(flags)
    .bytes(packet.characters)
    .take();
}

function decode(payload: Uint8Array): SolHeader & { readonly flags: number } {
  const from = new Reader(payload, "SOL packet");
  return {
    sequence: from.u8() & 0x0f,
    ackSequence: from.u8() & 0x0f,
    acceptedCount: from.u8(),
    flags: from.u8(),
    characters: from.rest(),
  };
}

export function encodeConsoleSolPacket(packet: ConsoleSolPacket): Buffer {
  return encode(
    packet,
    flag(packet.nack ?? false, 6) |
      flag(packet.ring ?? false, 5) |
      flag(packet.break ?? false, 4) |
      flag(packet.pause ?? false, 3) |
      flag(packet.dropLines ?? false, 2) |
      flag(packet.flushInbound ?? false, 1) |
      flag(packet.flushOutbound ?? false, 0),
  );
}

/** @throws DecodeError */
export function decodeConsoleSolPacket(payload: Uint8Array): Required<ConsoleSolPacket> {
  const { flags, ...header } = decode(payload);
  return {
    ...header,
    nack: bit(flags, 6),
    ring: bit(flags, 5),
    break: bit(flags, 4),
    pause: bit(flags, 3),
    dropLines: bit(flags, 2),
    flushInbound: bit(flags, 1),
    flushOutbound: bit(flags, 0),
  };
}

export function encodeBmcSolPacket(packet: BmcSolPacket): Buffer {
  return encode(
    packet,
    flag(packet.nack, 6) |
      flag(packet.unavailable, 5) |
      flag(packet.deactivating, 4) |
      flag(packet.overrun, 3) |
      flag(packet.breakReceived, 2),
  );
}

/** @throws DecodeError */
export function decodeBmcSolPacket(payload: Uint8Array): BmcSolPacket {
  const { flags, ...header } = decode(payload);
  return {
    ...header,
    nack: bit(flags, 6),
    unavailable: bit(flags, 5),
    deactivating: bit(flags, 4),
    overrun: bit(flags, 3),
    breakReceived: bit(flags, 2),
  };
}

/**
 * Number of characters that fit in a packet to the BMC, by the inbound size of Activate Payload. The size arrives in
 * either byte order, or as nonsense: then 32 bytes are assumed. Larger packets are dropped by the BMC without an answer.
 */
export function solCharacters(inboundSize: number): number {
  const swapped = ((inboundSize & 0xff) << 8) | (inboundSize >>> 8);
  const size = [inboundSize, swapped].find((n) => n >= SMALLEST_SIZE && n <= LARGEST_SIZE) ?? SAFE_SIZE;
  return Math.min(size, MAX_CHARACTERS) - SOL_HEADER_LENGTH;
}

/** The sequence number after `sequence`: 1 to 15. */
export function nextSolSequence(sequence: number): number {
  return (sequence % 15) + 1;
}
