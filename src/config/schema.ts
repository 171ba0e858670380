import { z } from "zod";
import { COLLECTORS, DEFAULT_COLLECTORS, HIGHEST_HOST_LIMITS, PART_NAMES } from "../model/index.ts";
import { parseCidr } from "./cidr.ts";
import { duration, someTime } from "./duration-schema.ts";
import { authorizationSchema, basicAuthSchema, eventsSchema } from "./events-schema.ts";
import { commonKeys, oneOrMore } from "./rule-file.ts";
import { authSchema } from "./secret-schema.ts";
import { selEvents } from "./sel-events.ts";
import { addressMustBe, mustBe } from "./sentences.ts";
import { httpUrl } from "./url-schema.ts";

/*
 * The configuration file as it is written: keys, forms, defaults and the meaning of each. Every
 * default of the project stands here and nowhere else; the reference page and the JSON schema for
 * editors are made from it.
 */

export const PROTOCOLS = ["auto", "ipmi", "redfish"] as const;
const TLS_VERIFY = ["ca", "pin", "off"] as const;
const TLS_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
const REDFISH_AUTH = ["session", "basic"] as const;
export const PRIVILEGES = ["user", "operator", "administrator"] as const;
/** Suites without the xRC4 ciphers, which nobody offers any more. */
export const CIPHER_SUITES = [0, 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17] as const;

const whole = (low: number, high: number) => {
  const error = mustBe(`a whole number from ${low} to ${high}`);
  return z.int({ error }).min(low, { error }).max(high, { error });
};
const filled = (form: string) => z.string().min(1, { error: mustBe(form) });
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const labels = () =>
  z.record(
    z.string().regex(LABEL_NAME, { error: "is no label name: letters, digits and _ only, no digit first" }),
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
    type: filled("a sensor type").optional().describe("Sensor type, `Entity Presence` or `entity_presence`."),
    name: filled("a regular expression")
      .refine(isRegex, { error: mustBe("a regular expression") })
      .optional()
      .describe("Regular expression found anywhere in the sensor's name."),
    entity: z
      .string()
      .regex(/^\d+(\.\d+)?$/, { error: mustBe('an entity "3" or an entity and its instance "3.1"') })
      .optional()
      .describe('Entity id `"3"`, or with its instance `"3.1"`.'),
    id: filled("a sensor id").optional().describe("The sensor's `id` label."),
  })
  .refine((rule) => Object.keys(rule).length > 0, { error: "is an empty rule; give type, name, entity or id" });

const sensorsSchema = z.strictObject({
  include: z.array(ruleSchema).default([]).describe("Only sensors that match one of these rules; empty: all."),
  exclude: z.array(ruleSchema).default([]).describe("No sensor that matches one of these rules."),
  bridge: z
    .boolean()
    .default(false)
    .describe(
      "Also read sensors of satellite controllers, through the BMC: those of its repository and of their own device SDRs; slow on many boards.",
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
  port: whole(1, 65535).default(623).describe("UDP port, for targets that give none."),
  privilege: z.enum(PRIVILEGES).default("user").describe("Privilege level asked for."),
  cipher_suites: z
    .array(z.literal([...CIPHER_SUITES]))
    .min(1, { error: "is an empty list; leave the key out for the usual order" })
    .optional()
    .describe(
      "Cipher suites to try, in this order, instead of 17 then 3. 0 (no authentication) only where listed. Without this key, a BMC that completed a login with integrity gets no login with suites 1, 6 or 15.",
    ),
  retries: whole(0, 10)
    .optional()
    .describe("How often an unanswered request is sent again; without it, as often as the time-out allows."),
  allow_ipmi_1_5: z
    .union([z.literal("auto"), z.boolean()], { error: mustBe("auto, true or false") })
    .default("auto")
    .describe(
      "Speak IPMI 1.5. `auto`: only with BMCs that offer nothing newer and never completed an IPMI 2.0 login. `true`: always.",
    ),
  inventory_interval: duration().default("1h").describe("How often FRUs and other things that hardly change are read."),
  probe_cipher_zero: z
    .boolean()
    .default(false)
    .describe(
      "Try, with the other security findings, to log in as the user of `auths` without a password (cipher suite 0), and close that session at once. The log of a BMC that refuses may show a failed login each time, and one that locks accounts may count it.",
    ),
  quirks: z
    .array(filled("the name of a quirk"))
    .default([])
    .describe("Work-arounds to switch on for these BMCs, beside those found by manufacturer and product."),
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
  port: whole(1, 65535).default(443).describe("TCP port, for targets without a port."),
  auth: z
    .enum(REDFISH_AUTH)
    .default("session")
    .describe("`session`: log in once and use a token. `basic`: send the password with each request."),
  tls: redfishTlsSchema.prefault({}).describe("How the connection is secured."),
});

/** Ids of sensor data records. */
const recordId = () => whole(0, 65535);

const ipmiExporterSchema = z.strictObject({
  auth: filled("a name under auths")
    .optional()
    .describe("As whom targets outside the inventory are asked; `default` unless said."),
  collectors: z
    .array(z.enum(COLLECTORS))
    .default([...DEFAULT_COLLECTORS])
    .describe("What is told."),
  exclude_sensor_ids: z.array(recordId()).default([]).describe("Record ids of sensors that are left out."),
  non_critical: z
    .enum(["nominal", "warning"])
    .default("nominal")
    .describe("State of a sensor beyond a non-critical limit: FreeIPMI thinks nothing of it."),
  discrete_readings: z
    .boolean()
    .default(false)
    .describe("Tell the values of discrete sensors, too: FreeIPMI's work-around flag `discretereading`."),
  sel_events: selEvents().default([]).describe("Events that the collector `sel-events` counts by name."),
});

export const moduleSchema = z.strictObject({
  protocol: z
    .enum(PROTOCOLS)
    .default("auto")
    .describe(
      "Protocol of the BMCs. `auto`: IPMI, or Redfish if nothing answers IPMI on its usual port. What answered first is kept; with `state_dir` also after a restart.",
    ),
  interval: duration().default("60s").describe("Time from one poll of a host to the next."),
  timeout: duration().default("20s").describe("Time a poll may take; less than `interval`."),
  parts: z
    .array(z.enum(PART_NAMES))
    .default([...PART_NAMES])
    .describe("What is asked."),
  sensors: sensorsSchema.prefault({}).describe("Which sensors are read. All keys given in a rule must match."),
  limits: hostLimitsSchema
    .prefault({})
    .describe("How large one host may be. What exceeds a limit is left out and reported: `bmc_omitted_items`."),
  ipmi: ipmiSchema.prefault({}).describe("How IPMI is spoken."),
  redfish: redfishSchema.prefault({}).describe("How Redfish is spoken."),
  ipmi_exporter: ipmiExporterSchema
    .optional()
    .describe("What `/ipmi` answers in the metrics of ipmi_exporter; see [migration](migration.md)."),
});

const WATTS = mustBe("a number of watts above 0, without a unit");

const place = (what: string) => z.string().optional().describe(`${what} Patterns as in \`address\`.`);

export const targetSchema = z.strictObject({
  hosts: z
    .union([filled("a host list"), z.array(filled("a host list")).min(1)], {
      error: mustBe("a host list such as node[001-128], or a list of them"),
    })
    .describe(
      "Host names, folded: `node[001-128]`, `r[1-7]n[01-36]`, `gpu[1,3,7-9]`, `c[1-9/2]`, commas between them.",
    ),
  address: filled("an address")
    .default("{host}")
    .describe(
      "Name or IP address of the BMC, with `:port` where it is not the module's. `{host}` is the host name, `{1}` the first bracket's value, `{1-250}` numbers the hosts in order.",
    ),
  module: z.string().default("default").describe("How to poll: a name under `modules`."),
  auth: z.string().default("default").describe("As whom: a name under `auths`."),
  site: place("Site."),
  room: place("Room."),
  row: place("Row."),
  rack: place("Rack. `r{1-7}` spreads the hosts evenly, in order, over r1 to r7."),
  position: place("Lowest rack unit. `{01-36}` counts anew in each rack."),
  labels: labels()
    .prefault({})
    .describe("More labels, for `bmc_host_info`; site, room, row, rack and position may also stand here."),
});

const GLOB = /^([^*?]*\/)?[^/]*\.(json|ya?ml)$/i;

const sdShape = {
  module: z.string().default("default").describe("Module of hosts without a `module` label."),
  auth: z.string().default("default").describe("Auth of hosts without an `auth` label."),
  labels: labels().prefault({}).describe("Labels for hosts that do not bring them."),
  map: z
    .record(z.string(), z.string())
    .prefault({})
    .describe(
      "Our label from theirs: `{ host: __meta_netbox_name, __address__: __meta_netbox_oob_ip }`. Labels that start with `__` are dropped otherwise.",
    ),
};

export const fileSdSchema = z.strictObject({
  files: z
    .array(z.string().regex(GLOB, { error: mustBe("a .json, .yml or .yaml file, * and ? only in its last part") }))
    .min(1, { error: "is an empty list; name a file" })
    .describe("JSON or YAML files in Prometheus' file_sd format; `*` and `?` in the last part of the path."),
  refresh_interval: someTime().default("5m").describe("Files are watched; this is how often they are read anyway."),
  ...sdShape,
});

export const httpSdSchema = z.strictObject({
  url: httpUrl().describe("Answers a list in Prometheus' http_sd format."),
  refresh_interval: someTime().default("60s").describe("How often it is asked."),
  timeout: someTime().default("30s").describe("Time an answer may take."),
  basic_auth: basicAuthSchema.optional().describe("User name and password for the server."),
  authorization: authorizationSchema.optional().describe("A token for the server."),
  ...sdShape,
});

export const schedulerSchema = z.strictObject({
  concurrency: whole(1, 100_000).default(1024).describe("Polls under way at once."),
  group_concurrency: whole(1, 100_000).default(32).describe("Polls under way at once within one group."),
  group_by: z.enum(["subnet", "rack"]).default("subnet").describe("What a group is: a /24 (IPv6: /64), or a rack."),
  packets_per_second: whole(1, 1_000_000)
    .optional()
    .describe("Packets sent to one BMC per second; without it, no limit."),
  max_backoff: duration().default("15m").describe("Longest time between two attempts at a silent BMC."),
  stale_after: duration()
    .optional()
    .describe("Age at which readings vanish; without it, three intervals of the host's module."),
});

export const probeSchema = z.strictObject({
  allow: z
    .array(
      z
        .string()
        .refine((text) => parseCidr(text) !== undefined, { error: addressMustBe("a network such as 10.20.0.0/16") }),
    )
    .default([])
    .describe("Networks whose addresses `/probe` may ask although they are not in the inventory."),
  max_age: duration().default("0s").describe("A reading up to this old answers a probe of a host of the inventory."),
  concurrency: whole(1, 100_000).default(64).describe("Probes under way at once; more are refused."),
});

export const rolesSchema = z.strictObject({
  files: z
    .array(filled("a file of role rules"))
    .default([])
    .describe("YAML files of rules, asked in this order and before the shipped ones; relative to this file."),
});

const placeOfRack = (what: string) =>
  filled(`the name of a ${what}`)
    .optional()
    .describe(`Only racks of that ${what}; needed where racks of one name differ in it.`);

export const racksSchema = z.strictObject({
  racks: z
    .union([filled("a list of racks"), z.array(filled("a list of racks")).min(1)], {
      error: mustBe("a list of racks such as r[01-12], or a list of them"),
    })
    .describe("Racks, folded as hosts are: `r[01-12]`, `a[1-4],b7`."),
  site: placeOfRack("site"),
  room: placeOfRack("room"),
  row: placeOfRack("row"),
  power_budget_watts: z
    .number({ error: WATTS })
    .gt(0, { error: WATTS })
    .describe("What all hosts of one rack together may draw: `bmc_rack_power_budget_watts`."),
});

export const severitiesSchema = z.strictObject({
  files: z
    .array(filled("a file of severity rules"))
    .default([])
    .describe("YAML files of rules, asked in this order and before the shipped ones; relative to this file."),
});

export const quirkRuleSchema = z.strictObject({
  manufacturer: commonKeys.manufacturer.unwrap().describe("Who made the BMC: name or IANA number, or a list."),
  product: oneOrMore(whole(0, 65535), mustBe("a product id, or a list of them"))
    .optional()
    .describe("Product id, or a list; without it all."),
  firmware_below: whole(1, 127).optional().describe("Only major firmware versions below this one."),
  quirks: z
    .array(filled("the name of a quirk"))
    .min(1, { error: "is an empty list; name at least one quirk" })
    .describe("Work-arounds to switch on for these BMCs."),
});

/** The whole file. */
export const fileSchema = z.strictObject({
  modules: z
    .record(filled("a name"), moduleSchema)
    .prefault({})
    .describe("How to poll, by name. `default` exists always; what is given here replaces it."),
  auths: z.record(filled("a name"), authSchema).prefault({}).describe("Who we are, by name."),
  targets: z.array(targetSchema).default([]).describe("Hosts."),
  file_sd: z.array(fileSdSchema).default([]).describe("Hosts from files."),
  http_sd: z.array(httpSdSchema).prefault([]).describe("Hosts from HTTP servers."),
  racks: z.array(racksSchema).default([]).describe("What racks may draw, for `RackPowerHigh` and `RackPowerCritical`."),
  scheduler: schedulerSchema.prefault({}).describe("When hosts are polled, and how many at once."),
  probe: probeSchema.prefault({}).describe("Whom `/probe` may ask."),
  quirks: z.array(quirkRuleSchema).default([]).describe("Work-arounds by manufacturer and product, beside the known."),
  roles: rolesSchema.prefault({}).describe("What sensors are for: the `role` label; see [roles](roles.md)."),
  severities: severitiesSchema.prefault({}).describe("How bad each state is; see [severities](severities.md)."),
  events: eventsSchema(duration, labels)
    .prefault({})
    .describe("Where new records of event logs and changes of hosts are sent; see [events](events.md)."),
  state_dir: filled("a folder")
    .optional()
    .describe("Folder for what a restart should not have to learn again; relative to this file."),
});

/** The file with all defaults in place; secrets are Secret objects. */
export type ConfigFile = z.output<typeof fileSchema>;
