/**
 * Whether the exporter of this container answers; for HEALTHCHECK, where there is no curl. LIGHTSOUT_HEALTH_URL says
 * where, the port 9623 of this machine unless given. To be asked for a password is an answer, too; the certificate
 * is not looked at, as it is not made out to 127.0.0.1. Where client certificates are demanded there is no answer:
 * switch the health check off there (--no-healthcheck).
 */
import { request as http } from "node:http";
import { request as https } from "node:https";

const url = process.env.LIGHTSOUT_HEALTH_URL ?? "http://127.0.0.1:9623/-/healthy";
const ask = url.startsWith("https:") ? https : http;

function end(code, what) {
  console.log(what);
  process.exit(code);
}

try {
  ask(url, { timeout: 4000, rejectUnauthorized: false }, ({ statusCode = 0 }) =>
    end(statusCode < 300 || statusCode === 401 ? 0 : 1, `${url} answers ${statusCode}`),
  )
    .on("timeout", () => end(1, `${url} does not answer within 4 s`))
    .on("error", (error) => end(1, `${url}: ${error.message}`))
    .end();
} catch (error) {
  end(1, `LIGHTSOUT_HEALTH_URL: ${error.message}`);
}
