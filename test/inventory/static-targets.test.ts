import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "../../src/config/index.ts";
import { buildInventory, formatAddress, parseAddress } from "../../src/inventory/index.ts";
import type { Host } from "../../src/model/index.ts";

const AUTHS = "auths: { default: { username: monitor, password: x } }\n";
const inventory = (targets: string): Host[] =>
  buildInventory(parseConfig(`${AUTHS}targets:\n${targets}`, { path: "x.yml" }));

describe("static targets", () => {
  it("are 252 hosts in 7 racks for the example", () => {
    const hosts = inventory(`
  - hosts: ccw[0001-0252]
    address: "{host}.sp.example.org"
    rack: "r{1-7}"
    position: "u{01-36}"
    labels: { room: vil1, vendor: acme }
`);
    expect(hosts).toHaveLength(252);
    expect(hosts[0]).toEqual({
      name: "ccw0001",
      address: "ccw0001.sp.example.org",
      port: 623,
      module: "default",
      auth: "default",
      place: { room: "vil1", rack: "r1", position: "u01" },
      labels: { vendor: "acme" },
    });
    expect(hosts[35]?.place).toMatchObject({ rack: "r1", position: "u36" });
    expect(hosts[36]?.place).toMatchObject({ rack: "r2", position: "u01" });
    expect(hosts[251]?.place).toMatchObject({ rack: "r7", position: "u36" });
  });

  it("have bracket values as written in address, place and labels", () => {
    const hosts = inventory(`
  - hosts: r[07-08]n[01-02]
    address: "bmc-{1}-{2}:6230"
    rack: "rack-{1}"
    labels: { slot: "{2}", name: "{host}" }
`);
    expect(hosts[3]).toMatchObject({
      name: "r08n02",
      address: "bmc-08-02",
      port: 6230,
      place: { rack: "rack-08" },
      labels: { slot: "02", name: "r08n02" },
    });
  });

  it("may have numbered addresses and ports", () => {
    const addresses = inventory('  - { hosts: "a[1-3]", address: "10.0.0.{10-250/10}" }').map(({ address }) => address);
    expect(addresses).toEqual(["10.0.0.10", "10.0.0.20", "10.0.0.30"]);
    expect(inventory('  - { hosts: "a[1-3]", address: "127.0.0.1:{10001-10003}" }').at(2)).toMatchObject({
      address: "127.0.0.1",
      port: 10003,
    });
  });

  it("share positions evenly if a rack has more hosts than positions", () => {
    const hosts = inventory('  - { hosts: "a[1-8]", rack: r1, position: "{01-03/2}" }');
    expect(hosts.map(({ place }) => place.position)).toEqual(["01", "01", "01", "01", "03", "03", "03", "03"]);
  });

  it("may have several host lists", () => {
    expect(inventory('  - { hosts: ["a[1-2]", b] }').map(({ name }) => name)).toEqual(["a1", "a2", "b"]);
  });

  it.each([
    ["a list that makes no sense", '  - { hosts: "a[3-1]" }', 'x.yml:3:14: targets[0].hosts: "3-1" runs backwards'],
    [
      "the same host in two entries",
      '  - { hosts: "a[1-3]" }\n  - { hosts: a2, address: b2 }',
      "x.yml:4:14: targets[1].hosts: a2 is already in targets[0]",
    ],
    ["the same host twice in one", '  - { hosts: "a1,a[1-2]" }', "targets[0].hosts: a1 is already in this entry"],
    [
      "two hosts at one BMC",
      "  - { hosts: a, address: 10.0.0.1 }\n  - { hosts: b, address: 10.0.0.1:623 }",
      "x.yml:4:26: targets[1].address: b and a of targets[0] have the same BMC, 10.0.0.1:623",
    ],
    [
      "two hosts at one BMC whose name is written in two cases",
      "  - { hosts: a, address: bmc-1.example.org }\n  - { hosts: b, address: BMC-1.Example.org }",
      "x.yml:4:26: targets[1].address: b and a of targets[0] have the same BMC, BMC-1.Example.org",
    ],
    [
      "two hosts at one BMC whose IPv6 address is written in two ways",
      '  - { hosts: a, address: "2001:db8::1" }\n  - { hosts: b, address: "[2001:DB8:0::1]:623" }',
      "x.yml:4:26: targets[1].address: b and a of targets[0] have the same BMC, [2001:DB8:0::1]:623",
    ],
    [
      "a bracket that is not there",
      '  - { hosts: "a[1-2]", rack: "r{2}" }',
      'targets[0].rack: "r{2}": a1 comes from a list with one bracket',
    ],
    [
      "an unknown pattern",
      '  - { hosts: a, rack: "{rack}" }',
      'targets[0].rack: "{rack}" has an unknown placeholder, "{rack}"; known: {host}, {1} and {1-7}',
    ],
    ["a lonely brace", '  - { hosts: a, address: "{host" }', 'targets[0].address: "{host" has an unmatched brace'],
    [
      "addresses that run out",
      '  - { hosts: "a[1-9]", address: "10.0.0.{1-8}" }',
      'targets[0].address: "10.0.0.{1-8}" has fewer numbers than there are hosts (9)',
    ],
    ["a network", "  - { hosts: a, address: 10.0.0.0/24 }", '"10.0.0.0/24" is a network; give the address of one BMC'],
    ["a URL", "  - { hosts: a, address: https://a/ }", "is a URL or a path; give a name or an IP address"],
    [
      "an address out of range",
      "  - { hosts: a, address: 10.0.0.300 }",
      '"10.0.0.300" is not a host name or an IP address',
    ],
    [
      "a port where BMCs are polled over two protocols",
      "  - { hosts: a, address: 10.0.0.1:6230, module: two }\nmodules: { two: { protocol: both } }",
      'targets[0].address: "10.0.0.1:6230" has a port, but module two has protocol: both and polls port 623 over IPMI and port 443 over Redfish; remove the port',
    ],
    [
      "a port where the protocol is detected",
      "  - { hosts: a, address: '[2001:db8::1]:6230' }\nmodules: { default: { protocol: auto } }",
      '"[2001:db8::1]:6230" has a port, but module default has protocol: auto',
    ],
    ["too many hosts in all", '  - { hosts: "a[1-60000]" }\n  - { hosts: "b[1-60000]" }', "more than 40000 names"],
  ])("are refused for %s", (_, targets, message) => {
    expect(() => inventory(targets)).toThrow(ConfigError);
    expect(() => inventory(targets)).toThrow(message);
  });

  it("are refused with all errors at once", () => {
    expect(() => inventory('  - { hosts: "a[3-1]" }\n  - { hosts: b, rack: "{x}", address: "{y}" }')).toThrow(
      /targets\[0\]\.hosts.*\n.*targets\[1\]\.address.*\n.*targets\[1\]\.rack/,
    );
  });
});

describe("an address", () => {
  it.each([
    ["node1.sp", "node1.sp", undefined],
    ["node1:6230", "node1", 6230],
    ["10.0.0.1:623", "10.0.0.1", 623],
    ["2001:db8::1", "2001:db8::1", undefined],
    ["[::1]:623", "::1", 623],
    ["[::1]", "::1", undefined],
    ["fe80::1%eth0", "fe80::1%eth0", undefined],
    ["10.200.0.67/32", "10.200.0.67", undefined],
    ["10.200.0.67/24", "10.200.0.67", undefined],
    ["2001:db8::67/128", "2001:db8::67", undefined],
    ["2001:db8::67/64", "2001:db8::67", undefined],
    ["::ffff:10.0.0.7/104", "::ffff:10.0.0.7", undefined],
  ])("%s is read", (text, address, port) => {
    const parsed = parseAddress(text);
    expect([parsed.address, parsed.port]).toEqual([address, port]);
    expect(parseAddress(formatAddress(parsed))).toEqual(parsed);
  });

  it.each([
    ["10.0.0.0/24", "is a network; give the address of one BMC"],
    ["10.0.0.0/0", "is a network"],
    ["10.0.0.4/30", "is a network"],
    ["2001:db8::/64", "is a network"],
    ["2001:db8::4/126", "is a network"],
    ["::ffff:10.0.0.0/120", "is a network"],
    ["10.0.0.1/33", "has an invalid prefix length; the longest is 32"],
    ["::1/129", "has an invalid prefix length; the longest is 128"],
  ])("%s is refused: it %s", (text, problem) => {
    expect(() => parseAddress(text)).toThrow(`"${text}" ${problem}`);
  });

  it.each([
    "10.0.0.1/32:623",
    "10.0.0.1/",
    "n1/32",
    "",
    ":623",
    "a:0",
    "a:65536",
    "a:",
    "[a]:1",
    "[::1",
    "a b",
    "1.2.3",
    "-a",
    "a/b",
  ])("%j is refused", (text) => {
    expect(() => parseAddress(text)).toThrow(RangeError);
  });
});
