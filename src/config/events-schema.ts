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
    .describe("Scheme, e.g. `Bearer` or `Token`."),
  ...secretSourceShape("credentials"),
});

const SIZE = /^(\d+)(B|KB|MB|GB)$/;
const FACTORS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };
const SMALLEST = 4096;

/** Bytes of a size in the format of Prometheus; units are powers of 1024. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) * (FACTORS[match[2] ?? ""] ?? 1) : undefined;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/;
const SYSLOG_PORT = 514;

/** Host and port of `loghost`, `loghost:514`, `[2001:db8::1]:514`; undefined if the text is not one. */
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
  path: filled("a file").optional().describe("File to which events are appended; relative to this file."),
  stdout: z.literal(true).optional().describe("Write to standard output instead of a file."),
  max_size: z
    .string({ error: mustBe("a size such as 100MB") })
    .refine((text) => (parseSize(text) ?? 0) >= SMALLEST, { error: mustBe("a size such as 100MB, at least 4KB") })
    .default("100MB")
    .describe("Size at which the file is rotated to `PATH.1`, e.g. `512KB`, `100MB` or `1GB`."),
  max_files: z
    .int({ error: mustBe("a whole number from 0 to 1000") })
    .min(0, { error: mustBe("a whole number from 0 to 1000") })
    .max(1000, { error: mustBe("a whole number from 0 to 1000") })
    .default(5)
    .describe("Number of rotated files that are kept."),
});

const syslogSchema = z.strictObject({
  address: z
    .string({ error: addressMustBe('a host and port such as "loghost:514"') })
    .refine((text) => parseServer(text) !== undefined, {
      error: addressMustBe('a host and port such as "loghost:514"'),
    })
    .describe("Receiver, e.g. `loghost`, `10.0.0.5:5514` or `[2001:db8::5]:514`. The default port is 514."),
  transport: z
    .enum(["udp", "tcp"])
    .default("udp")
    .describe("`udp`: one datagram per event (RFC 5426). `tcp`: octet counting (RFC 6587)."),
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
      .describe("URL of the Alertmanager, e.g. `http://alertmanager:9093`, or a list with all members of a cluster."),
    min_severity: z
      .enum(ALERT_SEVERITIES)
      .default("critical")
      .describe("Lowest severity of records that are sent. Alerts of warnings are named `SelWarningEvent`."),
    resolve_after: duration()
      .default("30m")
      .describe("Time after which the alert resolves, unless a rule of Prometheus fires it, too."),
    timeout: duration().default("10s").describe("Time limit of a request."),
    labels: labels()
      .prefault({})
      .describe(
        "Further labels. Give the `external_labels` of the Prometheus that evaluates the rules, so that both make one alert.",
      ),
    grafana_url: httpUrl()
      .optional()
      .describe("Root URL of Grafana, for a link to the dashboard of the host. Without it, alerts have no such link."),
    runbooks_url: httpUrl()
      .optional()
      .describe(
        "URL of the runbooks, e.g. `http://lightsout.example.org:9623/runbooks`, as for `lightsout rules --runbooks`. Without it, alerts have no such link.",
      ),
    basic_auth: basicAuthSchema.optional().describe("User name and password for the server."),
    authorization: authorizationSchema.optional().describe("A token for the server."),
  });

/** Outputs of events; durations and labels have the form of the rest of the file. */
export const eventsSchema = (duration: DurationForm, labels: LabelsForm) =>
  z.strictObject({
    historical: z
      .boolean()
      .default(false)
      .describe("Also send the records that an event log held when it was first read, marked `historical`."),
    log: logSchema.optional().describe("Events as lines of JSON in a file or on standard output."),
    syslog: syslogSchema.optional().describe("Events as syslog messages (RFC 5424)."),
    alertmanager: alertmanagerSchema(duration, labels)
      .optional()
      .describe("Critical events as alerts, without waiting for a scrape and a rule."),
  });
