import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { probeTarget } from "../../src/exporter/index.ts";
import { buildInventory } from "../../src/inventory/index.ts";
import { resolveAddress } from "../../src/ipmi/index.ts";

const auths = "auths: { default: { username: monitor, password: x } }";

it("resolves no name outside the inventory if probe.allow is empty", async () => {
  const config = parseConfig(auths, { path: "lightsout.yml" });
  // A name that every machine knows: its address would be in the message.
  await expect(probeTarget({ target: "localhost" }, config, new Map())).rejects.toThrow(
    'target "localhost" is not in the inventory and probe.allow is empty; add it to targets, or its network to probe.allow',
  );
  const open = parseConfig(`${auths}\nprobe: { allow: [127.0.0.0/8, '::1'] }`, { path: "lightsout.yml" });
  expect(await probeTarget({ target: "localhost" }, open, new Map())).toMatchObject({ name: "localhost" });
});

describe("a target that is an address", () => {
  const config = parseConfig(
    `${auths}
modules:
  default: { ipmi: { port: 16230 } }
  usual: {}
  web: { protocol: redfish, redfish: { port: 8443 } }
targets:
  - { hosts: v4, address: 192.0.2.4 }
  - { hosts: v6, address: "2001:DB8:0:0::6" }
  - { hosts: link, address: "fe80::1%eth0" }
  - { hosts: named, address: BMC-9.Example.org }
  - { hosts: usual, address: 192.0.2.5, module: usual }
  - { hosts: "gate[1-2]", address: "192.0.2.7:{6230-6231}" }
  - { hosts: gate3, address: 192.0.2.7 }
  - { hosts: "pair[1-2]", address: "192.0.2.8:{6230-6231}" }
  - { hosts: web, address: "192.0.2.9:9443", module: web }
  - { hosts: here4, address: 127.0.0.1 }
  - { hosts: here6, address: "::1" }
probe: { allow: [127.0.0.0/8, "::1", 198.51.100.0/24] }
`,
    { path: "lightsout.yml" },
  );
  const hosts = new Map(buildInventory(config).map((host) => [host.name, host]));
  const found = async (target: string, module?: string) => {
    const { name, address, port } = await probeTarget({ target, module }, config, hosts);
    return [name, address, port];
  };

  it.each([
    ["without a port", "192.0.2.4", "v4"],
    ["with the port of the module", "192.0.2.4:16230", "v4"],
    ["in another spelling of IPv6", "2001:db8::0:6", "v6"],
    ["in another spelling of IPv6, with a port", "[2001:0DB8::6]:16230", "v6"],
    ["with a zone", "fe80:0::1%eth0", "link"],
    ["in another case", "bmc-9.example.ORG", "named"],
    ["in another case, with a port", "bmc-9.EXAMPLE.org:16230", "named"],
    ["of a host in a module with the usual port", "192.0.2.5:623", "usual"],
    ["of a host in a module with the usual port, without it", "192.0.2.5", "usual"],
    ["that several BMCs share, with the port of one", "192.0.2.7:6231", "gate2"],
    ["that several BMCs share, without a port: the one at the port of the module", "192.0.2.7", "gate3"],
  ])("is the host of the inventory %s", async (_, target, name) => {
    expect(hosts.has(name)).toBe(true);
    expect(await probeTarget({ target }, config, hosts)).toBe(hosts.get(name));
  });

  it("keeps the address of the host under another module", async () => {
    expect(await found("192.0.2.4", "usual")).toEqual(["v4", "192.0.2.4", 16230]);
    expect(await found("v4", "usual")).toEqual(["v4", "192.0.2.4", 16230]);
  });

  it("gets the port of the module if that has another protocol", async () => {
    expect(await found("v4", "web")).toEqual(["v4", "192.0.2.4", 8443]);
    expect(await found("web", "usual")).toEqual(["web", "192.0.2.9", 623]);
    expect(await found("web", "default")).toEqual(["web", "192.0.2.9", 16230]);
    expect(await found("192.0.2.9")).toEqual(["web", "192.0.2.9", 9443]);
  });

  it.each(["192.0.2.4:623", "192.0.2.5:16230", "192.0.2.7:623"])("is refused at a port of no host: %s", (target) =>
    expect(found(target)).rejects.toThrow("is not in the inventory"),
  );

  it("is refused without a port if several hosts share it and none has the port of the module", () =>
    expect(found("192.0.2.8")).rejects.toThrow(
      'target "192.0.2.8" is the address of several hosts; give a name: pair1 (port 6230), pair2 (port 6231)',
    ));

  it("gets the port of the module outside the inventory", async () => {
    expect(await found("198.51.100.1")).toEqual(["198.51.100.1", "198.51.100.1", 16230]);
    expect(await found("198.51.100.1", "usual")).toEqual(["198.51.100.1", "198.51.100.1", 623]);
    expect(await found("198.51.100.1:99", "usual")).toEqual(["198.51.100.1:99", "198.51.100.1", 99]);
  });

  it("is the host of the inventory if a name resolves to it", async () => {
    const expected = (await resolveAddress("localhost")) === "::1" ? "here6" : "here4";
    expect(await probeTarget({ target: "localhost" }, config, hosts)).toBe(hosts.get(expected));
    expect((await found("localhost:99"))[0]).toBe("localhost:99");
  });
});

describe("a target with a port", () => {
  const probe = (protocol: string, target: string) => {
    const modules = `modules: { m: { ${protocol} } }`;
    const config = parseConfig(`${auths}\n${modules}\nprobe: { allow: [127.0.0.0/8] }`, { path: "lightsout.yml" });
    return probeTarget({ target, module: "m" }, config, new Map());
  };

  it.each(["auto", "both"])("is refused with a remedy for a module with protocol: %s", async (protocol) => {
    await expect(probe(`protocol: ${protocol}`, "127.0.0.1:6230")).rejects.toThrow(
      `target "127.0.0.1:6230" has a port, but module m has protocol: ${protocol} and polls port 623 over IPMI and port 443 over Redfish; remove the port from the address`,
    );
    expect(await probe(`protocol: ${protocol}`, "127.0.0.1")).toMatchObject({ port: 623 });
  });

  it.each(["", "protocol: ipmi", "protocol: redfish"])(
    "is polled at this port for a module with %j",
    async (protocol) => {
      expect(await probe(protocol, "127.0.0.1:6230")).toMatchObject({ port: 6230 });
    },
  );
});
