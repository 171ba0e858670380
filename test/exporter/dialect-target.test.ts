import { describe, expect, it } from "vitest";
import { type Config, parseCidr, parseConfig } from "../../src/config/index.ts";
import { dialectOf, dialectTarget } from "../../src/exporter/index.ts";
import { buildInventory } from "../../src/inventory/index.ts";

const ours = parseConfig(
  JSON.stringify({
    modules: {
      slow: { parts: ["power", "sensors"] },
      special: {
        ipmi_exporter: { auth: "root", collectors: ["sel"], exclude_sensor_ids: [7], non_critical: "warning" },
      },
    },
    auths: { default: { username: "u", password: "p" }, root: { username: "r", password: "p" } },
    targets: [{ hosts: "node001", address: "10.0.0.1", module: "slow" }],
    probe: { allow: ["10.1.0.0/16"] },
  }),
  { path: "lightsout.yml" },
);
const foreign = parseConfig("modules: { default: { user: u, pass: p }, other: { user: o, pass: p } }", {
  path: "ipmi.yml",
});
const allowed = (config: Config): Config => ({
  ...config,
  probe: { ...config.probe, allow: [network("10.1.0.0/16")] },
});

function network(text: string) {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(text);
  return cidr;
}

const ask = (config: Config, target: string, module?: string) =>
  dialectTarget({ target, module }, config, new Map(buildInventory(config).map((host) => [host.name, host])));

describe("the host that a scrape of /ipmi polls", () => {
  it.each([undefined, "default"])(
    "is one of the inventory with its own module and account, module %s",
    async (module) => {
      for (const target of ["node001", "10.0.0.1"]) {
        expect(await ask(ours, target, module)).toMatchObject({ name: "node001", module: "slow", auth: "default" });
      }
    },
  );

  it("is polled with the given module, and with the account of that module", async () => {
    expect(await ask(ours, "node001", "special")).toMatchObject({ name: "node001", module: "special", auth: "root" });
    expect(await ask(ours, "10.1.2.3", "special")).toMatchObject({ address: "10.1.2.3", auth: "root" });
    expect(await ask(ours, "10.1.2.3")).toMatchObject({ address: "10.1.2.3", module: "default", auth: "default" });
  });

  it("is an allowed address with a configuration of ipmi_exporter, and has the account of the module", async () => {
    expect(await ask(allowed(foreign), "10.1.2.3:6230")).toMatchObject({
      port: 6230,
      module: "default",
      auth: "default",
    });
    expect(await ask(allowed(foreign), "10.1.2.3", "other")).toMatchObject({ module: "other", auth: "other" });
  });

  it("is refused with the missing flag if its network is not allowed", async () => {
    const refused = { status: 403, message: expect.stringContaining("--probe.allow=10.1.2.3/32") };
    await expect(ask(foreign, "10.1.2.3")).rejects.toMatchObject(refused);
  });

  it("is refused for an unknown module", async () => {
    const refused = { status: 400, message: 'no module is named "othr"; did you mean "other"?' };
    await expect(ask(allowed(foreign), "10.1.2.3", "othr")).rejects.toMatchObject(refused);
  });
});

describe("what /ipmi exports for a module", () => {
  const of = (name: string) => {
    const module = ours.modules.get(name);
    if (!module) throw new Error(name);
    return dialectOf(module);
  };

  it("is by default what ipmi_exporter exports, for the parts that are read", () => {
    expect(of("default").collectors).toEqual(["ipmi", "dcmi", "bmc", "chassis"]);
    expect(of("slow").collectors).toEqual(["ipmi", "chassis"]);
  });

  it("is what its section configures", () => {
    expect(of("special")).toEqual({
      collectors: ["sel"],
      excludeIds: [7],
      nonCritical: "warning",
      selEvents: [],
      discreteReadings: false,
    });
  });
});
