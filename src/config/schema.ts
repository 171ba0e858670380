import { z } from "zod";
import { parseDuration } from "../lib/index.ts";
import { COLLECTORS, DEFAULT_COLLECTORS, HIGHEST_HOST_LIMITS, PART_NAMES } from "../model/index.ts";
import { parseCidr } from "./cidr.ts";
import { clusterSchema } from "./cluster-schema.ts";
import { duration, someTime } from "./duration-schema.ts";
import { authorizationSchema, basicAuthSchema, eventsSchema, parseSize } from "./events-schema.ts";
import { operateSchema } from "./operate-schema.ts";
import { commonKeys, oneOrMore } from "./rule-file.ts";
import { authSchema } from "./secret-schema.ts";
import { selEvents } from "./sel-events.ts";
import { addressMustBe, mustBe } from "./sentences.ts";
import { trapsSchema } from "./traps-schema.ts";
import { httpUrl } from "./url-schema.ts";

/*
 * The keys of the configuration file with their types, defaults and descriptions. This is the only place with defaults.
 * The reference page and the JSON schema for editors are generated from it.
 */

export const PROTOCOLS = ["auto", "ipmi", "redfish", "both"] as const;
const TLS_VERIFY = ["ca", "pin", "off"] as const;
const TLS_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
const REDFISH_AUTH = ["session", "basic"] as const;
export const PRIVILEGES = ["user", "operator", "administrator"] as const;
/** All suites except those with xRC4. */
const CIPHER_SUITES = [0, 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17] as const;

const whole = (low: number, high: number) => {
  const error = mustBe(`a whole number from ${low} to ${high}`);
  return z.int({ error }).min(low, { error }).max(high, { error });
};
const SIZE_FORM = mustBe("a size such as 128MB, or 0");
const filled = (form: string) => z.string().min(1, { error: mustBe(form) });
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const labels = () =>
  z.record(
    z.string().regex(LABEL_NAME, { error: "is not a label name; use letters, digits and _, and no digit first" }),
    z.string(),
  );

const isRegex = (text: string): boolean => {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
};

const ruleSchema = z
  .strictObject({
    type: filled("a sensor type").optional().describe("Sensor type, e.g. `Entity Presence` or `entity_presence`."),
    name: filled("a regular expression")
      .refine(isRegex, { error: mustBe("a regular expression") })
      .optional()
      .describe("Regular expression that matches anywhere in the name of the sensor."),
    entity: z
      .string()
      .regex(/^\d+(\.\d+)?$/, { error: mustBe('an entity "3" or an entity and its instance "3.1"') })
      .optional()
      .describe('Entity id `"3"`, or with its instance `"3.1"`.'),
    id: filled("a sensor id").optional().describe("The sensor's `id` label."),
  })
  .refine((rule) => Object.keys(rule).length > 0, { error: "is an empty rule; give type, name, entity or id" });

const LONGEST_DISCRETE_INTERVAL_MS = 3_600_000;

const sensorsSchema = z.strictObject({
  include: z
    .array(ruleSchema)
    .default([])
    .describe("Read only sensors that match one of these rules. If empty, read all."),
  exclude: z.array(ruleSchema).default([]).describe("Do not read sensors that match one of these rules."),
  bridge: z
    .boolean()
    .default(false)
    .describe(
      "Also read sensors of satellite controllers through the BMC, from its SDR repository and from their device SDRs. Slow on many boards.",
    ),
  discrete_interval: duration()
    .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_DISCRETE_INTERVAL_MS, { error: "must not be above 1h" })
    .default("5m")
    .describe(
      "IPMI: longest time between two readings of a discrete sensor while nothing happened. All are read at once when the event log, the power state, a chassis fault, the sensor repository or the session changes, and in every poll if the event log does not show every event. Analog sensors, and sensors with a state that is not ok, are read in every poll. `0s`: read all in every poll. At most 1h.",
    ),
});

const hostLimitsSchema = z.strictObject({
  sensors: whole(1, HIGHEST_HOST_LIMITS.sensors)
    .default(2000)
    .describe("Sensors that are read, in the order of the SDR repository."),
  series: whole(100, HIGHEST_HOST_LIMITS.series).default(20_000).describe("Series that are exported."),
  text_bytes: whole(10_000, HIGHEST_HOST_LIMITS.textBytes)
    .default(5_000_000)
    .describe("Size of the exported text, in bytes."),
});

const ipmiSchema = z.strictObject({
  port: whole(1, 65535).default(623).describe("UDP port for targets without a port."),
  privilege: z.enum(PRIVILEGES).default("user").describe("Privilege level of the session."),
  cipher_suites: z
    .array(z.literal([...CIPHER_SUITES]))
    .min(1, { error: "is an empty list; omit the key for the default order" })
    .optional()
    .describe(
      "Cipher suites to try, in this order. The default order is 17, then 3. Suite 0 (no authentication) is used only if it is listed. Without this key, a BMC that completed a login with integrity gets no login with suites 1, 6 or 15.",
    ),
  retries: whole(0, 10)
    .optional()
    .describe(
      "Number of times a request without a response is sent again. Without it, as often as the time-out of the poll allows.",
    ),
  allow_ipmi_1_5: z
    .union([z.literal("auto"), z.boolean()], { error: mustBe("auto, true or false") })
    .default("auto")
    .describe(
      "Use of IPMI 1.5. `auto`: only with BMCs that offer nothing newer and never completed an IPMI 2.0 login. `true`: always. `false`: never.",
    ),
  inventory_interval: duration()
    .default("1h")
    .describe("Time between two readings of FRUs and other data that rarely changes."),
  probe_cipher_zero: z
    .boolean()
    .default(false)
    .describe(
      "When the security findings are read, try to log in as the user of `auths` without a password (cipher suite 0), and close that session at once. A BMC that refuses may log a failed login each time, and a BMC that locks accounts may count it.",
    ),
  quirks: z
    .array(filled("the name of a quirk"))
    .default([])
    .describe("Work-arounds for these BMCs, in addition to those chosen by manufacturer and product."),
});

/** SHA-256, with or without colons. */
const FINGERPRINT = /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i;

const redfishTlsSchema = z.strictObject({
  verify: z
    .enum(TLS_VERIFY)
    .default("pin")
    .describe(
      "How the certificate of a BMC is checked. `ca`: it must be signed by a trusted CA, for the address of the BMC. `pin`: the first certificate seen is accepted, and later only that one; with `state_dir` also after a restart. `off`: any certificate.",
    ),
  ca_file: filled("the path of a PEM file")
    .optional()
    .describe("Trusted CA certificates in PEM form for `verify: ca`, instead of those of Node.js."),
  accept: z
    .array(z.string().regex(FINGERPRINT, { error: "is not a SHA-256 fingerprint: 32 bytes in hex" }))
    .default([])
    .describe("SHA-256 fingerprints of certificates that are accepted in addition."),
  min_version: z
    .enum(TLS_VERSIONS)
    .optional()
    .describe("Lowest TLS version. Only old firmware needs less than TLSv1.2; the list of ciphers must allow it too."),
  ciphers: filled("an OpenSSL cipher list")
    .optional()
    .describe('OpenSSL cipher list, e.g. "DEFAULT@SECLEVEL=0" for BMCs with short keys.'),
});

const redfishSchema = z.strictObject({
  port: whole(1, 65535).default(443).describe("TCP port for targets without a port."),
  auth: z
    .enum(REDFISH_AUTH)
    .default("session")
    .describe("`session`: log in once and use a token. `basic`: send the password with each request."),
  tls: redfishTlsSchema.prefault({}).describe("Settings of TLS."),
  components_interval: duration()
    .default("15m")
    .describe(
      "Time between two readings of the parts of a machine: memory modules, processors, drives, controllers, network ports. They are also read when the health of the system or one of its summaries changes.",
    ),
  firmware: z
    .boolean()
    .default(false)
    .describe("Read the versions of all firmware of a machine: `bmc_firmware_info`, with 12 to 34 series for a host."),
  expand: z
    .boolean()
    .default(true)
    .describe("Use `$expand` if the BMC offers it. A BMC that refuses it does not get it again."),
});

/** Id of a sensor data record. */
const recordId = () => whole(0, 65535);

const ipmiExporterSchema = z.strictObject({
  auth: filled("a name under auths")
    .optional()
    .describe("Auth for targets outside the inventory; `default` if not given."),
  collectors: z
    .array(z.enum(COLLECTORS))
    .default([...DEFAULT_COLLECTORS])
    .describe("Collectors whose metrics are exported."),
  exclude_sensor_ids: z.array(recordId()).default([]).describe("Record ids of sensors that are not exported."),
  non_critical: z
    .enum(["nominal", "warning"])
    .default("nominal")
    .describe("State of a sensor beyond a non-critical limit; FreeIPMI reports it as nominal."),
  discrete_readings: z
    .boolean()
    .default(false)
    .describe(
      "Also export the values of discrete sensors, as FreeIPMI does with the work-around flag `discretereading`.",
    ),
  sel_events: selEvents().default([]).describe("Events that the collector `sel-events` counts, by name."),
});

export const moduleSchema = z.strictObject({
  protocol: z
    .enum(PROTOCOLS)
    .default("auto")
    .describe(
      "Protocol of the BMCs. `auto`: IPMI, or Redfish if a BMC does not respond to IPMI on the usual port. The protocol that responded first is kept, with `state_dir` also after a restart. `both`: IPMI, and Redfish for what IPMI does not have, such as memory modules and drives. If `auto` or `both` is written, addresses must not have a port.",
    ),
  interval: duration().default("60s").describe("Time between two polls of a host."),
  timeout: duration().default("20s").describe("Time limit of a poll; must be less than `interval`."),
  parts: z
    .array(z.enum(PART_NAMES))
    .default([...PART_NAMES])
    .describe("Parts that a poll reads."),
  sensors: sensorsSchema.prefault({}).describe("Which sensors are read. All keys of a rule must match."),
  limits: hostLimitsSchema
    .prefault({})
    .describe("How large one host may be. What exceeds a limit is left out and reported: `bmc_omitted_items`."),
  ipmi: ipmiSchema.prefault({}).describe("Settings of IPMI."),
  redfish: redfishSchema.prefault({}).describe("Settings of Redfish."),
  ipmi_exporter: ipmiExporterSchema
    .optional()
    .describe("What `/ipmi` exports in the metrics of ipmi_exporter; see [migration](migration.md)."),
});

const WATTS = mustBe("a number of watts above 0, without a unit");

const place = (what: string) => z.string().optional().describe(`${what} May hold patterns, as \`address\` does.`);

const targetSchema = z.strictObject({
  hosts: z
    .union([filled("a host list"), z.array(filled("a host list")).min(1)], {
      error: mustBe("a host list such as node[001-128], or a list of them"),
    })
    .describe(
      "Host names as a folded list, e.g. `node[001-128]`, `r[1-7]n[01-36]`, `gpu[1,3,7-9]` or `c[1-9/2]`; several are separated by commas.",
    ),
  address: filled("an address")
    .default("{host}")
    .describe(
      "Name or IP address of the BMC, with `:port` if it differs from the port of the module. `{host}` is the host name, `{1}` the value of the first bracket; `{1-250}` numbers the hosts in order.",
    ),
  module: z.string().default("default").describe("Settings of the polls: a name under `modules`."),
  auth: z.string().default("default").describe("Account of the polls: a name under `auths`."),
  site: place("Site."),
  room: place("Room."),
  row: place("Row."),
  rack: place("Rack. `r{1-7}` spreads the hosts evenly, in order, over r1 to r7."),
  position: place("Lowest rack unit. `{01-36}` starts again in each rack."),
  labels: labels()
    .prefault({})
    .describe(
      "Further labels for `bmc_host_info`. `site`, `room`, `row`, `rack` and `position` may be given here, too.",
    ),
});

const GLOB = /^([^*?]*\/)?[^/]*\.(json|ya?ml)$/i;

const sdShape = {
  module: z.string().default("default").describe("Module of hosts without a `module` label."),
  auth: z.string().default("default").describe("Auth of hosts without an `auth` label."),
  labels: labels().prefault({}).describe("Labels for hosts whose entry does not have them."),
  map: z
    .record(z.string(), z.string())
    .prefault({})
    .describe(
      "Labels of lightsout and the labels of the source they are taken from, e.g. `{ host: __meta_netbox_name, __address__: __meta_netbox_oob_ip }`. Other labels that start with `__` are dropped.",
    ),
};

const fileSdSchema = z.strictObject({
  files: z
    .array(z.string().regex(GLOB, { error: mustBe("a .json, .yml or .yaml file, * and ? only in its last part") }))
    .min(1, { error: "is an empty list; name a file" })
    .describe(
      "JSON or YAML files in the file_sd format of Prometheus. `*` and `?` may be used in the last part of the path.",
    ),
  refresh_interval: someTime()
    .default("5m")
    .describe("Time between two readings. In addition, files are read when they change."),
  ...sdShape,
});

const httpSdSchema = z.strictObject({
  url: httpUrl().describe("URL that returns a list in the http_sd format of Prometheus."),
  refresh_interval: someTime().default("60s").describe("Time between two requests."),
  timeout: someTime().default("30s").describe("Time limit of a request."),
  basic_auth: basicAuthSchema.optional().describe("User name and password for the server."),
  authorization: authorizationSchema.optional().describe("A token for the server."),
  ...sdShape,
});

const schedulerSchema = z.strictObject({
  concurrency: whole(1, 100_000).default(1024).describe("Polls in progress at once."),
  group_concurrency: whole(1, 100_000).default(32).describe("Polls in progress at once within one group."),
  group_by: z
    .enum(["subnet", "rack"])
    .default("subnet")
    .describe("Groups for `group_concurrency`: `subnet` (/24, or /64 of IPv6) or `rack`."),
  packets_per_second: whole(1, 1_000_000)
    .optional()
    .describe("Packets sent to one BMC per second. Without it, there is no limit."),
  max_backoff: duration().default("15m").describe("Longest time between two polls of a BMC that does not respond."),
  stale_after: duration()
    .optional()
    .describe("Age at which readings are dropped. Without it, three intervals of the module."),
});

const probeSchema = z.strictObject({
  allow: z
    .array(
      z
        .string()
        .refine((text) => parseCidr(text) !== undefined, { error: addressMustBe("a network such as 10.20.0.0/16") }),
    )
    .default([])
    .describe("Networks with BMCs that `/probe` may poll although they are not in the inventory."),
  max_age: duration()
    .default("0s")
    .describe("A probe of a host of the inventory returns the last poll if it is not older than this."),
  concurrency: whole(1, 100_000).default(64).describe("Probes in progress at once; more are refused."),
});

const rolesSchema = z.strictObject({
  files: z
    .array(filled("a file of role rules"))
    .default([])
    .describe(
      "YAML files of rules. They apply in this order, before the shipped rules. Paths are relative to this file.",
    ),
});

const placeOfRack = (what: string) =>
  filled(`the name of a ${what}`)
    .optional()
    .describe(`Only racks in this ${what}; needed if racks of the same name are in different places.`);

const racksSchema = z.strictObject({
  racks: z
    .union([filled("a list of racks"), z.array(filled("a list of racks")).min(1)], {
      error: mustBe("a list of racks such as r[01-12], or a list of them"),
    })
    .describe("Racks as a folded list, e.g. `r[01-12]` or `a[1-4],b7`."),
  site: placeOfRack("site"),
  room: placeOfRack("room"),
  row: placeOfRack("row"),
  power_budget_watts: z
    .number({ error: WATTS })
    .gt(0, { error: WATTS })
    .describe("Power that all hosts of one rack together may draw; exported as `bmc_rack_power_budget_watts`."),
});

const severitiesSchema = z.strictObject({
  files: z
    .array(filled("a file of severity rules"))
    .default([])
    .describe(
      "YAML files of rules. They apply in this order, before the shipped rules. Paths are relative to this file.",
    ),
});

const quirkRuleSchema = z.strictObject({
  manufacturer: commonKeys.manufacturer.unwrap().describe("Manufacturer of the BMC: name or IANA number, or a list."),
  product: oneOrMore(whole(0, 65535), mustBe("a product id, or a list of them"))
    .optional()
    .describe("Product id, or a list of them. Without it, all products."),
  firmware_below: whole(1, 127).optional().describe("Only major firmware versions below this one."),
  quirks: z
    .array(filled("the name of a quirk"))
    .min(1, { error: "is an empty list; name at least one quirk" })
    .describe("Work-arounds for these BMCs."),
});

/** The whole file. */
export const fileSchema = z.strictObject({
  modules: z
    .record(filled("a name"), moduleSchema)
    .prefault({})
    .describe("Settings of polls, by name. `default` always exists; an entry here replaces it."),
  auths: z.record(filled("a name"), authSchema).prefault({}).describe("Accounts on BMCs, by name."),
  targets: z.array(targetSchema).default([]).describe("Hosts."),
  file_sd: z.array(fileSdSchema).default([]).describe("Hosts from files."),
  http_sd: z.array(httpSdSchema).prefault([]).describe("Hosts from HTTP servers."),
  racks: z
    .array(racksSchema)
    .default([])
    .describe("Power budgets of racks, for the alerts `RackPowerHigh` and `RackPowerCritical`."),
  scheduler: schedulerSchema.prefault({}).describe("When hosts are polled, and how many at once."),
  probe: probeSchema.prefault({}).describe("Which BMCs `/probe` may poll, and how many at once."),
  history: z
    .strictObject({
      memory: z
        .string({ error: SIZE_FORM })
        .refine((text) => text === "0" || parseSize(text) !== undefined, { error: SIZE_FORM })
        .default("128MB")
        .describe(
          "Memory for the readings of the last day that the pages show, of all hosts together; `0` keeps none. A board with 40 readings takes 22 KB.",
        ),
    })
    .prefault({})
    .describe("Readings of the last day, for the pages. They are lost when the exporter ends."),
  links: z
    .strictObject({
      grafana: httpUrl().optional().describe("Root URL of Grafana; the pages of hosts link to their dashboard there."),
      runbooks: httpUrl()
        .optional()
        .describe(
          "Folder of the runbooks; by default the exporter's own `/runbooks`. `{alert}` stands for the name of the alert.",
        ),
      bmc: z
        .string()
        .regex(/^https?:\/\/[^\s]*\{address\}[^\s]*$/, {
          error: mustBe("a URL with {address}, e.g. https://{address}/"),
        })
        .default("https://{address}/")
        .describe("URL of a BMC's own page."),
    })
    .prefault({})
    .describe("Addresses that pages link to."),
  groups: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, { error: "is not a group name; use letters, digits, _, . and -" }),
      filled("a selector such as rack=r[7-9],-login1"),
    )
    .prefault({})
    .describe(
      'Selectors by name, for `@name` on the command line, e.g. `gpu: "rack=r[7-9],-login1"`. A group may contain other groups.',
    ),
  operate: operateSchema
    .prefault({})
    .describe("Settings of the commands that act on hosts; see [operate](operate.md). The exporter does not use them."),
  quirks: z
    .array(quirkRuleSchema)
    .default([])
    .describe("Work-arounds by manufacturer and product, in addition to the built-in ones."),
  roles: rolesSchema.prefault({}).describe("Rules for the `role` label of sensors; see [roles](roles.md)."),
  severities: severitiesSchema
    .prefault({})
    .describe("Rules for the severity of states; see [severities](severities.md)."),
  events: eventsSchema(duration, labels)
    .prefault({})
    .describe("Outputs for new records of event logs and for changes of hosts; see [events](events.md)."),
  cluster: clusterSchema
    .optional()
    .describe("Several servers that share the hosts of one inventory; see [several servers](servers.md)."),
  traps: trapsSchema
    .optional()
    .describe("Receive SNMP traps of BMCs, and poll the host at once; see [traps](traps.md)."),
  state_dir: filled("a folder")
    .optional()
    .describe("Folder for state that is kept over restarts; relative to this file."),
});

/** The file with all defaults in place; secrets are Secret objects. */
export type ConfigFile = z.output<typeof fileSchema>;
