import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BmcPool, type PollSettings, SdrCache } from "../../src/bmc/index.ts";
import { credentials, decodePlatformEventTrap, encodePlatformEventTrap, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import type { Host, LogEntry } from "../../src/model/index.ts";
import { Park } from "../../src/simulator/index.ts";
import { recordOfTrap } from "../../src/traps/index.ts";
import { host } from "../exposition/records.ts";
import { temporaryFolder } from "../rig/child.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { seeded } from "../scheduler/fleet.ts";

const BOARDS = ["dell-poweredge", "supermicro-x11", "lenovo-thinksystem"] as const;
const EVENTS = 50;

/** Events of sensors that the board has: limits with readings, and discrete states. */
function* eventsOf(park: Park, board: string) {
  const random = seeded(21);
  const at = park.hosts.find((one) => one.board === board);
  const bmc = park.simulation.bmcs.find(({ address, port }) => address === at?.address && port === at.port)?.bmc;
  const sensors = (bmc?.model.sensors ?? []).filter(({ owner, lun }) => owner === 0x20 && lun === 0);
  for (let i = 0; i < EVENTS; i++) {
    const sensor = sensors[Math.floor(random() * sensors.length)];
    if (!sensor) return;
    const offset = sensor.threshold
      ? 2 * Math.floor(random() * 6) + (random() < 0.5 ? 0 : 1)
      : Math.floor(random() * 3);
    // A going-low event of a lower limit, a going-high event of an upper one.
    const limit = sensor.threshold ? ([0, 2, 4, 7, 9, 11][i % 6] ?? 0) : offset;
    yield {
      sensorType: sensor.sensorType,
      eventType: sensor.eventType,
      sensorNumber: sensor.number,
      offset: limit,
      deassertion: random() < 0.3,
      data1: (sensor.threshold ? 0x50 : 0) | limit,
      data2: sensor.threshold ? Math.floor(random() * 200) + 1 : 0xff,
      data3: sensor.threshold ? Math.floor(random() * 200) + 1 : 0xff,
    };
  }
}

withPeers(["ipmi-pet"], "platform event traps in our words and in those of ipmi-pet", () => {
  let park: Park;
  let transport: UdpTransport;
  let pool: BmcPool;
  const cache = temporaryFolder("ipmi-pet");
  beforeAll(async () => {
    park = await Park.open({ racks: BOARDS.length, hostsPerRack: 1, boards: BOARDS, port: 0 });
    transport = new UdpTransport();
    const settings: PollSettings = {
      protocol: "ipmi",
      login: { credentials: credentials("admin", "admin"), privilege: 4 },
      parts: ["power", "sensors"],
      intervalMs: 60_000,
      slowIntervalMs: 3_600_000,
      bridge: false,
      quirks: [],
    } as never;
    pool = new BmcPool({ transport, clock: systemClock, cache: new SdrCache(), settingsOf: async () => settings });
  });
  afterAll(async () => {
    await pool.close();
    await transport.close();
    await park.close();
    cache.remove();
  });

  describe.each(BOARDS)("of %s", (board) => {
    it(`have the same sensor, direction and event for ${EVENTS} events`, async () => {
      const at = park.hosts.find((one) => one.board === board);
      const target: Host = host(board, { address: at?.address ?? "", port: at?.port ?? 0 });
      const polled = await pool.poll(target, { purpose: "round", signal: AbortSignal.timeout(30_000) });
      expect(polled.up).toBe(true);
      const [ours, theirs]: [string[], string[]] = [[], []];
      for (const event of eventsOf(park, board)) {
        const { specificTrap, octets } = encodePlatformEventTrap({
          ...event,
          sequence: 1,
          timestamp: 908_000_000,
          trapSourceType: 0x20,
          eventSourceType: 0x20,
          severityCode: 0x10,
          sensorDevice: 0x20,
          entityId: 0,
          entityInstance: 0,
          moreData: Buffer.alloc(5),
          language: 0x19,
          manufacturerId: 0,
          productId: 0,
          oemFields: Buffer.alloc(0),
        });
        const pet = decodePlatformEventTrap(specificTrap, octets);
        ours.push(ourWords(pool.describeRecord(target, recordOfTrap(pet))));
        const login = [
          "-h",
          `${target.address}:${target.port}`,
          "-u",
          "admin",
          "-p",
          "admin",
          "-D",
          "LAN_2_0",
          "-I",
          "3",
        ];
        const options = ["-l", "ADMIN", "-W", "opensesspriv", "--sdr-cache-directory", cache.path];
        const bytes = [...octets].map((byte) => byte.toString(16).padStart(2, "0"));
        const { stdout } = await run("ipmi-pet", [
          ...[...login, ...options, "-v", "--comma-separated-output", "--no-header-output"],
          ...[String(specificTrap), ...bytes],
        ]);
        theirs.push(theirWords(stdout));
      }
      expect(ours).toHaveLength(EVENTS);
      // FreeIPMI has no words for offsets that its tables do not have, and for those of Dell.
      const isUnknown = (i: number): boolean => theirs[i]?.includes("event offset =") ?? false;
      const known = (all: readonly string[]): readonly string[] =>
        all.map((text, i) => (isUnknown(i) ? text.replace(/ \/ [^/]*$/, "") : text));
      expect(known(ours)).toEqual(known(theirs));
      expect(theirs.filter((_, i) => !isUnknown(i)).length).toBeGreaterThan(EVENTS / 2);
    }, 120_000);
  });
});

/** "Fan 1 / asserted / Lower Critical - going low"; values are compared elsewhere, because FreeIPMI rounds. */
function ourWords(entry: LogEntry | undefined): string {
  const text = entry?.text ?? "";
  const event = text.slice((entry?.sensor.length ?? 0) + 2).replace(/, (de)?asserted.*$/, "");
  return `${entry?.sensor} / ${entry?.direction} / ${event}`.toLowerCase();
}

function theirWords(output: string): string {
  const line = output.split("\n").find((one) => /^\w{3}-\d\d-\d{4},/.test(one)) ?? output;
  const [, , name, , , direction, ...event] = line.split(",");
  const what = event
    .join(",")
    .replace(/ [|;] .*$/, "")
    .trim();
  return `${name} / ${/deassert/i.test(direction ?? "") ? "deasserted" : "asserted"} / ${what}`.toLowerCase();
}
