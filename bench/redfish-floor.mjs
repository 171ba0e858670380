/** The floor of a Redfish poll: bare TLS sockets that read the same resources and parse their JSON, and nothing else. */
import { once } from "node:events";
import { connect } from "node:tls";
import { inParallel, measured } from "./fleet.mjs";
import { POLLED } from "./redfish-tree.mjs";

const END_OF_HEADERS = "\r\n\r\n";

export async function start({ port, hosts, polls }) {
  const sockets = [];
  for (let n = 0; n < hosts; n++) {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    sockets.push(socket);
  }
  const each = Math.ceil(polls / hosts);
  const poll = async (socket) => {
    let parsed;
    for (const path of POLLED) parsed = JSON.parse(await get(socket, path));
    return parsed;
  };
  // One request at a time on each socket.
  const pollAll = () =>
    inParallel(sockets, hosts, async (socket) => {
      for (let n = 0; n < each; n++) await poll(socket);
    });
  await pollAll();
  return {
    async round() {
      const { cpu } = await measured(pollAll);
      return { cpuPerPoll: cpu / (each * hosts) };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function get(socket, path) {
  return new Promise((resolve, reject) => {
    let text = "";
    let end;
    const onData = (chunk) => {
      text += chunk.latin1Slice();
      const headers = text.indexOf(END_OF_HEADERS);
      if (headers < 0) return;
      end ??= headers + END_OF_HEADERS.length + Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < end) return;
      socket.off("data", onData);
      socket.off("error", reject);
      resolve(text.slice(headers + END_OF_HEADERS.length));
    };
    socket.on("data", onData);
    socket.on("error", reject);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bmc\r\naccept: application/json\r\nx-auth-token: token-1\r\n\r\n`);
  });
}
