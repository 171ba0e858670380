/**
 * Health check of the container image, which has no curl: exits with 0 if the exporter answers, with 1 otherwise.
 * LIGHTSOUT_HEALTH_URL is the URL to request; default: port 9623 of this machine. A request for a password (401) counts
 * as an answer. The certificate is not verified, because it is not issued for 127.0.0.1. Disable the health check
 * (--no-healthcheck) if the exporter requires client certificates.
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

const url = process.env.LIGHTSOUT_HEALTH_URL ?? "http://127.0.0.1:9623/-/healthy";
const request = url.startsWith("https:") ? httpsRequest : httpRequest;

function exit(code, message) {
  console.log(message);
  process.exit(code);
}

try {
  request(url, { timeout: 4000, rejectUnauthorized: false }, ({ statusCode = 0 }) =>
    exit(statusCode < 300 || statusCode === 401 ? 0 : 1, `${url} answers ${statusCode}`),
  )
    .on("timeout", () => exit(1, `${url} does not answer within 4 s`))
    .on("error", (error) => exit(1, `${url}: ${error.message}`))
    .end();
} catch (error) {
  exit(1, `LIGHTSOUT_HEALTH_URL: ${error.message}`);
}
