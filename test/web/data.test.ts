import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { FleetEvent, HostRecord, OngoingFault } from "../../src/model/index.ts";
import type { WebParts } from "../../src/web/index.ts";
import { failures, full, host, record, sensor, snapshot } from "../exposition/records.ts";
import { fleet } from "./fleet.ts";
import { partsOf, Rig, unpolled } from "./rig.ts";

let rig: Rig;
const start = async (records: readonly HostRecord[], more: Partial<WebParts> = {}): Promise<void> => {
  rig = await Rig.start(partsOf(records, more));
};
afterEach(() => rig?.stop());

const json = async (path: string) => {
  const { status, headers, text } = await rig.ask(path, { headers: { Accept: "application/json" } });
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  return JSON.parse(text);
};
const csv = async (path: string): Promise<string[]> => {
  const { status, headers, text } = await rig.ask(path, { headers: { Accept: "text/csv" } });
  expect([status, headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8"]);
  return text.split("\r\n").slice(0, -1);
};
const html = async (path: string): Promise<string> =>
  (await rig.ask(path, { headers: { Accept: "text/html" } })).text.replaceAll(/<style>[\s\S]*?<\/style>/g, "");
const read = (page: string): string =>
  page
    .split("<main")[1]
    ?.replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ") ?? "";

const since = Date.UTC(2024, 4, 1, 11);
const fault = (more: Partial<OngoingFault> = {}): OngoingFault => ({
  key: "sensor a",
  severity: "critical",
  subject: "Fan1A",
  sensorId: "a",
  text: "Fan1A 0 rpm, critical below 720 rpm",
  alert: "FanFailed",
  since,
  ...more,
});

/** A host with a fan that stopped. */
const broken = (name: string, rack = "r1", more: Partial<OngoingFault> = {}): HostRecord => ({
  ...record(
    snapshot(name, {
      sensors: [
        sensor("a", {
          name: "Fan1A",
          kind: "fan",
          quantity: "fan_speed",
          value: 0,
          health: 2,
          thresholds: { lower_critical: 720 },
        }),
      ],
      chassis: { powerOn: true },
      consumption: { source: "dcmi", currentWatts: 311 },
    }),
  ),
  host: host(name, { place: { room: "vil1", rack, position: "07" } }),
  faults: [fault(more)],
});
const well = (name: string): HostRecord => ({ ...record(snapshot(name)), faults: [] });

describe("the hosts as data", () => {
  it("are a summary each, with their faults", async () => {
    await start([broken("n1"), well("n2"), unpolled("n3")]);
    for (const path of ["/", "/hosts"]) {
      const { schema, hosts } = await json(path);
      expect(schema).toBe("lightsout/hosts/1");
      expect(hosts.map(({ host, condition }: { host: string; condition: string }) => [host, condition])).toEqual([
        ["n1", "critical"],
        ["n2", "unknown"],
        ["n3", "waiting"],
      ]);
      expect(hosts[0]).toMatchObject({
        place: { room: "vil1", rack: "r1", position: "07" },
        health: "critical",
        up: true,
        power: "on",
        power_watts: 311,
        faults: [
          {
            severity: "critical",
            subject: "Fan1A",
            sensor_id: "a",
            text: "Fan1A 0 rpm, critical below 720 rpm",
            since: "2024-05-01T11:00:00.000Z",
            alert: "FanFailed",
          },
        ],
      });
      expect(hosts[0]).not.toHaveProperty("sensors");
      expect(hosts[2]).toMatchObject({ up: false, polls: 0, faults: [] });
    }
  });

  it("have the parts that are requested", async () => {
    await start([full, broken("n1")]);
    const { hosts } = await json("/hosts?parts=sensors,events&host=n1");
    expect(hosts).toHaveLength(1);
    expect(hosts[0].sensors).toEqual([
      {
        name: "Fan1A",
        id: "a",
        entity: "7.1",
        kind: "fan",
        quantity: "fan_speed",
        unit: "rpm",
        value: 0,
        health: "critical",
        states: [],
        thresholds: { lower_critical: 720 },
      },
    ]);
    expect(hosts[0].event_log).toEqual({ events: [] });
    expect(hosts[0]).not.toHaveProperty("inventory");
    const all = (await json("/hosts?parts=all")).hosts[0];
    for (const part of ["identity", "sensors", "event_log", "inventory", "parts"])
      expect(all, part).toHaveProperty(part);
    expect(JSON.stringify(all)).not.toMatch(/null|NaN/);
    const { status, text } = await rig.ask("/hosts?parts=sensor", { headers: { Accept: "application/json" } });
    expect([status, text]).toEqual([
      400,
      'parts: "sensor" is not one of all, identity, sensors, events, inventory, polls\n',
    ]);
  });

  it("are selected as on the page", async () => {
    await start([broken("n1"), broken("n2", "r2"), well("n3")]);
    const names = async (path: string): Promise<string[]> =>
      (await json(path)).hosts.map(({ host }: { host: string }) => host);
    expect(await names("/hosts?rack=r2")).toEqual(["n2"]);
    expect(await names("/hosts?state=critical")).toEqual(["n1", "n2"]);
    expect(await names("/?q=N3")).toEqual(["n3"]);
    expect(await names("/?state=down")).toEqual([]);
    expect((await rig.ask("/hosts?rack=r3", { headers: { Accept: "application/json" } })).status).toBe(404);
  });

  it("keep the last known facts of a host that is down, marked as such", async () => {
    const lastKnown = broken("n1").snapshot;
    const failure = { stage: "rakp", reason: "no_answer", message: "n1: no answer" } as const;
    const down: HostRecord = {
      ...broken("n1"),
      snapshot: snapshot("n1", { up: false, failure }),
      lastKnown,
      failures: failures({ no_answer: 1 }),
      faults: [fault({ key: "down", severity: "down", text: "BMC down: no answer at rakp", alert: "BmcUnreachable" })],
    };
    await start([down]);
    const data = await json("/hosts/n1");
    expect(data).toMatchObject({
      schema: "lightsout/host/1",
      condition: "down",
      up: false,
      failure: { reason: "no_answer" },
      last_known: true,
      power: "on",
    });
    expect(data.sensors).toHaveLength(1);
    const page = read(await html("/hosts/n1"));
    expect(page).toMatch(/Down: no answer at rakp .*Last known facts What follows was read \d+ d ago .*Fan1A/);
  });

  it("are CSV, with quotes where they are needed", async () => {
    const odd = broken("n1", "r1", { text: 'Fan "1A", 0 rpm' });
    await start([odd, well("n2")]);
    expect(await csv("/hosts")).toEqual([
      "host,address,site,room,row,rack,position,condition,health,reason,power,power_watts,last_success,faults,worst_fault,worst_fault_since",
      'n1,n1.sp.example.org,,vil1,,r1,07,critical,critical,,on,311,2024-05-01T12:00:00.812Z,1,"Fan ""1A"", 0 rpm",2024-05-01T11:00:00.000Z',
      "n2,n2.sp.example.org,,,,,,unknown,,,,,2024-05-01T12:00:00.812Z,0,,",
    ]);
    expect(await csv("/hosts/n1")).toEqual([
      "host,sensor,id,entity,kind,role,value,unit,health,states,lower_non_recoverable,lower_critical,lower_non_critical,upper_non_critical,upper_critical,upper_non_recoverable",
      "n1,Fan1A,a,7.1,fan,,0,rpm,critical,,,720,,,,",
    ]);
    expect(await csv("/hosts?parts=sensors")).toHaveLength(2);
  });

  it("are sent compressed to clients that accept it, as pages are", async () => {
    await start(fleet(100));
    for (const Accept of ["application/json", "text/csv", "text/html"]) {
      const { headers, body } = await rig.ask("/", { headers: { Accept, "Accept-Encoding": "gzip" } });
      expect(headers["content-encoding"], Accept).toBe("gzip");
      expect(headers.vary, Accept).toMatch(/Accept-Encoding/);
      const plain = await rig.ask("/", { headers: { Accept } });
      expect(Math.abs(gunzipSync(body).length - plain.body.length), Accept).toBeLessThan(3000);
    }
  });

  it("send browsers from /hosts to the page", async () => {
    await start([well("n1")]);
    const { status, headers } = await rig.ask("/hosts?q=n1", { headers: { Accept: "text/html" } });
    expect([status, headers.location]).toEqual([302, "/?q=n1"]);
  });
});

describe("what is wrong now", () => {
  it("is one line per fault, worst first, with host, place, phrase, time and runbook", async () => {
    await start([
      broken("n1", "r1", { severity: "warning", text: "Fan2 slow" }),
      broken("n2"),
      { ...well("n3"), faults: [fault({ severity: "down", text: "BMC down: no answer", alert: "BmcUnreachable" })] },
    ]);
    for (const path of ["/", "/faults"]) {
      const words = read(await html(path));
      expect(words).toMatch(
        /down n3 .*BMC down: no answer .*critical n2 vil1 \/ r1 \/ U07 Fan1A 0 rpm, critical below 720 rpm .*warning n1 .*Fan2 slow/,
      );
      expect(await html(path)).toContain('href="/runbooks/FanFailed"');
    }
    const page = await html("/");
    expect(/<title>(.*)<\/title>/.exec(page)?.[1]).toBe("2 critical - lightsout");
    expect(page.indexOf('id="wrong"')).toBeLessThan(page.indexOf('id="racks"'));
    expect(read(await html("/hosts/n2"))).toMatch(/What is wrong now .*Fan1A 0 rpm, critical below 720 rpm/);
    const { faults } = await json("/faults?severity=critical");
    expect(faults).toMatchObject([{ host: "n2", place: { rack: "r1" }, severity: "critical", alert: "FanFailed" }]);
    expect((await csv("/faults"))[1]).toMatch(/^n3,,,,,,down,Fan1A,BMC down: no answer,2024/);
  });

  it("is one line for the same fault of several hosts of a rack, and one each for two", async () => {
    const rack = Array.from({ length: 40 }, (_, i) => broken(`n${i}`, "r30"));
    await start([...rack, broken("m1", "r31"), broken("m2", "r31")]);
    const words = read(await html("/"));
    expect(words).toContain("40 hosts of r30");
    expect(words.match(/critical m\d vil1/g)).toHaveLength(2);
    expect((await json("/faults")).faults).toHaveLength(42);
  });

  it("says so where nothing is", async () => {
    await start([well("n1")]);
    expect(read(await html("/"))).toContain("What is wrong now No fault is known.");
    expect(read(await html("/faults?rack="))).toContain("No fault is known.");
  });
});

describe("the events of all hosts", () => {
  const event = (host: string, more: Partial<FleetEvent> = {}): FleetEvent => ({
    host,
    readAt: since,
    time: since,
    relativeTime: false,
    kind: "memory",
    sensor: "ECC",
    direction: "asserted",
    severity: "warning",
    text: "Correctable ECC",
    ...more,
  });

  it("are filtered by place, severity and kind", async () => {
    const events = [event("n1"), event("n2", { severity: "critical", kind: "fan", text: "Fan stopped" })];
    await start([broken("n1"), broken("n2", "r2")], { recentEvents: () => events });
    const hosts = async (query: string): Promise<string[]> =>
      (await json(`/events${query}`)).events.map(({ host }: { host: string }) => host);
    expect(await hosts("")).toEqual(["n1", "n2"]);
    expect(await hosts("?rack=r2")).toEqual(["n2"]);
    expect(await hosts("?severity=warning")).toEqual(["n1"]);
    expect(await hosts("?kind=fan")).toEqual(["n2"]);
    expect(read(await html("/events?severity=critical&kind="))).toMatch(
      /2024-05-01 11:00:00 UTC critical n2 .*Fan stopped/,
    );
    expect((await csv("/events"))[1]).toBe(
      "n1,,vil1,,r1,07,2024-05-01T11:00:00.000Z,2024-05-01T11:00:00.000Z,warning,memory,ECC,asserted,Correctable ECC",
    );
    expect((await rig.ask("/events?severity=bad")).status).toBe(400);
  });
});

describe("the page of a large fleet", () => {
  it("shows every host as a small cell, and columns on demand", async () => {
    await start(fleet(1440));
    const dense = await html("/");
    expect([...dense.matchAll(/class="dot /g)]).toHaveLength(1440);
    expect([...dense.matchAll(/class="dense-rack"/g)]).toHaveLength(36);
    expect(dense).toContain('href="/?view=columns"');
    expect(dense).not.toContain('class="cell ');
    expect(await html("/?view=columns")).toContain('class="cell ');
    expect(read(await html("/?rack=r02"))).toContain("40 of 1,440 hosts");
  });

  it("sorts the list by the column that is chosen", async () => {
    await start([well("n10"), { ...broken("n2"), lastSuccessAt: 1 }, broken("n1", "r0", { since: since + 5000 })]);
    const order = async (sort: string): Promise<string[]> => {
      const list = (await html(`/?sort=${sort}`)).split('id="list"')[1] ?? "";
      return [...list.matchAll(/<th scope="row"><a href="\/hosts\/(\w+)"/g)].map(([, name = ""]) => name);
    };
    expect(await order("host")).toEqual(["n1", "n2", "n10"]);
    expect(await order("since")).toEqual(["n1", "n2", "n10"]);
    expect(await order("last")).toEqual(["n2", "n1", "n10"]);
    expect((await order("worst"))[2]).toBe("n10");
    expect((await rig.ask("/?sort=size")).status).toBe(400);
  });
});

describe("the refresh of a page", () => {
  it("is done by the script, or by the browser until it is switched off", async () => {
    await start([well("n1")], { refreshSeconds: () => 60 });
    for (const path of ["/", "/hosts/n1", "/faults", "/events"]) {
      const page = await html(path);
      expect(page, path).toContain('<body data-refresh="60">');
      expect(page, path).toContain('<noscript><meta http-equiv="refresh" content="60"></noscript>');
      const off = await html(`${path}?refresh=off`);
      expect(off, path).not.toContain('http-equiv="refresh"');
      expect(off, path).toContain('data-refresh="60"');
    }
    const { status, headers, text } = await rig.ask("/page.js");
    expect([status, headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(() => new Function(text)).not.toThrow();
  });
});

describe("the endpoints", () => {
  it("are all listed on the page of an unknown path", async () => {
    await start([well("n1")]);
    const { text } = await rig.ask("/nothing");
    for (const path of ["/", "/hosts", "/faults", "/events", "/runbooks", "/metrics", "/metrics/self", "/probe"])
      expect(text).toContain(`  ${path} `);
    for (const path of ["/ipmi", "/sd", "/config", "/-/healthy", "/-/ready", "/-/reload"])
      expect(text).toContain(`  ${path} `);
  });
});
