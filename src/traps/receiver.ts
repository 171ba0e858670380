import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import snmp, { type Receiver } from "net-snmp";
import { canonicalIp } from "../lib/index.ts";
import { type Trap, trapOf } from "./trap.ts";

/** A user of SNMP version 3. */
export interface TrapUser {
  readonly name: string;
  readonly authProtocol?: "md5" | "sha" | "sha224" | "sha256" | "sha384" | "sha512";
  readonly authKey?: string;
  readonly privProtocol?: "des" | "aes";
  readonly privKey?: string;
}

/** Why a datagram is not a trap for this exporter. */
export type Rejection =
  /** Not from a BMC of the inventory, nor from a relay. */
  | "unknown_sender"
  | "rate_limited"
  | "too_large"
  | "wrong_community"
  /** Unknown user, wrong key or too low a security level of version 3. */
  | "unauthenticated"
  /** Version 3: answered with a report, to a question for the engine id or to an unknown user. */
  | "reported"
  | "malformed";

export interface TrapReceiverOptions {
  readonly address: string;
  readonly port: number;
  readonly communities: readonly string[];
  readonly users: readonly TrapUser[];
  /** Called for each datagram before it is decoded: a reason rejects it. */
  readonly admit: (from: string) => Rejection | undefined;
  readonly trap: (trap: Trap) => void;
  readonly rejected: (reason: Rejection, from: string) => void;
}

/** The longest datagram that is decoded; a platform event trap has about 150 bytes. */
const MAX_BYTES = 8192;
const RECEIVE_BUFFER_BYTES = 4 << 20;

/**
 * Receives traps and informs of SNMP versions 1, 2c and 3. Datagrams are decoded by net-snmp, but only those that `admit`
 * allows, so that a flood from strangers costs no decoding. Texts of net-snmp contain communities and digests: they are
 * never passed on.
 */
export class TrapReceiver {
  readonly #receiver: Receiver;
  readonly #socket: Socket;
  readonly #options: TrapReceiverOptions;

  private constructor(options: TrapReceiverOptions, socket: Socket, handled: Handled) {
    this.#options = options;
    this.#socket = socket;
    const transport = isIPv6(options.address) ? "udp6" : "udp4";
    this.#receiver = snmp.createReceiver(
      {
        port: options.port,
        address: options.address,
        transport,
        includeAuthentication: true,
        dgramModule: { createSocket: () => socket },
      },
      (error, received) => {
        handled.by = "callback";
        if (error) this.#refused(error);
        else if (received) this.#received(received.pdu, received.rinfo);
      },
    );
    const authorizer = this.#receiver.getAuthorizer();
    for (const community of options.communities) authorizer.addCommunity(community);
    for (const user of options.users) authorizer.addUser(snmpUser(user));
  }

  /** @throws Error with the code of the system if the port cannot be used */
  static async open(options: TrapReceiverOptions): Promise<TrapReceiver> {
    const socket = createSocket(isIPv6(options.address) ? "udp6" : "udp4");
    const handled: Handled = { by: undefined };
    filter(socket, options, handled);
    const listening = new Promise<void>((resolve, reject) => {
      socket.once("listening", resolve);
      socket.once("error", reject);
    });
    const receiver = new TrapReceiver(options, socket, handled);
    await listening;
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // Keep the default of the kernel.
    }
    return receiver;
  }

  /** The port, for port 0. */
  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#receiver.close();
  }

  #received(pdu: Parameters<typeof trapOf>[0], { address }: RemoteInfo): void {
    const from = canonicalIp(address);
    // net-snmp accepts version 3 without a user, which needs neither a key nor a community.
    if (!pdu.community && !pdu.user) {
      this.#options.rejected("unauthenticated", from);
      return;
    }
    try {
      this.#options.trap(trapOf(pdu, from));
    } catch {
      this.#options.rejected("malformed", from);
    }
  }

  #refused(error: Error & { readonly rinfo?: RemoteInfo }): void {
    this.#options.rejected(reasonOf(error), canonicalIp(error.rinfo?.address ?? ""));
  }
}

/** Whether net-snmp has called back for the datagram that it is decoding. */
interface Handled {
  by: "callback" | undefined;
}

/** net-snmp gets only the datagrams that are admitted. */
function filter(socket: Socket, { admit, rejected }: TrapReceiverOptions, handled: Handled): void {
  const on = socket.on.bind(socket);
  socket.on = ((event: string, listener: (...args: unknown[]) => void) => {
    if (event !== "message") return on(event, listener);
    return on(event, (packet: Buffer, remote: RemoteInfo) => {
      const from = canonicalIp(remote.address);
      const reason = admit(from) ?? (packet.length > MAX_BYTES ? "too_large" : undefined);
      if (reason !== undefined) {
        rejected(reason, from);
        return;
      }
      handled.by = undefined;
      listener(packet, remote);
      if (handled.by === undefined) rejected("reported", from);
    });
  }) as Socket["on"];
}

function reasonOf({ message }: Error): Rejection {
  if (/community/i.test(message)) return "wrong_community";
  if (/user|digest|auth|priv|decrypt/i.test(message)) return "unauthenticated";
  return "malformed";
}

function snmpUser({ name, authProtocol, authKey, privProtocol, privKey }: TrapUser): object {
  const level = authKey === undefined ? "noAuthNoPriv" : privKey === undefined ? "authNoPriv" : "authPriv";
  return {
    name,
    level: snmp.SecurityLevel[level],
    ...(authKey !== undefined && { authProtocol: snmp.AuthProtocols[authProtocol ?? "sha"], authKey }),
    ...(privKey !== undefined && { privProtocol: snmp.PrivProtocols[privProtocol ?? "aes"], privKey }),
  };
}
