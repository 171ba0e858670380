import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { receive } from "./ipmi-front.ts";

/** Where a virtual BMC listens. */
interface Listen {
  /** An IPv4 address of the loopback network: 127.x.y.z. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Open files besides the sockets, roughly. */
const OTHER_FILES = 64;
/** Sockets that are bound at the same time; binding 10,000 at once blocks the event loop. */
const BATCH = 500;
/** Source address of responses "from another network card". */
const STRAY_ADDRESS = "127.254.254.254";

/** All peers are addresses, so that no name is looked up. */
const noLookup = (address: string, _options: unknown, callback: (e: null, address: string, family: number) => void) =>
  callback(null, address, 4);

/**
 * The sockets of a simulation, one per BMC. A socket bound to all addresses would not know to which of them a
 * packet was sent, and would answer from the wrong one. A socket costs about 5 KiB.
 */
export class UdpHost {
  readonly #sockets: Socket[] = [];
  #stray: Socket | undefined;
  #closed = false;

  /**
   * Opens a socket for each BMC.
   *
   * @returns the address of each, in the order given
   * @throws Error when the limit of open files is too low, or an address is in use or not allowed
   */
  async open(bmcs: readonly { readonly bmc: VirtualBmc; readonly listen: Listen }[]): Promise<readonly Listen[]> {
    checkFileLimit(bmcs.length);
    const opened: Listen[] = [];
    try {
      for (let i = 0; i < bmcs.length; i += BATCH) {
        const batch = bmcs.slice(i, i + BATCH).map(({ bmc, listen }) => this.#listen(bmc, listen));
        opened.push(...(await Promise.all(batch)));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    return opened;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const sockets = this.#stray ? [...this.#sockets, this.#stray] : this.#sockets;
    await Promise.all(
      sockets.splice(0).map(async (socket) => {
        const closed = once(socket, "close");
        socket.close();
        await closed;
      }),
    );
    this.#sockets.length = 0;
    this.#stray = undefined;
  }

  async #listen(bmc: VirtualBmc, { address, port }: Listen): Promise<Listen> {
    if (!address.startsWith("127."))
      throw new Error(`${address} is not a loopback address: a virtual BMC listens on 127.x.y.z only`);
    const socket = createSocket({ type: "udp4", lookup: noLookup });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (error) => reject(explained(error, address, port)));
      socket.bind({ address, port, exclusive: true }, resolve);
    });
    this.#sockets.push(socket);
    // ICMP port unreachable: the console is gone, which is no error of the BMC.
    socket.on("error", () => {});
    const send = (packet: Buffer, peer: { readonly address: string; readonly port: number }, stray: boolean): void => {
      if (this.#closed) return;
      (stray ? this.#strayAt() : socket).send(packet, peer.port, peer.address);
    };
    socket.on("message", (packet, from) => receive(bmc, packet, from, send));
    return { address, port: socket.address().port };
  }

  #strayAt(): Socket {
    if (!this.#stray) {
      this.#stray = createSocket({ type: "udp4", lookup: noLookup });
      this.#stray.on("error", () => {});
      this.#stray.bind({ address: STRAY_ADDRESS, port: 0, exclusive: true });
    }
    return this.#stray;
  }
}

function explained(error: unknown, address: string, port: number): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const where = `${address}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return new Error(`${where} is already in use`, { cause: error });
    case "EACCES":
      return new Error(`${where}: ports below 1024 need root; choose another port`, { cause: error });
    case "EMFILE":
    case "ENFILE":
      return new Error(`${where}: too many open files; raise the limit (ulimit -n)`, { cause: error });
    default:
      return new Error(`${where}: cannot listen (${code ?? String(error)})`, { cause: error });
  }
}

/** Limit of open files; Infinity where the system does not report it. */
function fileLimit(): number {
  try {
    const line = readFileSync("/proc/self/limits", "utf8").match(/^Max open files\s+(\d+|unlimited)/m);
    return line?.[1] === undefined || line[1] === "unlimited" ? Number.POSITIVE_INFINITY : Number(line[1]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function checkFileLimit(sockets: number): void {
  const limit = fileLimit();
  if (sockets + OTHER_FILES <= limit) return;
  throw new Error(
    `${sockets} virtual BMCs need one socket each, and the limit of open files is ${limit}: ` +
      `raise it (ulimit -n ${sockets + OTHER_FILES}) or simulate fewer BMCs`,
  );
}
