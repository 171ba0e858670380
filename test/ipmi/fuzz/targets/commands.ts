import type { Command } from "../../../../src/ipmi/commands/command.ts";
import * as commands from "../../../../src/ipmi/commands/index.ts";
import { ALL_COMMANDS, sendMessage } from "../../../../src/ipmi/commands/index.ts";
import type { Parameter } from "../../../../src/ipmi/commands/parameter.ts";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import { encodeRequestMessage, encodeResponseMessage } from "../../../../src/ipmi/wire/message.ts";
import { hex } from "../../../support/hex.ts";
import { Random } from "../random.ts";
import type { Target } from "../target.ts";

interface Codec {
  readonly name: string;
  readonly keep: readonly number[];
  readonly decode: (data: Uint8Array) => unknown;
  /** Encodes what `decode` makes of the data. */
  readonly again: (data: Uint8Array) => Buffer;
}

/** Get Device ID to an Intel ME behind the BMC, and its answer. */
const inner = {
  requesterAddress: 0x20,
  requesterLun: 0,
  responderAddress: 0x2c,
  responderLun: 0,
  sequence: 5,
  command: 0x01,
};
const INNER_REQUEST = encodeRequestMessage({ ...inner, netFn: 0x06, data: hex("") });
const INNER_RESPONSE = encodeResponseMessage({ ...inner, netFn: 0x07, completionCode: 0, data: hex("5001030802") });

/** Data that chance does not find, since a checksum or a word must be right. */
const KNOWN: ReadonlyMap<string, readonly Buffer[]> = new Map([
  ["Send Message request", [Buffer.concat([hex("46"), INNER_REQUEST])]],
  ["Send Message response", [INNER_RESPONSE, INNER_RESPONSE.subarray(1), INNER_RESPONSE.subarray(2)]],
  ["Clear SEL request", [hex("0102434c52aa"), hex("0102434c5200")]],
]);

/** Different data of one layout: what chance makes and the layout accepts, encoded again as we would send it. */
function validOf(codec: Codec): readonly Buffer[] {
  const random = new Random(1, codec.name);
  const found = new Map<string, Buffer>();
  for (const bytes of KNOWN.get(codec.name) ?? []) found.set(bytes.toString("hex"), bytes);
  for (let round = 0; round < 60 && found.size < 12; round++) {
    const noise = round === 0 ? Buffer.alloc(40) : random.bytes(round % 45);
    try {
      const bytes = codec.again(Buffer.concat([Buffer.from(codec.keep), noise]));
      found.set(bytes.toString("hex"), bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return [...found.values()];
}

function targetOf(codec: Codec, cutIsTruncated = true): Target {
  return {
    name: codec.name,
    keep: codec.keep.length,
    valid: validOf(codec),
    cutIsTruncated,
    run: (bytes, random) => (random.once(8) ? codec.again(bytes) : codec.decode(bytes)),
  };
}

function targetsOf<Q, R>(command: Command<Q, R>): readonly Target[] {
  const keep = command.prefix ?? [];
  // The message inside ends with its checksum.
  const cutIsTruncated = command.name !== sendMessage.name;
  return [
    targetOf(
      {
        name: `${command.name} request`,
        keep,
        decode: (data) => command.decodeRequest(data),
        again: (data) => command.encodeRequest(command.decodeRequest(data)),
      },
      cutIsTruncated,
    ),
    targetOf(
      {
        name: `${command.name} response`,
        keep,
        decode: (data) => command.decodeResponse(data),
        again: (data) => command.encodeResponse(command.decodeResponse(data)),
      },
      cutIsTruncated,
    ),
  ];
}

const isParameter = (value: unknown): value is Parameter<unknown> =>
  typeof value === "object" && value !== null && "number" in value && "decode" in value && "encode" in value;

const parameters: readonly Parameter<unknown>[] = Object.values<unknown>(commands).filter(isParameter);

/** Both directions of every command, and every numbered parameter of LAN configuration and DCMI. */
export const commandTargets: readonly Target[] = [
  ...ALL_COMMANDS.flatMap((command) => targetsOf(command)),
  ...parameters.map((p) =>
    targetOf({
      name: `parameter ${p.name}`,
      keep: [],
      decode: (data) => p.decode(data),
      again: (data) => p.encode(p.decode(data)),
    }),
  ),
];
