/**
 * The floor program: the lower bound for the client. It sends the same packets over the same number of sockets,
 * encrypted, numbered and authenticated, and does nothing else. Responses are verified and decrypted but not decoded;
 * there are no retransmissions, timers, traces or promises.
 */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { cipherSuite } from "../dist/ipmi/crypto/cipher-suite.js";
import { AesCbc } from "../dist/ipmi/crypto/confidentiality.js";
import { integrityCode } from "../dist/ipmi/crypto/integrity.js";
import { rakp3Code, sessionKeys } from "../dist/ipmi/crypto/key-exchange.js";
import { encodeRequestMessage } from "../dist/ipmi/wire/message.js";
import { decodeOpenSessionResponse, encodeOpenSessionRequest } from "../dist/ipmi/wire/open-session.js";
import { decodeRakp2, encodeRakp1, encodeRakp3 } from "../dist/ipmi/wire/rakp.js";
import { decodeRmcpPlus, encodeRmcpPlus, PayloadType, trailerMatches } from "../dist/ipmi/wire/rmcp-plus.js";
import { SENSORS } from "./board.mjs";
import { IN_FLIGHT, inParallel, measured, PASSWORD, USER } from "./fleet.mjs";

const RECEIVE_BUFFER = 4 << 20;
/** Only a small part of a fleet is polled at the same time, so that the receive buffer does not overflow. */
const TALKS_PER_SOCKET = 1000;

/** One BMC: its keys, and its part of a round. */
class Talk {
  constructor(socket, remote, suite) {
    Object.assign(this, { socket, remote, suite, sequence: 0, left: 0, number: 0 });
    this.message = encodeRequestMessage({
      responderAddress: 0x20,
      netFn: 0x04,
      responderLun: 0,
      requesterAddress: 0x81,
      requesterLun: 0,
      sequence: 0,
      command: 0x2d,
      data: Buffer.of(0),
    });
  }

  /** The handshake, one packet after the other, without retransmissions: loopback loses no packets. */
  async login() {
    const { suite, remote, socket } = this;
    const ask = (type, payload) =>
      new Promise((resolve) => {
        this.received = (packet) => resolve(decodeRmcpPlus(packet).payload);
        const fields = { payloadType: type, encrypted: false, sessionId: 0, sequence: 0, payload };
        socket.send(encodeRmcpPlus(fields), remote.port, remote.address);
      });
    const consoleSessionId = randomBytes(4).readUInt32LE() || 1;
    const opened = decodeOpenSessionResponse(
      await ask(
        PayloadType.OpenSessionRequest,
        encodeOpenSessionRequest({ tag: 1, privilege: 2, consoleSessionId, ...suite }),
      ),
    );
    const { bmcSessionId } = opened.accepted;
    const consoleRandom = randomBytes(16);
    const userName = Buffer.from(USER);
    const role = 0x12;
    const { bmcRandom, guid } = decodeRakp2(
      await ask(PayloadType.Rakp1, encodeRakp1({ tag: 2, bmcSessionId, consoleRandom, role, userName })),
    ).accepted;
    const exchange = { consoleSessionId, bmcSessionId, consoleRandom, bmcRandom, guid, role, userName };
    const password = Buffer.from(PASSWORD);
    const authCode = rakp3Code(suite, password, exchange);
    await ask(PayloadType.Rakp3, encodeRakp3({ tag: 3, status: 0, bmcSessionId, authCode }));
    const keys = sessionKeys(suite, password, exchange);
    this.aes = new AesCbc(keys.k2);
    this.code = integrityCode(suite, keys.k1, password);
    this.bmcSessionId = bmcSessionId;
    this.received = (packet) => this.answered(packet);
  }

  ask() {
    const { message } = this;
    const number = this.number++ % SENSORS;
    const sequence = (this.number & 0x3f) << 2;
    message[4] = sequence;
    message[6] = number;
    message[7] = -(0x81 + sequence + 0x2d + number);
    const payload = this.aes.encrypt(message);
    // Header 16, payload, pad to 4 bytes, pad length, next header, code.
    const end = 16 + payload.length + 2;
    const packet = Buffer.allocUnsafe(end + 2 + this.code.length);
    packet.writeUInt32BE(0x0600ff07, 0);
    packet.writeUInt16BE(0x06c0, 4);
    packet.writeUInt32LE(this.bmcSessionId, 6);
    packet.writeUInt32LE(++this.sequence, 10);
    packet.writeUInt16LE(payload.length, 14);
    packet.set(payload, 16);
    packet.writeUInt32BE(0xffff0207, end - 2);
    this.code.sign(packet, 4, end + 2);
    this.socket.send(packet, this.remote.port, this.remote.address);
  }

  answered(packet) {
    const payloadEnd = 16 + packet.readUInt16LE(14);
    if (!trailerMatches(packet, payloadEnd, this.code))
      throw new Error("floor: a response with a wrong authentication code");
    this.aes.decrypt(packet.subarray(16, payloadEnd));
    if (--this.left > 0) this.ask();
    else this.finished();
  }

  run(count) {
    this.left = count;
    const done = new Promise((resolve) => {
      this.finished = resolve;
    });
    this.ask();
    return done;
  }
}

async function openSocket(talks) {
  const socket = createSocket({ type: "udp4", lookup: (name, _options, done) => done(null, name, 4) });
  socket.on("message", (packet, { address }) => talks.get(address).received(packet));
  const listening = once(socket, "listening");
  socket.bind(0);
  await listening;
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  return socket;
}

/**
 * Runs a given number of polls per second for some seconds. Each poll is of the next BMC, from `first` on, and the starts
 * are spread evenly, like the rounds of a fleet: few polls are in progress at once, they share few wake-ups of the event
 * loop, and the data of a BMC is in no processor cache when its turn comes.
 */
async function pacedRound(talks, first, { pollsPerSecond, commandsPerPoll, seconds }) {
  const polls = Math.round(pollsPerSecond * seconds);
  const { cpu } = await measured(async () => {
    const begin = performance.now();
    const running = [];
    while (running.length < polls) {
      const due = Math.min(polls, ((performance.now() - begin) / 1000) * pollsPerSecond);
      while (running.length < due) {
        running.push(talks[(first + running.length) % talks.length].run(commandsPerPoll));
      }
      await sleep(1000 / pollsPerSecond);
    }
    await Promise.all(running);
  });
  return { polls, cpuPerCommand: cpu / (polls * commandsPerPoll) };
}

export async function start({ remotes, suite, commands }) {
  const byAddress = new Map();
  const sockets = [];
  for (let i = 0; i < remotes.length; i += TALKS_PER_SOCKET) {
    const socket = await openSocket(byAddress);
    sockets.push(socket);
    const talks = remotes.slice(i, i + TALKS_PER_SOCKET).map((remote) => new Talk(socket, remote, cipherSuite(suite)));
    for (const talk of talks) byAddress.set(talk.remote.address, talk);
    await inParallel(talks, IN_FLIGHT, (talk) => talk.login());
  }
  const talks = [...byAddress.values()];
  /** The next BMC for a paced round. A round continues after the previous one, so that a BMC is in no cache any more. */
  let next = 0;
  const each = Math.ceil(commands / talks.length);
  return {
    async round({ paced } = {}) {
      if (paced !== undefined) {
        const result = await pacedRound(talks, next, paced);
        next += result.polls;
        return result;
      }
      const { cpu, wall } = await measured(() => Promise.all(talks.map((talk) => talk.run(each))));
      const count = each * talks.length;
      return { cpuPerCommand: cpu / count, commandsPerSecond: (count / wall) * 1e6 };
    },
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}
