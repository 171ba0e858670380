/**
 * A process that plays many BMCs. Logins are real (cipher suites 3 and 17). After that it sends prepared responses as
 * cheaply as possible, so that the benchmark measures the client.
 *
 * Requests in a session are decrypted, but their authentication codes are not checked. Responses are complete, with new
 * initialisation vectors, sequence numbers and authentication codes.
 *
 * Started by `startResponder`. Prints `{ "addresses": [...], "port": n }` on one line when it listens, and exits when its
 * standard input is closed.
 */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cipherSuite } from "../dist/ipmi/crypto/cipher-suite.js";
import { AesCbc } from "../dist/ipmi/crypto/confidentiality.js";
import { integrityCode } from "../dist/ipmi/crypto/integrity.js";
import { rakp2Code, rakp4CheckValue, sessionKeys } from "../dist/ipmi/crypto/key-exchange.js";
import { getChannelAuthenticationCapabilities } from "../dist/ipmi/index.js";
import { decodeRequestMessage, encodeResponseMessage } from "../dist/ipmi/wire/message.js";
import { decodeOpenSessionRequest, encodeOpenSessionResponse } from "../dist/ipmi/wire/open-session.js";
import { decodeRakp1, decodeRakp3, encodeRakp2, encodeRakp4 } from "../dist/ipmi/wire/rakp.js";
import { decodeRmcpPlus, encodeRmcpPlus, PayloadType } from "../dist/ipmi/wire/rmcp-plus.js";
import { decodeSessionPacket, encodeSessionPacket } from "../dist/ipmi/wire/session-header.js";
import { makeBoard } from "./board.mjs";
import { PASSWORD } from "./fleet.mjs";

const SUITES = [3, 17].map(cipherSuite);
const password = Buffer.from(PASSWORD);
const guid = randomBytes(16);

/** Messages by their response data; sequence number and last checksum are set per packet. */
const messages = new WeakMap();

function messageOf(netFn, command, answer) {
  let known = messages.get(answer);
  if (known?.netFn === netFn && known.command === command) return known;
  const message = encodeResponseMessage({
    requesterAddress: 0x81,
    netFn: netFn + 1,
    requesterLun: 0,
    responderAddress: 0x20,
    responderLun: 0,
    sequence: 0,
    command,
    completionCode: answer[0],
    data: answer.subarray(1),
  });
  known = { netFn, command, message, checksum: message[message.length - 1] };
  messages.set(answer, known);
  return known;
}

const sessions = new Map();
let nextSessionId = 1;

class Session {
  constructor(suite, consoleSessionId, board) {
    this.board = board;
    this.id = nextSessionId++;
    this.suite = suite;
    this.consoleSessionId = consoleSessionId;
    this.sequence = 0;
  }

  open(keys) {
    this.aes = new AesCbc(keys.k2);
    this.code = integrityCode(this.suite, keys.k1, password);
  }

  /** The response packet for an encrypted request. */
  answer(packet) {
    const request = this.aes.decrypt(packet.subarray(16, 16 + packet.readUInt16LE(14)));
    const netFn = request[1] >> 2;
    const command = request[5];
    const { message, checksum } = messageOf(netFn, command, this.board.answer(netFn, command, request.subarray(6, -1)));
    message[4] = request[4];
    message[message.length - 1] = checksum - request[4];
    this.sequence++;
    const fields = { payloadType: PayloadType.Ipmi, encrypted: true, sessionId: this.consoleSessionId };
    return encodeRmcpPlus({ ...fields, sequence: this.sequence, payload: this.aes.encrypt(message) }, this.code);
  }
}

const setup = (payloadType, payload) =>
  encodeRmcpPlus({ payloadType, encrypted: false, sessionId: 0, sequence: 0, payload });

const handshake = {
  [PayloadType.OpenSessionRequest](payload, board) {
    const request = decodeOpenSessionRequest(payload);
    const { tag, consoleSessionId, authentication, integrity, confidentiality } = request;
    const suite = SUITES.find((s) => s.authentication === authentication && s.integrity === integrity);
    if (!suite) return setup(PayloadType.OpenSessionResponse, encodeOpenSessionResponse({ tag, status: 0x11 }));
    const session = new Session(suite, consoleSessionId, board);
    sessions.set(session.id, session);
    const accepted = {
      privilege: 4,
      consoleSessionId,
      bmcSessionId: session.id,
      authentication,
      integrity,
      confidentiality,
    };
    return setup(PayloadType.OpenSessionResponse, encodeOpenSessionResponse({ tag, status: 0, accepted }));
  },
  [PayloadType.Rakp1](payload) {
    const { tag, bmcSessionId, consoleRandom, role, userName } = decodeRakp1(payload);
    const session = sessions.get(bmcSessionId);
    if (!session) return setup(PayloadType.Rakp2, encodeRakp2({ tag, status: 0x02 }));
    const { suite, consoleSessionId } = session;
    session.exchange = {
      consoleSessionId,
      bmcSessionId,
      consoleRandom: Buffer.from(consoleRandom),
      bmcRandom: randomBytes(16),
      guid,
      role,
      userName: Buffer.from(userName),
    };
    const authCode = rakp2Code(suite, password, session.exchange);
    const accepted = { consoleSessionId, bmcRandom: session.exchange.bmcRandom, guid, authCode };
    return setup(PayloadType.Rakp2, encodeRakp2({ tag, status: 0, accepted }));
  },
  [PayloadType.Rakp3](payload) {
    const { tag, status, bmcSessionId } = decodeRakp3(payload);
    const session = sessions.get(bmcSessionId);
    if (!session?.exchange || status !== 0) return undefined;
    const keys = sessionKeys(session.suite, password, session.exchange);
    const checkValue = rakp4CheckValue(session.suite, keys, session.exchange);
    session.open(keys);
    session.exchange = undefined;
    const { consoleSessionId } = session;
    return setup(PayloadType.Rakp4, encodeRakp4({ tag, status: 0, accepted: { consoleSessionId, checkValue } }));
  },
};

/** The only request outside of a session: Get Channel Authentication Capabilities. */
function answerSessionless(packet) {
  const request = decodeRequestMessage(decodeSessionPacket(packet).message);
  const known = request.command === getChannelAuthenticationCapabilities.code;
  const data = getChannelAuthenticationCapabilities.encodeResponse({
    channel: 1,
    ipmi20DataValid: true,
    authenticationTypes: { none: false, md2: false, md5: false, straightPassword: false, oem: false },
    kgSet: false,
    perMessageAuthenticationDisabled: false,
    userLevelAuthenticationDisabled: false,
    nonNullUserNames: true,
    nullUserNames: false,
    anonymousLogin: false,
    supportsIpmi20: true,
    supportsIpmi15: false,
    oemId: 0,
    oemAuxiliary: 0,
  });
  const message = encodeResponseMessage({
    requesterAddress: 0x81,
    netFn: request.netFn + 1,
    requesterLun: 0,
    responderAddress: 0x20,
    responderLun: 0,
    sequence: request.sequence,
    command: request.command,
    completionCode: known ? 0 : 0xc1,
    data: known ? data : Buffer.alloc(0),
  });
  return encodeSessionPacket({ authType: 0, sequence: 0, sessionId: 0, message });
}

function answerTo(packet, board) {
  if (packet[4] !== 0x06) return answerSessionless(packet);
  if (packet[5] === 0xc0) return sessions.get(packet.readUInt32LE(6))?.answer(packet);
  const { payloadType, payload } = decodeRmcpPlus(packet);
  return handshake[payloadType]?.(payload, board);
}

/** Loopback addresses 127.77.0.1, 127.77.0.2 ..., beginning with the given number. */
const addressOf = (i) => `127.77.${(i + 1) >> 8}.${(i + 1) & 0xff}`;

async function listen(address, port, board) {
  const socket = createSocket({ type: "udp4", lookup: (name, _options, done) => done(null, name, 4) });
  socket.on("message", (packet, from) => {
    const answer = answerTo(packet, board);
    if (!answer) return;
    const send = () => socket.send(answer, from.port, from.address);
    if (latencyMs > 0) setTimeout(send, latencyMs);
    else send();
  });
  // Without a look-up it may listen before bind() returns.
  const listening = once(socket, "listening");
  socket.bind(port, address);
  await listening;
  return socket;
}

const [bmcs, from] = process.argv.slice(2, 4).map(Number);
const { models = 1, halfDiscrete = false, latencyMs = 0 } = JSON.parse(process.argv[4] ?? "{}");
const boards = Array.from({ length: models }, (_, model) => makeBoard({ halfDiscrete, model }));
const first = await listen(addressOf(from), 0, boards[from % models]);
const { port } = first.address();
const addresses = [addressOf(from)];
for (let i = from + 1; i < from + bmcs; i++) {
  await listen(addressOf(i), port, boards[i % models]);
  addresses.push(addressOf(i));
}
process.stdin.on("end", () => process.exit(0)).resume();
console.log(JSON.stringify({ addresses, port }));
