import { describe, expect, it } from "vitest";
import { seriesOf } from "../../src/dialect/compare.ts";
import { renderDialect } from "../../src/dialect/index.ts";
import type { SelEventRule } from "../../src/dialect/sel-events.ts";
import { GoRegexp } from "../../src/lib/index.ts";
import type { CodedEvent, EventLog, HostSnapshot } from "../../src/model/index.ts";

const event = (more: Partial<Extract<CodedEvent, { type: "event" }>> = {}): CodedEvent => ({
  type: "event",
  timestamp: 1_700_000_000,
  sensorType: 0x0c,
  eventType: 0x6f,
  deassertion: false,
  data1: 0x00,
  data2: 0xff,
  data3: 0xff,
  ...more,
});
const rule = (name: string, regex: string): SelEventRule => ({ name, regexp: new GoRegexp(regex) });

function told(coded: readonly CodedEvent[] | undefined, selEvents: readonly SelEventRule[] = []) {
  const eventLog: EventLog = { entries: coded?.length ?? 3, overflow: false, fresh: [], coded };
  const snapshot: HostSnapshot = { host: "a", startedAt: 0, durationMs: 0, up: true, parts: [], quirks: [], eventLog };
  const all = seriesOf(renderDialect(snapshot, { collectors: ["sel-events"], selEvents }));
  return Object.fromEntries([...all].filter(([series]) => !series.startsWith("ipmi_scrape")));
}

describe("the events of a log in the metrics of ipmi_exporter", () => {
  it("are counted by state and by name, with the timestamp of the latest", () => {
    const events = [
      event(),
      event({ timestamp: 1_700_000_500, data1: 0x01 }),
      event({ timestamp: 1_600_000_000 }),
      { type: "oem", data: Uint8Array.from([1, 2]) } as const,
    ];
    expect(told(events, [rule("memory", "memory error$"), rule("oem", "^OEM defined = 01h 02h$")])).toEqual({
      'ipmi_up{collector="sel-events"}': 1,
      'ipmi_sel_events_count_by_state{state="Warning"}': 2,
      'ipmi_sel_events_count_by_state{state="Critical"}': 1,
      'ipmi_sel_events_count_by_state{state="N/A"}': 1,
      'ipmi_sel_events_count_by_name{name="memory"}': 3,
      'ipmi_sel_events_latest_timestamp{name="memory"}': 1_700_000_500,
      'ipmi_sel_events_count_by_name{name="oem"}': 1,
      'ipmi_sel_events_latest_timestamp{name="oem"}': 0,
    });
  });

  it("have no timestamp if the clock of the BMC was not set or the record has none", () => {
    const events = [event({ timestamp: 500 }), event({ timestamp: 0x20000000 }), event({ timestamp: 0xffffffff })];
    expect(told(events, [rule("memory", "memory")])).toMatchObject({
      'ipmi_sel_events_count_by_name{name="memory"}': 3,
      'ipmi_sel_events_latest_timestamp{name="memory"}': 0,
    });
  });

  it("are 0 by name and absent by state if the log is empty", () => {
    expect(told([], [rule("memory", "memory")])).toEqual({
      'ipmi_up{collector="sel-events"}': 1,
      'ipmi_sel_events_count_by_name{name="memory"}': 0,
      'ipmi_sel_events_latest_timestamp{name="memory"}': 0,
    });
  });

  it("are counted together if two expressions have the same name", () => {
    const rules = [rule("memory", "[Cc]orrectable"), rule("memory", "error")];
    expect(told([event()], rules)).toMatchObject({ 'ipmi_sel_events_count_by_name{name="memory"}': 2 });
  });

  it("are counted with a comma in their text, too", () => {
    const expired = event({ sensorType: 0x23 });
    expect(told([expired], [rule("watchdog", "^Timer expired, status only$")])).toMatchObject({
      'ipmi_sel_events_count_by_state{state="Warning"}': 1,
      'ipmi_sel_events_count_by_name{name="watchdog"}': 1,
    });
  });

  it("are reported as down if the log was not read completely", () => {
    expect(told(undefined, [rule("memory", "memory")])).toEqual({ 'ipmi_up{collector="sel-events"}': 0 });
  });
});
