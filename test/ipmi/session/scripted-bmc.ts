import { authCode } from "../../../src/ipmi/crypto/auth-code.ts";
import { type CipherSuite, cipherSuite, SUPPORTED_SUITES } from "../../../src/ipmi/crypto/cipher-suite.ts";
import {
  type KeyExchange,
  passwordKey,
  rakp2Code,
  rakp3Code,
  rakp4CheckValue,
  type SessionKeys,
  sessionKeys,
} from "../../../src/ipmi/crypto/key-exchange.ts";
import { type Framing, FramingRmcpPlus, framing15, sessionless } from "../../../src/ipmi/session/framing.ts";
import { decodeRequestMessage, encodeResponseMessage, type RequestMessage } from "../../../src/ipmi/wire/message.ts";
import { decodeOpenSessionRequest, encodeOpenSessionResponse } from "../../../src/ipmi/wire/open-session.ts";
import { decodeRakp1, decodeRakp3, encodeRakp2, encodeRakp4 } from "../../../src/ipmi/wire/rakp.ts";
import { decodeRmcpPlus, encodeRmcpPlus, isRmcpPlus, PayloadType } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket } from "../../../src/ipmi/wire/session-header.ts";
import { FakeTransport } from "../../support/fake-transport.ts";
import { hex } from "../../support/hex.ts";

export interface ScriptedAnswer {
  readonly completionCode?: number;
  readonly data?: Uint8Array;
  /** Damages the checksum of the message. */
  readonly badChecksum?: boolean;
}

export interface ScriptedBmcOptions {
  readonly userName?: string;
  readonly password?: string;
  readonly kg?: Uint8Array;
  /** Accepted suites; 17 and 3 if absent. */
  readonly suites?: readonly number[];
  /** Status of the Open Session Response for other suites, or for all: 11h where absent. */
  readonly openStatus?: (suite: number, opened: number) => number;
  /** Second and third byte of Get Channel Authentication Capabilities, and the versions. */
  readonly capabilities?: { readonly types?: number; readonly status?: number; readonly versions?: number };
  /** What is hashed differently from the specification. */
  readonly hashes?: (x: KeyExchange, privilege: number) => KeyExchange;
  /** Bytes of the password it keeps. */
  readonly keepsPassword?: number;
  readonly rakp2Code?: (code: Buffer) => Buffer;
  readonly rakp4Value?: (value: Buffer, keys: SessionKeys, x: KeyExchange) => Buffer;
  /** Activate Session answers with this authentication type. */
  readonly activatesAs?: number;
}

interface HalfOpen {
  readonly suite: CipherSuite;
  readonly consoleSessionId: number;
  readonly privilege: number;
  exchange?: KeyExchange;
  framing?: Framing;
}

const NAMES: Readonly<Record<number, string>> = {
  1: "Get Device ID",
  55: "Get System GUID",
  56: "Get Channel Authentication Capabilities",
  57: "Get Session Challenge",
  58: "Activate Session",
  59: "Set Session Privilege Level",
  60: "Close Session",
  84: "Get Channel Cipher Suites",
};

const DEVICE_ID = hex("20810109 02 bf 570100 3412".replaceAll(" ", ""));

/** The BMC side of the protocol, built on the wire and crypto files; records what it receives. */
export class ScriptedBmc {
  readonly transport: FakeTransport;
  /** What came, in order: "Open Session 17", "RAKP 1", "RAKP 3", "RAKP 3 status 15", "Get Device ID". */
  readonly log: string[] = [];
  /** Requests of sessions and outside of them, as they came. */
  readonly requests: RequestMessage[] = [];
  /** Answers commands: by name, or "netFn/command" in hex; undefined: no answer. */
  readonly commands = new Map<string, (request: RequestMessage, nth: number) => ScriptedAnswer | undefined>();
  /** Called for each line of the log; false: as if the packet had been lost. */
  hears: (what: string, nth: number) => boolean = () => true;
  /** Ms that pass before it answers; needs the test's clock. */
  delay: ((what: string, answer: () => void) => void) | undefined;
  readonly #options: ScriptedBmcOptions;
  readonly #sessions = new Map<number, HalfOpen>();
  readonly #times = new Map<string, number>();
  #session15: { readonly id: number; readonly framing: Framing } | undefined;
  #nextId = 0x02000001;

  constructor(options: ScriptedBmcOptions = {}) {
    this.#options = options;
    this.transport = new FakeTransport((packet, reply) => this.#receive(packet, reply));
    this.commands.set("Get Channel Authentication Capabilities", (r) => this.#capabilities(r));
    this.commands.set("Get Channel Cipher Suites", () => ({
      data: Buffer.from([1, ...(this.#options.suites ?? [17, 3]).flatMap((id) => [0xc0, id, 0x01])]),
    }));
    this.commands.set("Set Session Privilege Level", (r) => ({ data: r.data }));
    this.commands.set("Get Device ID", () => ({ data: DEVICE_ID }));
    this.commands.set("Close Session", (r) => {
      this.#sessions.delete(Buffer.from(r.data).readUInt32LE(0));
      return {};
    });
    this.commands.set("Get Session Challenge", () => ({ data: hex(`04030201${"c5".repeat(16)}`) }));
  }

  /** Sessions and half-open sessions that hold a slot. */
  get slots(): number {
    return this.#sessions.size;
  }

  /** Forgets all sessions, as after a reset. */
  reset(): void {
    this.#sessions.clear();
    this.#session15 = undefined;
  }

  count(what: string): number {
    return this.log.filter((line) => line === what).length;
  }

  #capabilities(request: RequestMessage): ScriptedAnswer {
    const { types = 0x04, status = 0x04, versions = 0x03 } = this.#options.capabilities ?? {};
    const extended = ((request.data[0] ?? 0) & 0x80) !== 0 && versions & 0x02;
    const data = [1, types | (extended ? 0x80 : 0), status, extended ? versions : 0, 0, 0, 0, 0];
    return { data: Buffer.from(data) };
  }

  /** Notes what came; false where it is to be lost. */
  #heard(what: string): number | undefined {
    const nth = (this.#times.get(what) ?? 0) + 1;
    this.#times.set(what, nth);
    this.log.push(what);
    return this.hears(what, nth) ? nth : undefined;
  }

  #answer(what: string, answer: () => void): void {
    if (this.delay) this.delay(what, answer);
    else answer();
  }

  #receive(packet: Buffer, reply: (answer: Uint8Array) => void): void {
    if (!isRmcpPlus(packet)) {
      this.#receive15(packet, reply);
      return;
    }
    const { payloadType, payload, sessionId } = decodeRmcpPlus(packet);
    const send = (what: string, type: number, bytes: Buffer): void => {
      const fields = { payloadType: type, encrypted: false, sessionId: 0, sequence: 0, payload: bytes };
      this.#answer(what, () => reply(encodeRmcpPlus(fields)));
    };
    switch (payloadType) {
      case PayloadType.OpenSessionRequest:
        this.#openSession(payload, send);
        break;
      case PayloadType.Rakp1:
        this.#rakp1(payload, send);
        break;
      case PayloadType.Rakp3:
        this.#rakp3(payload, send);
        break;
      default: {
        const framing = this.#sessions.get(sessionId)?.framing;
        const message = framing?.open(packet);
        if (framing && message instanceof Uint8Array) this.#command(message, framing, reply);
      }
    }
  }

  #openSession(payload: Uint8Array, send: (what: string, type: number, bytes: Buffer) => void): void {
    const request = decodeOpenSessionRequest(payload);
    const suite = SUPPORTED_SUITES.map((id) => cipherSuite(id)).find(
      (s) =>
        s?.authentication === request.authentication &&
        s.integrity === request.integrity &&
        s.confidentiality === request.confidentiality,
    );
    const id = suite?.id ?? -1;
    const what = `Open Session ${id}`;
    const nth = this.#heard(what);
    if (nth === undefined) return;
    const accepts = (this.#options.suites ?? [17, 3]).includes(id);
    const status = this.#options.openStatus?.(id, nth) ?? (accepts ? 0 : 0x11);
    const { tag, consoleSessionId, privilege } = request;
    const bmcSessionId = this.#nextId++;
    const accepted = { ...request, bmcSessionId };
    if (status === 0 && suite) this.#sessions.set(bmcSessionId, { suite, consoleSessionId, privilege });
    const response = status === 0 ? { tag, status, accepted } : { tag, status };
    send(what, PayloadType.OpenSessionResponse, encodeOpenSessionResponse(response));
  }

  #rakp1(payload: Uint8Array, send: (what: string, type: number, bytes: Buffer) => void): void {
    const request = decodeRakp1(payload);
    const session = this.#sessions.get(request.bmcSessionId);
    const nth = this.#heard("RAKP 1");
    if (nth === undefined || !session) return;
    const { tag, role } = request;
    if (Buffer.from(request.userName).toString() !== (this.#options.userName ?? "admin")) {
      this.#sessions.delete(request.bmcSessionId);
      send("RAKP 1", PayloadType.Rakp2, encodeRakp2({ tag, status: 0x0d }));
      return;
    }
    const plain: KeyExchange = {
      consoleSessionId: session.consoleSessionId,
      bmcSessionId: request.bmcSessionId,
      consoleRandom: Buffer.from(request.consoleRandom),
      bmcRandom: Buffer.alloc(16, 0xb0),
      guid: Buffer.alloc(16, 0x61),
      role,
      userName: Buffer.from(request.userName),
    };
    const exchange = this.#options.hashes?.(plain, session.privilege) ?? plain;
    session.exchange = exchange;
    const code = rakp2Code(session.suite, this.#key(), exchange);
    const authCode = this.#options.rakp2Code?.(code) ?? code;
    const { consoleSessionId } = session;
    const accepted = { consoleSessionId, bmcRandom: plain.bmcRandom, guid: plain.guid, authCode };
    send("RAKP 1", PayloadType.Rakp2, encodeRakp2({ tag, status: 0, accepted }));
  }

  #key(): Uint8Array {
    const password = Buffer.from(this.#options.password ?? "secret");
    return passwordKey(password).subarray(0, this.#options.keepsPassword ?? 20);
  }

  #rakp3(payload: Uint8Array, send: (what: string, type: number, bytes: Buffer) => void): void {
    const { tag, status, bmcSessionId, authCode: code } = decodeRakp3(payload);
    const session = this.#sessions.get(bmcSessionId);
    const nth = this.#heard(status === 0 ? "RAKP 3" : `RAKP 3 status ${status}`);
    if (nth === undefined || !session?.exchange) {
      if (status !== 0) this.#sessions.delete(bmcSessionId);
      return;
    }
    const { suite, exchange, consoleSessionId } = session;
    if (status !== 0) {
      this.#sessions.delete(bmcSessionId);
      return;
    }
    const key = this.#key();
    if (!rakp3Code(suite, key, exchange).equals(code)) {
      this.#sessions.delete(bmcSessionId);
      send("RAKP 3", PayloadType.Rakp4, encodeRakp4({ tag, status: 0x0f }));
      return;
    }
    const keys = sessionKeys(suite, key, exchange, this.#options.kg);
    session.framing = new FramingRmcpPlus({
      suite,
      keys,
      password: key,
      consoleSessionId: bmcSessionId,
      bmcSessionId: consoleSessionId,
    });
    const value = rakp4CheckValue(suite, keys, exchange);
    const checkValue = this.#options.rakp4Value?.(value, keys, exchange) ?? value;
    send("RAKP 3", PayloadType.Rakp4, encodeRakp4({ tag, status: 0, accepted: { consoleSessionId, checkValue } }));
  }

  #receive15(packet: Buffer, reply: (answer: Uint8Array) => void): void {
    const { sessionId, message, authType, authCode: code, sequence } = decodeSessionPacket(packet);
    if (sessionId === 0) {
      this.#command(message, sessionless, reply);
      return;
    }
    const password = Buffer.from(this.#options.password ?? "secret");
    if (this.#session15?.id === sessionId) {
      const opened = this.#session15.framing.open(packet);
      if (opened instanceof Uint8Array) this.#command(opened, this.#session15.framing, reply);
      return;
    }
    // Activate Session, under the temporary id.
    if (this.#heard("Activate Session") === undefined) return;
    const expected = authCode(authType, password, sessionId, message, sequence);
    if (expected && !expected.equals(code ?? Buffer.alloc(0))) return;
    const request = decodeRequestMessage(message);
    const outbound = Buffer.from(request.data).readUInt32LE(18);
    const answersAs = this.#options.activatesAs ?? authType;
    const id = 0x0badcafe;
    const side = { authType, password, sessionId, inboundSequence: outbound };
    const data = Buffer.alloc(10);
    data[0] = answersAs;
    data.writeUInt32LE(id, 1);
    data.writeUInt32LE(0x100, 5);
    data[9] = 4;
    const scripted = this.commands.get("Activate Session")?.(request, this.count("Activate Session"));
    this.#reply(request, scripted ?? { data }, framing15(side), reply);
    this.#session15 = { id, framing: framing15({ ...side, authType: answersAs, sessionId: id }) };
  }

  #command(message: Uint8Array, framing: Framing, reply: (answer: Uint8Array) => void): void {
    const request = { ...decodeRequestMessage(message), data: Buffer.from(decodeRequestMessage(message).data) };
    const key = `${request.netFn.toString(16)}/${request.command.toString(16)}`;
    const what = (request.netFn === 0x06 ? NAMES[request.command] : undefined) ?? key;
    this.requests.push(request);
    const nth = this.#heard(what);
    if (nth === undefined) return;
    const handler = this.commands.get(what);
    const answer = handler ? handler(request, nth) : { completionCode: 0xc1 };
    if (answer) this.#answer(what, () => this.#reply(request, answer, framing, reply));
  }

  #reply(request: RequestMessage, answer: ScriptedAnswer, framing: Framing, reply: (answer: Uint8Array) => void): void {
    reply(framing.seal(responseTo(request, answer)));
  }
}

/** The message that answers a request. */
export function responseTo(request: RequestMessage, answer: ScriptedAnswer): Buffer {
  const message = encodeResponseMessage({
    requesterAddress: request.requesterAddress,
    netFn: request.netFn + 1,
    requesterLun: request.requesterLun,
    responderAddress: request.responderAddress,
    responderLun: request.responderLun,
    sequence: request.sequence,
    command: request.command,
    completionCode: answer.completionCode ?? 0,
    data: answer.data ?? Buffer.alloc(0),
  });
  if (answer.badChecksum) message[message.length - 1] = (message[message.length - 1] ?? 0) ^ 0x55;
  return message;
}
