import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { reservePort } from "../rig/ports.ts";

/** A relay before a BMC that keeps what passes, and can hold it up. */
export interface UdpTap {
  readonly port: number;
  /** Datagrams for the BMC, oldest first. */
  readonly sent: readonly Buffer[];
  /** Each answer of the BMC comes this much later. */
  delayMs: number;
  /** Nothing passes any more, in either direction, while this is true. */
  cut: boolean;
  close(): Promise<void>;
}

/** Starts a relay on a free loopback port; clients are told apart by their port. */
export async function startUdpTap(bmc: { readonly address: string; readonly port: number }): Promise<UdpTap> {
  const reserved = await reservePort();
  const front = createSocket("udp4");
  const backs = new Map<number, Socket>();
  const sent: Buffer[] = [];
  const tap = { port: reserved.port, sent, delayMs: 0, cut: false };
  const backOf = (client: RemoteInfo): Socket => {
    const known = backs.get(client.port);
    if (known) return known;
    const back = createSocket("udp4");
    back.on("error", () => {}); // the BMC is gone; the client finds out by itself
    back.on("message", (packet) => {
      const pass = (): void => {
        if (!tap.cut && backs.has(client.port)) front.send(packet, client.port, client.address);
      };
      if (tap.delayMs > 0) setTimeout(pass, tap.delayMs);
      else pass();
    });
    backs.set(client.port, back);
    return back;
  };
  front.on("error", () => {});
  front.on("message", (packet, client) => {
    sent.push(packet);
    if (!tap.cut) backOf(client).send(packet, bmc.port, bmc.address);
  });
  await new Promise<void>((bound) => front.bind(reserved.port, "127.0.0.1", bound));
  return Object.assign(tap, {
    close: async () => {
      const sockets = [front, ...backs.values()];
      backs.clear();
      await Promise.all(sockets.map((socket) => new Promise<void>((closed) => socket.close(() => closed()))));
      reserved.release();
    },
  });
}
