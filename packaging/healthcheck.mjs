/**
 * Health check of the container image, which has no curl: exits with 0 if every exporter answers, with 1 otherwise.
 * The URLs are the arguments, or LIGHTSOUT_HEALTH_URL; default: port 9623 of this machine. A request for a password
 * (401) counts as an answer. The certificate is not verified, because it is not issued for 127.0.0.1. Disable the health
 * check (--no-healthcheck) if the exporter requires client certificates.
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

const [, , ...given] = process.argv;
const urls = given.length > 0 ? given : [process.env.LIGHTSOUT_HEALTH_URL ?? "http://127.0.0.1:9623/-/healthy"];

/** Resolves to whether the URL answers, and prints the result. */
function answers(url) {
  return new Promise((done) => {
    const end = (good, message) => {
      console.log(message);
      done(good);
    };
    try {
      const request = url.startsWith("https:") ? httpsRequest : httpRequest;
      const sent = request(url, { timeout: 4000, rejectUnauthorized: false }, ({ statusCode = 0 }) =>
        end(statusCode < 300 || statusCode === 401, `${url} answers ${statusCode}`),
      );
      sent
        .on("timeout", () => end(false, `${url} does not answer within 4 s`))
        .on("error", (error) => end(false, `${url}: ${error.message}`))
        .end();
    } catch (error) {
      end(false, `${given.length > 0 ? "argument" : "LIGHTSOUT_HEALTH_URL"}: ${error.message}`);
    }
  });
}

const results = await Promise.all(urls.map(answers));
// Connections may still be open.
process.exit(results.every(Boolean) ? 0 : 1);
