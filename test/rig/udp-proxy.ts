import { createSocket, type Socket } from "node:dgram";

/**
 * A UDP proxy between a console and a BMC on loopback: counts packets, and loses, repeats, delays,
 * damages or answers them as the test says. Knows only as much IPMI as it needs to name a packet.
 */
export type PacketDirection = "to_bmc" | "to_console";

export type PacketKind =
  | "asf"
  | "open_session_request"
  | "open_session_response"
  | "rakp_1"
  | "rakp_2"
  | "rakp_3"
  | "rakp_4"
  /** RMCP+ payload type 0, in a session; encrypted or not. */
  | "ipmi_2.0"
  /** IPMI 1.5 framing inside a session. */
  | "ipmi_1.5"
  /** IPMI 1.5 framing, session id 0. */
  | "sessionless"
  | "other";

export interface ProxyPacket {
  readonly direction: PacketDirection;
  readonly kind: PacketKind;
  readonly bytes: Buffer;
  /** 1 for the first of its direction. */
  readonly number: number;
  /** 1 for the first of its kind and direction. */
  readonly ofKind: number;
  /** performance.now() of its arrival. */
  readonly at: number;
  /** IPMI network function and command of messages that are not encrypted and not in a session. */
  readonly command?: string;
}

/** What becomes of a packet. */
export type Verdict =
  | "pass"
  | "drop"
  | "duplicate"
  | { readonly delayMs: number }
  /** Goes on with other bytes. */
  | { readonly replace: Uint8Array }
  /** Is not passed on; the sender gets this. */
  | { readonly reply: Uint8Array };

export type Rule = (packet: ProxyPacket) => Verdict | undefined;

export interface UdpProxy {
  readonly address: string;
  readonly port: number;
  /** Every packet that came, dropped ones included, in order. */
  readonly packets: readonly ProxyPacket[];
  /** Packets that came in a direction, optionally of one kind. */
  count(direction: PacketDirection, kind?: PacketKind): number;
  /** Decides about packets from now on; undefined verdicts pass. Without a rule everything passes. */
  rule(rule: Rule | undefined): void;
  /** Forgets the packets so far; numbers begin at 1 again. */
  reset(): void;
  close(): Promise<void>;
}

const PAYLOADS: Readonly<Record<number, PacketKind>> = {
  0: "ipmi_2.0",
  16: "open_session_request",
  17: "open_session_response",
  18: "rakp_1",
  19: "rakp_2",
  20: "rakp_3",
  21: "rakp_4",
};

/** What a packet is, from its RMCP class, authentication type and payload type. */
function packetKind(bytes: Uint8Array): PacketKind {
  if (bytes.length < 8 || bytes[0] !== 0x06) return "other";
  const rmcpClass = (bytes[3] ?? 0) & 0x1f;
  if (rmcpClass === 0x06) return "asf";
  if (rmcpClass !== 0x07) return "other";
  if (bytes[4] === 0x06) return PAYLOADS[(bytes[5] ?? 0) & 0x3f] ?? "other";
  return bytes.subarray(9, 13).every((b) => b === 0) ? "sessionless" : "ipmi_1.5";
}

/** "06/38" of a message outside any session. */
function commandOf(bytes: Buffer, kind: PacketKind): string | undefined {
  if (kind !== "sessionless" || bytes.length < 20) return undefined;
  const netFn = (bytes[15] ?? 0) >> 2;
  return `${netFn.toString(16).padStart(2, "0")}/${(bytes[19] ?? 0).toString(16).padStart(2, "0")}`;
}

const LOOPBACK = "127.0.0.1";

function bound(): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = createSocket("udp4");
    socket.once("error", failed);
    socket.bind(0, LOOPBACK, () => {
      socket.removeListener("error", failed);
      // ICMP port unreachable: a stopped BMC is silence for the test
      socket.on("error", () => {});
      done(socket);
    });
  });
}

/** Starts a proxy before a BMC; consoles talk to its address and port. */
export async function startUdpProxy(bmc: { readonly address: string; readonly port: number }): Promise<UdpProxy> {
  const front = await bound();
  /** One socket per console, so that the BMC sees as many as there are. */
  const backs = new Map<number, Promise<Socket>>();
  const timers = new Set<NodeJS.Timeout>();
  let packets: ProxyPacket[] = [];
  let decide: Rule | undefined;
  let open = true;

  const take = (direction: PacketDirection, bytes: Buffer): ProxyPacket => {
    const kind = packetKind(bytes);
    const before = packets.filter((p) => p.direction === direction);
    const packet: ProxyPacket = {
      direction,
      kind,
      bytes,
      number: before.length + 1,
      ofKind: before.filter((p) => p.kind === kind).length + 1,
      at: performance.now(),
      command: commandOf(bytes, kind),
    };
    packets.push(packet);
    return packet;
  };

  const handle = (packet: ProxyPacket, forward: (bytes: Uint8Array) => void, back: (bytes: Uint8Array) => void) => {
    const verdict = decide?.(packet) ?? "pass";
    if (verdict === "drop") return;
    if (typeof verdict === "object") {
      if ("reply" in verdict) return back(verdict.reply);
      if ("replace" in verdict) return forward(verdict.replace);
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (open) forward(packet.bytes);
      }, verdict.delayMs);
      timers.add(timer);
      return;
    }
    forward(packet.bytes);
    if (verdict === "duplicate") forward(packet.bytes);
  };

  const toConsole = (port: number) => (bytes: Uint8Array) => {
    if (open) front.send(bytes, port, LOOPBACK);
  };

  const backOf = (port: number): Promise<Socket> => {
    const known = backs.get(port);
    if (known) return known;
    const made = bound().then((socket) => {
      socket.on("message", (bytes) => {
        handle(take("to_console", bytes), toConsole(port), (reply) => socket.send(reply, bmc.port, bmc.address));
      });
      return socket;
    });
    backs.set(port, made);
    return made;
  };

  front.on("message", (bytes, from) => {
    const packet = take("to_bmc", bytes);
    void backOf(from.port).then((socket) => {
      if (!open) return;
      handle(packet, (out) => socket.send(out, bmc.port, bmc.address), toConsole(from.port));
    });
  });

  return {
    address: LOOPBACK,
    port: front.address().port,
    get packets() {
      return packets;
    },
    count: (direction, kind) =>
      packets.filter((p) => p.direction === direction && (kind === undefined || p.kind === kind)).length,
    rule(rule) {
      decide = rule;
    },
    reset() {
      packets = [];
    },
    async close() {
      open = false;
      for (const timer of timers) clearTimeout(timer);
      const all = [front, ...(await Promise.all(backs.values()))];
      await Promise.all(all.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
    },
  };
}
