/**
 * A process that plays Redfish services, all on one HTTPS port: one system, and one chassis whose Thermal and Power
 * resources have 100 sensors in 33 KB. Responses are prepared, so that the benchmark measures the client. A third of the
 * readings differs from one response to the next.
 *
 * Prints `{ "port": n }` on one line when it listens, and exits when its standard input is closed.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resources } from "./redfish-tree.mjs";

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "lightsout-bench-"));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const options = ["req", "-x509", ...curve, "-keyout", key, "-out", cert, "-subj", "/CN=bmc", "-days", "2"];
  try {
    execFileSync("openssl", options, { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each resource in variants that take turns. */
const VARIANTS = 7;
const bodies = new Map();
for (let variant = 0; variant < VARIANTS; variant++)
  for (const [path, body] of Object.entries(resources(variant)))
    bodies.set(path, [...(bodies.get(path) ?? []), Buffer.from(JSON.stringify(body))]);
let turn = 0;
let sessions = 0;
const server = createServer(certificate(), (request, response) => {
  request.resume();
  if (request.method === "POST") {
    const uri = `/redfish/v1/SessionService/Sessions/${++sessions}`;
    response.writeHead(201, { "x-auth-token": `token-${sessions}`, location: uri, "content-length": 2 });
    return response.end("{}");
  }
  const variants = request.method === "GET" ? bodies.get(request.url.replace(/\/$/, "")) : undefined;
  const body = variants?.[++turn % VARIANTS];
  if (body === undefined) return response.writeHead(request.method === "DELETE" ? 204 : 404).end();
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1");
await once(server, "listening");
console.log(JSON.stringify({ port: server.address().port }));
process.stdin.resume().on("end", () => process.exit());
