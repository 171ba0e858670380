import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import type { Endpoint, Remote } from "../../../src/ipmi/transport/datagram.ts";
import { UdpTransport, type UdpTransportOptions } from "../../../src/ipmi/transport/udp.ts";
import { outcomeOf } from "../session/outcome.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

interface Peer {
  readonly remote: Remote;
  readonly socket: Socket;
  /** Source ports of what came, in order. */
  readonly from: number[];
}

/** A peer on the loopback network that answers "x" with "re:x from <port>". */
async function peer(
  address = "127.0.0.1",
  answer?: (packet: Buffer, from: RemoteInfo, socket: Socket) => void,
): Promise<Peer> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const from: number[] = [];
  socket.on("message", (packet, info) => {
    from.push(info.port);
    if (answer) answer(packet, info, socket);
    else socket.send(`re:${packet} from ${socket.address().port}`, info.port, info.address);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  open.push(socket);
  return { remote: { address, port: socket.address().port }, socket, from };
}

function transportOf(options?: UdpTransportOptions): UdpTransport {
  const transport = new UdpTransport(options);
  open.push(transport);
  return transport;
}

/** An endpoint whose packets can be waited for one by one. */
function endpointOf(transport: UdpTransport, remote: Remote) {
  const packets: string[] = [];
  const failures: Error[] = [];
  let wake = (): void => {};
  const endpoint: Endpoint = transport.open(remote, {
    packet: (packet) => {
      packets.push(packet.toString());
      wake();
    },
    failed: (error) => {
      failures.push(error);
      wake();
    },
  });
  const next = async (): Promise<string | Error> => {
    if (packets.length + failures.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return packets.shift() ?? failures.shift() ?? "nothing";
  };
  const ask = (text: string): Promise<string | Error> => {
    endpoint.send(Buffer.from(text));
    return next();
  };
  return { endpoint, packets, failures, ask };
}

/** Time for what may come and must not. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe("the UDP transport", () => {
  it("carries packets for many BMCs on one socket and assigns the answers", async () => {
    const transport = transportOf();
    const peers = await Promise.all(Array.from({ length: 20 }, () => peer()));
    const ends = peers.map((p) => endpointOf(transport, p.remote));
    const answers = await Promise.all(ends.map((e, i) => e.ask(`q${i}`)));
    expect(answers).toEqual(peers.map((p, i) => `re:q${i} from ${p.remote.port}`));
    expect(transport.socketCount).toBe(1);
    expect(new Set(peers.flatMap((p) => p.from)).size).toBe(1);
  });

  it("opens another socket when one has its number of BMCs", async () => {
    const transport = transportOf({ hostsPerSocket: 3 });
    const peers = await Promise.all(Array.from({ length: 7 }, () => peer()));
    const ends = peers.map((p) => endpointOf(transport, p.remote));
    expect(transport.socketCount).toBe(3);
    await Promise.all(ends.map((e) => e.ask("q")));
    expect(new Set(peers.flatMap((p) => p.from)).size).toBe(3);
  });

  it("uses another socket for a second conversation with the same BMC", async () => {
    const transport = transportOf();
    const p = await peer();
    const [first, second] = [endpointOf(transport, p.remote), endpointOf(transport, p.remote)];
    expect(transport.socketCount).toBe(2);
    await first.ask("one");
    await second.ask("two");
    await aWhile();
    expect(new Set(p.from).size).toBe(2);
    expect([first.packets, second.packets]).toEqual([[], []]);
  });

  it("closes a socket without endpoints, but keeps the last socket", async () => {
    const transport = transportOf({ hostsPerSocket: 1 });
    const [a, b] = [await peer(), await peer()];
    const [first, second] = [endpointOf(transport, a.remote), endpointOf(transport, b.remote)];
    expect(transport.socketCount).toBe(2);
    first.endpoint.close();
    first.endpoint.close();
    expect(transport.socketCount).toBe(1);
    second.endpoint.close();
    expect(transport.socketCount).toBe(1);
    expect(await endpointOf(transport, a.remote).ask("again")).toMatch(/^re:again/);
    expect(transport.socketCount).toBe(1);
  });

  it("ignores packets from other addresses, and delivers nothing to a closed endpoint", async () => {
    const transport = transportOf();
    const stranger = createSocket("udp4");
    open.push(stranger);
    const p = await peer("127.0.0.1", (_, info) => stranger.send("I am your BMC", info.port, info.address));
    const end = endpointOf(transport, p.remote);
    end.endpoint.send(Buffer.from("q"));
    await aWhile();
    expect(p.from.length).toBe(1);
    expect(end.packets).toEqual([]);
    end.endpoint.close();
    p.socket.send("late", p.from[0] ?? 0, "127.0.0.1");
    await aWhile();
    expect(end.packets).toEqual([]);
  });

  it("reports what the network refuses to the one who sent it", async () => {
    const transport = transportOf();
    // Refused by the kernel before anything is sent: broadcasting was not permitted.
    const end = endpointOf(transport, { address: "255.255.255.255", port: 623 });
    expect(await end.ask("q")).toMatchObject({ code: "EACCES" });
    const bad = endpointOf(transport, { address: "127.0.0.1", port: 0 });
    expect(await bad.ask("q")).toMatchObject({ code: "ERR_SOCKET_BAD_PORT" });
  });

  it("sends nothing after it was closed, and closes at once when nothing was sent", async () => {
    const transport = new UdpTransport();
    const p = await peer();
    const end = endpointOf(transport, p.remote);
    await transport.close();
    end.endpoint.send(Buffer.from("q"));
    end.endpoint.close();
    await aWhile();
    expect([p.from, end.failures, transport.socketCount]).toEqual([[], [], 0]);
    expect(() => transport.open(p.remote, { packet() {}, failed() {} })).toThrow("closed");
  });

  it("leaves no open handle", async () => {
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "UDPWRAP").length;
    await aWhile();
    const before = sockets();
    const transport = new UdpTransport({ hostsPerSocket: 1 });
    const peers = await Promise.all([peer(), peer(), peer()]);
    await Promise.all(peers.map((p) => endpointOf(transport, p.remote).ask("q")));
    await transport.diagnose(peers[0]?.remote ?? { address: "127.0.0.1", port: 1 }, Buffer.from("q"), 1000);
    await transport.close();
    for (const p of peers) p.socket.close();
    open.length = 0;
    await aWhile();
    expect(sockets()).toBe(before);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some((i) => i.address === "::1"));
if (!hasIpv6) console.log("skipped: IPv6 (this machine has no ::1)");

describe.skipIf(!hasIpv6)("over IPv6", () => {
  it("is the same, on a socket of its own", async () => {
    const transport = transportOf();
    const [four, six] = [await peer(), await peer("::1")];
    const ends = [four, six].map((p) => endpointOf(transport, p.remote));
    expect(await Promise.all(ends.map((e) => e.ask("q")))).toEqual([
      `re:q from ${four.remote.port}`,
      `re:q from ${six.remote.port}`,
    ]);
    expect(transport.socketCount).toBe(2);
    expect(await transport.diagnose(six.remote, Buffer.from("q"), 1000)).toBe("answered");
  });
});

describe("diagnosing a BMC that does not answer", () => {
  const packet = Buffer.from("q");

  it("distinguishes an answer, no answer and a closed port", async () => {
    const transport = transportOf();
    expect(await transport.diagnose((await peer()).remote, packet, 1000)).toBe("answered");
    expect(await transport.diagnose((await peer("127.0.0.1", () => {})).remote, packet, 30)).toBe("silent");
    const gone = await peer();
    gone.socket.close();
    open.splice(open.indexOf(gone.socket), 1);
    expect(await transport.diagnose(gone.remote, packet, 1000)).toBe("refused");
  });

  it("reports unreachable if the kernel has no route", async () => {
    // The kernel refuses to connect; nothing is sent. This used to end the process.
    expect(await transportOf().diagnose({ address: "255.255.255.255", port: 623 }, packet, 1000)).toBe("unreachable");
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const transport = transportOf();
    const { remote } = await peer("127.0.0.1", () => {});
    const controller = new AbortController();
    const ended = outcomeOf(transport.diagnose(remote, packet, 60_000, controller.signal));
    controller.abort("stop");
    expect(await ended).toEqual({ error: "stop" });
    expect(await outcomeOf(transport.diagnose(remote, packet, 60_000, controller.signal))).toEqual({ error: "stop" });
  });
});
