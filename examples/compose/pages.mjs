/**
 * A receiver for webhooks of Alertmanager that prints each alert: `node pages.mjs [PORT]`, default 9095. For
 * demonstrations: real pages need a pager.
 */
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 9095);
if (!(Number.isInteger(port) && port > 0 && port < 65536)) {
  console.error("usage: node pages.mjs [PORT]");
  process.exit(2);
}

const MOST_BYTES = 4 * 2 ** 20;

/** Texts come from BMCs: control characters must not reach the terminal. */
const plain = (text = "") => String(text).replaceAll(/[^\P{C}]/gu, "\ufffd");

/** Prints the alerts of a notification: receiver, state and name, then the text and the links. */
function print({ receiver, alerts }) {
  const time = new Date().toTimeString().slice(0, 8);
  for (const { status, labels = {}, annotations = {} } of alerts) {
    const state = status === "resolved" ? "resolved" : "FIRING";
    console.log(`${time}  ${plain(receiver).padEnd(11)}${state.padEnd(10)}${plain(labels.alertname)}`);
    for (const text of [annotations.summary, annotations.runbook_url, annotations.dashboard_url])
      if (text !== undefined) console.log(`${" ".repeat(10)}${plain(text)}`);
  }
}

const server = createServer((request, response) => {
  const answer = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  if (request.method !== "POST") return answer(405, "this receiver accepts POST requests of Alertmanager");
  const pieces = [];
  let bytes = 0;
  request.on("data", (piece) => {
    bytes += piece.length;
    if (bytes <= MOST_BYTES) pieces.push(piece);
    else request.destroy();
  });
  request.on("end", () => {
    try {
      print(JSON.parse(Buffer.concat(pieces).toString("utf8")));
      answer(200, "ok");
    } catch {
      answer(400, "not a notification of Alertmanager");
    }
  });
});
server.on("error", (error) => {
  console.error(`pages: ${error.message}`);
  process.exit(1);
});
server.listen(port, () => console.log(`pages of all receivers are printed here (port ${port})`));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
