import { cidrMatcher, parseCidr } from "../../../src/config/index.ts";
import {
  expandHosts,
  foldHosts,
  formatAddress,
  isHostName,
  parseAddress,
  parseShard,
  SelectorError,
  selectHosts,
} from "../../../src/inventory/index.ts";
import { fillPattern, parsePattern } from "../../../src/inventory/pattern.ts";
import { formatDuration, parseDuration } from "../../../src/lib/index.ts";
import type { Host } from "../../../src/model/index.ts";
import { Parameters } from "../../../src/web/parameters.ts";
import { Refusal } from "../../../src/web/refusal.ts";
import { readSelection, SELECTION_PARAMETERS, selectHosts as selectListed } from "../../../src/web/selection.ts";
import { fleet } from "../../web/fleet.ts";
import { listed } from "../../web/rig.ts";
import { type TextTarget, Violation } from "../text-target.ts";

const records = fleet(50, 0).map(listed);
const byName = new Map(records.map((entry) => [entry.record.host.name, entry]));
const hosts: readonly Host[] = records.map(({ record }) => record.host);

/** A million names is a list that somebody made; a thousand is what one text of ours has. */
const names = (text: string): readonly string[] => text.split(/[\s,]+/).filter(isHostName);

/** Short texts of one meaning each, from flags, files and addresses. */
export const wordTargets: readonly TextTarget[] = [
  {
    name: "duration",
    weight: 4,
    valid: ["60s", "1m30s", "500ms", "1y2w3d4h5m6s7ms", "0", "36500d"],
    run(text) {
      const ms = parseDuration(text);
      if (ms === undefined) return undefined;
      if (!Number.isSafeInteger(ms) || ms < 0) throw new Violation(`a duration of ${ms} ms`);
      if (parseDuration(formatDuration(ms)) !== ms) throw new Violation(`${ms} ms is written ${formatDuration(ms)}`);
      return ms;
    },
  },
  {
    name: "network",
    weight: 4,
    valid: ["10.20.0.0/16", "2001:db8::/48", "127.0.0.1", "::ffff:10.0.0.0/104", "0.0.0.0/0"],
    run(text) {
      const cidr = parseCidr(text);
      const matches = cidrMatcher(cidr ? [cidr] : []);
      if (cidr && !matches(cidr.address)) throw new Violation(`${cidr.address} is not in its own network`);
      return [matches(text), matches("10.20.1.1"), matches("2001:db8::1")];
    },
  },
  {
    name: "address of a BMC",
    weight: 4,
    valid: ["node1.sp:6230", "10.0.0.1:623", "2001:db8::1", "[2001:db8::1]:6230", "n1"],
    refusal: RangeError,
    run(text) {
      const address = parseAddress(text);
      const again = parseAddress(formatAddress(address));
      if (again.address !== address.address || again.port !== address.port) throw new Violation("is another address");
      return address;
    },
  },
  {
    name: "names, folded and unfolded",
    weight: 2,
    valid: ["n01, n02, n03, n10", "r1n1 r1n2 r2n1 r2n2", "a9 a10 a011 b"],
    run(text) {
      const given = new Set(names(text));
      const folded = foldHosts(given);
      const again = new Set(given.size === 0 ? [] : expandHosts(folded));
      if (again.size !== given.size || [...given].some((name) => !again.has(name)))
        throw new Violation(`${folded} is not ${[...given].join(",")}`);
      return folded;
    },
  },
  {
    name: "pattern",
    weight: 2,
    valid: ["{host}.sp", "r{1}", "{1-7}", "{01-36/2}u", "x"],
    refusal: Error,
    run: (text) => fillPattern(parsePattern(text), { name: "n1", values: ["1"], index: 3, count: 7 }),
  },
  {
    name: "shard",
    valid: ["0/3", "lightsout-2", "lightsout-2/3"],
    refusal: RangeError,
    run: (text) => parseShard(text, 3),
  },
  {
    name: "selector",
    weight: 2,
    valid: ["node[001-040], node041", "node*", "rack=r01", "rack!=r[01-02],host=node00?", "all"],
    refusal: SelectorError,
    run: (text) => selectHosts(hosts, text).length,
  },
  {
    name: "query of /metrics",
    weight: 6,
    valid: ["host=node001", "rack=r01&rack=r02", "without=rack,row&slice=0/4", "room=vil1&site=a%20b", "rack=r99"],
    refusal: Refusal,
    run(text) {
      const request = { originalUrl: `/metrics?${text}`, path: "/metrics" };
      const selection = readSelection(new Parameters(request, SELECTION_PARAMETERS));
      return selectListed(selection, { records: () => records, record: (name) => byName.get(name) }).length;
    },
  },
];
