import { request } from "node:http";
import { createServer } from "node:net";

/** A free TCP port. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** An HTTP request on a connection of its own, because keep-alive connections would count as open files. */
export function ask(url, { method = "GET", body, timeoutMs = 30_000 } = {}) {
  return new Promise((done, failed) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request(url, { method, headers, agent: false, timeout: timeoutMs }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      answer.once("end", () => done({ status: answer.statusCode, text })).once("error", failed);
    });
    sent.once("timeout", () => sent.destroy(new Error(`${url}: no answer`)));
    sent.once("error", failed).end(body);
  });
}
