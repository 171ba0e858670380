import { hostname } from "node:os";
import { type Config, type Environment, readSecret } from "../config/index.ts";
import type { EventsOptions } from "../events/index.ts";
import { Secret } from "../lib/index.ts";

type Authorization = NonNullable<NonNullable<Config["events"]["alertmanager"]>["authorization"]>;

/** Settings of the event outputs. Secrets are read when they are used, so a new token needs no reload. */
export function eventsSettings({ events }: Pick<Config, "events">, env: Environment): EventsOptions {
  const { historical, log, syslog, alertmanager } = events;
  const authorization = alertmanager?.authorization;
  return {
    historical,
    log,
    syslog: syslog && { ...syslog, hostname: hostname() },
    alertmanager: alertmanager && {
      ...alertmanager,
      authorization: authorization && (() => header(authorization, env)),
    },
  };
}

/** Value of the Authorization header. */
async function header(authorization: Authorization, env: Environment): Promise<Secret> {
  const secret = await readSecret(authorization.secret, "events.alertmanager: the secret", env);
  if (authorization.type === "header") return new Secret(`${authorization.scheme} ${secret.reveal()}`);
  return new Secret(`Basic ${Buffer.from(`${authorization.username}:${secret.reveal()}`).toString("base64")}`);
}
