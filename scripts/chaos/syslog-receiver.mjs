import { createServer } from "node:net";

/** The fields of `event@32473` in the structured data of a message, see docs/events.md. */
function fieldsOf(message) {
  const data = /\[event@32473((?: \w+="(?:[^"\\]|\\.)*")*)\]/.exec(message)?.[1] ?? "";
  const pairs = data.matchAll(/ (\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, key, value]) => [key, value.replaceAll(/\\(.)/g, "$1")]));
}

/**
 * Receives syslog over TCP with octet counting - RFC 6587 section 3.4.1. A message that a killed sender did not write
 * completely is dropped with its connection.
 *
 * @param received called with the fields of each event
 * @returns port, and a function that stops it
 */
export async function receiveSyslog(received) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const space = bytes.indexOf(0x20);
        const end = space + 1 + Number(bytes.toString("latin1", 0, Math.max(0, space)));
        if (space < 1 || bytes.length < end) return;
        received(fieldsOf(bytes.toString("utf8", space + 1, end)));
        bytes = bytes.subarray(end);
      }
    });
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: server.address().port, close };
}
