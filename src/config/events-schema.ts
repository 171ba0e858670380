import { z } from "zod";
import { ALERT_SEVERITIES } from "../model/index.ts";
import { secretSourceShape } from "./secret-schema.ts";
import { addressMustBe, mustBe, secretMustBe } from "./sentences.ts";
import { holdsCredentials, httpUrl, NO_CREDENTIALS } from "./url-schema.ts";

/** Facilities by number - RFC 5424 table 1. */
export const FACILITIES = [
  "kern",
  "user",
  "mail",
  "daemon",
  "auth",
  "syslog",
  "lpr",
  "news",
  "uucp",
  "cron",
  "authpriv",
  "ftp",
  "ntp",
  "audit",
  "alert",
  "clock",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;

export const basicAuthSchema = z.strictObject({
  username: z.string().describe("User name."),
  ...secretSourceShape("password"),
});
export const authorizationSchema = z.strictObject({
  type: z
    .string()
    .min(1, { error: mustBe("a scheme") })
    .default("Bearer")
    .describe("Scheme: `Bearer`, `Token` ..."),
  ...secretSourceShape("credentials"),
});

const SIZE = /^(\d+)(B|KB|MB|GB)$/;
const FACTORS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };
const SMALLEST = 4096;

/** Bytes of a size as Prometheus writes it; units are powers of 1024. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) * (FACTORS[match[2] ?? ""] ?? 1) : undefined;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/;
const SYSLOG_PORT = 514;

/** Host and port of `loghost`, `loghost:514`, `[2001:db8::1]:514`; undefined for what is none. */
export function parseServer(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = ADDRESS.exec(text);
  const port = match?.[3] === undefined ? SYSLOG_PORT : Number(match[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, port };
}

type DurationForm = () => z.ZodString;
type LabelsForm = () => z.ZodRecord<z.ZodString, z.ZodString>;

const filled = (form: string) => z.string().min(1, { error: mustBe(form) });

const logSchema = z.strictObject({
  path: filled("a file").optional().describe("File that lines are added to; relative to this file."),
  stdout: z.literal(true).optional().describe("Standard output instead of a file."),
  max_size: z
    .string({ error: mustBe("a size such as 100MB") })
    .refine((text) => (parseSize(text) ?? 0) >= SMALLEST, { error: mustBe("a size such as 100MB, from 4KB on") })
    .default("100MB")
    .describe("Size at which a file is put aside as `PATH.1` and a new one begun: `512KB`, `100MB`, `1GB`."),
  max_files: z
    .int({ error: mustBe("a whole number from 0 to 1000") })
    .min(0, { error: mustBe("a whole number from 0 to 1000") })
    .max(1000, { error: mustBe("a whole number from 0 to 1000") })
    .default(5)
    .describe("Files put aside that are kept."),
});

const syslogSchema = z.strictObject({
  address: z
    .string({ error: addressMustBe('a host and port such as "loghost:514"') })
    .refine((text) => parseServer(text) !== undefined, {
      error: addressMustBe('a host and port such as "loghost:514"'),
    })
    .describe("Receiver, `loghost`, `10.0.0.5:5514` or `[2001:db8::5]:514`; port 514 unless given."),
  transport: z
    .enum(["udp", "tcp"])
    .default("udp")
    .describe("`udp`: a datagram each (RFC 5426). `tcp`: octet counting (RFC 6587)."),
  facility: z.enum(FACILITIES).default("daemon").describe("Facility of the messages."),
  app_name: z
    .string()
    .regex(/^[\x21-\x7e]{1,48}$/, { error: mustBe("1 to 48 printable ASCII characters without spaces") })
    .default("lightsout")
    .describe("APP-NAME of the messages."),
});

const alertmanagerSchema = (duration: DurationForm, labels: LabelsForm) =>
  z.strictObject({
    url: z
      .union([httpUrl(), z.array(httpUrl()).min(1, { error: "is an empty list; give a URL" })], {
        error: (issue) =>
          holdsCredentials(issue.input)
            ? NO_CREDENTIALS
            : secretMustBe("an http:// or https:// URL, or a list of them")(issue),
      })
      .describe("The Alertmanager, `http://alertmanager:9093`; of a cluster each member."),
    min_severity: z
      .enum(ALERT_SEVERITIES)
      .default("critical")
      .describe("Least severity of a record that is sent; warnings are called `SelWarningEvent`."),
    resolve_after: duration()
      .default("30m")
      .describe("Time after which the alert ends, unless the rules go on with it."),
    timeout: duration().default("10s").describe("Time an answer may take."),
    labels: labels()
      .prefault({})
      .describe(
        "More labels: the `external_labels` of the Prometheus that evaluates the rules, so that both are one alert.",
      ),
    basic_auth: basicAuthSchema.optional().describe("User name and password for the server."),
    authorization: authorizationSchema.optional().describe("A token for the server."),
  });

/** Where events go; the forms are those of the rest of the file. */
export const eventsSchema = (duration: DurationForm, labels: LabelsForm) =>
  z.strictObject({
    historical: z
      .boolean()
      .default(false)
      .describe("Also send what an event log held when it was read for the first time, marked `historical`."),
    log: logSchema.optional().describe("Events as lines of JSON, in a file or on standard output."),
    syslog: syslogSchema.optional().describe("Events as syslog messages (RFC 5424)."),
    alertmanager: alertmanagerSchema(duration, labels)
      .optional()
      .describe("Critical events as alerts, without waiting for a scrape and a rule."),
  });
