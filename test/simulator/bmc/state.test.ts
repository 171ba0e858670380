import { describe, expect, it } from "vitest";
import { InboundWindow } from "../../../src/simulator/bmc/inbound-window.ts";
import { SelLog } from "../../../src/simulator/bmc/sel-log.ts";
import { SessionTable } from "../../../src/simulator/bmc/session-table.ts";
import { compileBoard, LiveBoard, sampleBoard } from "../../../src/simulator/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const peer = { address: "127.0.0.1", port: 1 };

describe("the window of received session sequence numbers", () => {
  it("accepts each number once, up to 15 ahead and 16 behind", () => {
    const window = new InboundWindow(0, 15, 16);
    expect([3, 1, 2, 3, 1].map((n) => window.accept(n))).toEqual([true, true, true, false, false]);
    expect(window.accept(19)).toBe(false);
    expect(window.accept(18)).toBe(true);
    expect(window.accept(4)).toBe(true);
    expect(window.accept(1)).toBe(false);
    expect(window.accept(0)).toBe(false);
  });

  it("continues after FFFFFFFFh", () => {
    const window = new InboundWindow(0xfffffffd, 8, 8);
    expect([0xfffffffe, 0xffffffff, 1, 2].map((n) => window.accept(n))).toEqual([true, true, true, true]);
    expect(window.accept(0xffffffff)).toBe(false);
  });
});

describe("the sessions of a BMC", () => {
  it("never reuse the id of an old session", () => {
    const table = new SessionTable({ limit: 1 }, 0xffffff);
    const first = table.open("2.0", peer, 0);
    expect(table.open("2.0", peer, 0)).toBeUndefined();
    if (first) table.close(first);
    const second = table.open("2.0", peer, 0);
    expect(second?.id).not.toBe(first?.id);
    expect(table.find(first?.id ?? 0, 0)).toBeUndefined();
    expect(table.find(second?.id ?? 0, 0)).toBe(second);
  });

  it("free a half-open slot after its time-out", () => {
    const table = new SessionTable({ limit: 1, halfOpenMs: 3000 }, 1);
    table.open("2.0", peer, 0);
    expect(table.open("2.0", peer, 2999)).toBeUndefined();
    expect(table.open("2.0", peer, 3001)).toBeDefined();
  });
});

describe("the event log", () => {
  it("counts ids up to FFFEh, then from 1 again", () => {
    const initial = Buffer.alloc(16);
    initial.writeUInt16LE(0xfffe, 0);
    const log = new SelLog({ capacity: 4 }, initial);
    log.add(Buffer.alloc(16), 100);
    expect(log.at(1).readUInt16LE(0)).toBe(1);
    expect([log.indexOf(0), log.indexOf(0xffff), log.indexOf(1), log.indexOf(7)]).toEqual([0, 1, 1, -1]);
    expect(log.idAfter(0)).toBe(1);
    expect(log.idAfter(1)).toBe(0xffff);
  });
});

describe("a compiled board", () => {
  const board = compileBoard(sampleBoard());

  it("converts values to the nearest raw reading and back", () => {
    const sensor = board.sensors[board.sensorIndex(0x20, 0, 0x41)];
    expect(sensor?.name).toBe("5V");
    const raw = sensor?.toRaw(5.02) ?? -1;
    expect(raw).toBe(201);
    expect(sensor?.toValue(raw)).toBe(5.025);
    expect(sensor?.toRaw(1000)).toBe(255);
    expect(sensor?.toRaw(-3)).toBe(0);
  });

  it("refuses initial readings of sensors without a record", () => {
    const description = { ...sampleBoard(), readings: [{ number: 0xee, raw: 1 }] };
    expect(() => compileBoard(description)).toThrow("sensor 238");
  });

  it("is not changed by changes of one virtual BMC", () => {
    const clock = new FakeClock();
    const one = new LiveBoard(board, clock);
    const index = one.indexOf(0x03);
    one.setRaw(index, 99);
    one.setStates(one.indexOf(0x61), 3);
    expect(one.sensor(index)).toMatchObject({ raw: 99, states: 0b011000 });
    expect(new LiveBoard(board, clock).sensor(index)).toMatchObject({ raw: 54, states: 0 });
    expect(() => one.setSensor(0xee, { raw: 1 })).toThrow("no sensor 238");
  });
});
