import { authCode } from "../../../../src/ipmi/crypto/auth-code.ts";
import { cipherSuite } from "../../../../src/ipmi/crypto/cipher-suite.ts";
import { AesCbc } from "../../../../src/ipmi/crypto/confidentiality.ts";
import { integrityCode } from "../../../../src/ipmi/crypto/integrity.ts";
import { type Framing, FramingRmcpPlus, framing15, sessionless } from "../../../../src/ipmi/session/framing.ts";
import { decodeRmcpPlus, encodeRmcpPlus } from "../../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket, encodeSessionPacket } from "../../../../src/ipmi/wire/session-header.ts";
import { messages, packets15, packets20 } from "../corpus.ts";
import type { Random } from "../random.ts";
import { neverThrows, type Target } from "../target.ts";

const key = Buffer.alloc(32, 0x5a);
const keys = { sik: key, k1: key, k2: key };
const password = Buffer.from("password");
const CONSOLE = 0xa4a3a2a0;
const BMC = 0x02000001;

function suiteOf(id: number) {
  const suite = cipherSuite(id);
  if (!suite) throw new RangeError(`cipher suite ${id} is not supported`);
  return suite;
}

/** The sequence window remembers what was sent: a fresh one now and then, so that not all is a replay. */
const FRESH_AFTER = 24;

function renewed(make: () => Framing): () => Framing {
  let framing = make();
  let used = 0;
  return () => {
    if (++used % FRESH_AFTER === 0) framing = make();
    return framing;
  };
}

/** Sealed by the BMC's side, as the console would receive them. */
function sealed(make: (sentBy: "bmc") => Framing): readonly Buffer[] {
  const bmc = make("bmc");
  return messages.slice(0, 24).map((message) => bmc.seal(message));
}

function rmcpPlus(suiteId: number): Target {
  const suite = suiteOf(suiteId);
  const side = (own: number, other: number): Framing =>
    new FramingRmcpPlus({ suite, keys, password, consoleSessionId: own, bmcSessionId: other });
  const current = renewed(() => side(CONSOLE, BMC));
  const code = integrityCode(suite, key, password);
  const aes = new AesCbc(key);
  return {
    name: `RMCP+ packet, cipher suite ${suiteId}`,
    weight: 5,
    valid: sealed(() => side(BMC, CONSOLE)),
    run: (bytes, random) => {
      // Decrypted in place: what mutations start from stays as it is.
      let packet: Buffer = Buffer.from(bytes);
      // Sealed again in half of the runs, so that what is wrong is found behind the code and the encryption.
      if (random.once(2) && bytes.length >= 32) {
        const decoded = decodeRmcpPlus(bytes);
        const { payload } = decoded;
        const whole = payload.subarray(0, payload.length - (payload.length % 16));
        const encrypted = random.once(2) || whole.length === 0 ? aes.encrypt(payload) : whole;
        const authenticated = { ...decoded, payloadType: 0, sessionId: CONSOLE };
        packet = encodeRmcpPlus({ ...authenticated, encrypted: suite.confidentiality === 1, payload: encrypted }, code);
      }
      return neverThrows(() => current().open(packet));
    },
  };
}

function ipmi15(authType: number): Target {
  const make = (): Framing => framing15({ authType, password, sessionId: CONSOLE, inboundSequence: 1 });
  const current = renewed(make);
  return {
    name: `IPMI 1.5 packet, authentication type ${authType}`,
    weight: 5,
    valid: sealed(make),
    run: (bytes, random) => {
      let packet = bytes;
      if (random.once(2) && bytes.length > 30) {
        const decoded = decodeSessionPacket(bytes);
        const code = authCode(authType, password, CONSOLE, decoded.message, decoded.sequence);
        packet = encodeSessionPacket({ ...decoded, authType, sessionId: CONSOLE, authCode: code });
      }
      return neverThrows(() => current().open(packet));
    },
  };
}

function payload(name: string, run: (bytes: Buffer, random: Random) => unknown): Target {
  const aes = new AesCbc(key);
  return { name, weight: 3, valid: messages.slice(0, 24).map((m) => aes.encrypt(m)), cutIsTruncated: false, run };
}

const decipher = new AesCbc(key);

/** Whole packets into a session: the code, the decryption and what is inside. */
export const framingTargets: readonly Target[] = [
  {
    name: "packet outside a session",
    weight: 4,
    valid: [...packets15, ...packets20],
    run: (bytes) => neverThrows(() => sessionless.open(bytes)),
  },
  ...[0, 2, 4].map(ipmi15),
  ...[0, 1, 2, 3, 7, 8, 11, 12, 16, 17].map(rmcpPlus),
  payload("AES-CBC-128 payload", (bytes) => decipher.decrypt(bytes)),
];
