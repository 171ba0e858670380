import { describe, expect, it } from "vitest";
import { Delivery, type Sender, SendRefused } from "../../src/events/delivery.ts";
import { eventsOf } from "../../src/events/from-news.ts";
import type { HostEvent } from "../../src/model/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { entry, HOST, news } from "./samples.ts";

const event = (id: number): HostEvent => {
  const [one] = eventsOf(HOST, news([entry({ id: String(id) })]));
  if (!one) throw new Error("no event");
  return one;
};
const idOf = (one: HostEvent): number => (one.type === "sel" ? Number(one.entry.id) : -1);

function bench(options: { readonly capacity?: number; readonly batch?: number } = {}) {
  const clock = new FakeClock();
  const sent: number[] = [];
  const counts: Record<string, number> = {};
  const logged: string[] = [];
  /** What the receiver does; absent: it takes them. */
  const receiver: { does?: (signal: AbortSignal) => Promise<void>; closed: boolean } = { closed: false };
  const sender: Sender = {
    batch: options.batch ?? 1,
    async send(events, signal) {
      await receiver.does?.(signal);
      sent.push(...events.map(idOf));
    },
    async close() {
      receiver.closed = true;
    },
  };
  const say = (fields: { readonly problem?: unknown }, message: string): void =>
    void logged.push(fields.problem === undefined ? message : `${message}: ${fields.problem}`);
  let waiting = 0;
  const delivery = new Delivery({
    output: "syslog",
    target: "udp://loghost:514",
    sender,
    clock,
    log: { debug: say, info: say, warn: say, error: say },
    report: {
      outputConfigured: () => {},
      eventsEnded: (_, outcome, count) => {
        counts[outcome] = (counts[outcome] ?? 0) + count;
      },
      eventsWaiting: (_, change) => {
        waiting += change;
      },
    },
    capacity: options.capacity,
  });
  const offer = (...ids: readonly number[]): void => {
    for (const id of ids) delivery.offer({ event: event(id) });
  };
  return { clock, delivery, sent, counts, logged, receiver, offer, waiting: () => waiting };
}

const fails = (message: string) => async (): Promise<void> => {
  throw new Error(message);
};
/** A receiver that says nothing at all until it is given up. */
const hangs = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("an output", () => {
  it("sends in order, one call at a time", async () => {
    const { clock, sent, counts, offer, waiting } = bench({ batch: 2 });
    offer(1, 2, 3, 4, 5);
    await clock.settle();
    expect([sent, counts, waiting()]).toEqual([[1, 2, 3, 4, 5], { sent: 5 }, 0]);
    offer(6);
    await clock.settle();
    expect(sent.at(-1)).toBe(6);
  });

  it("retries a receiver that is down with growing pauses, logs that once, and loses nothing", async () => {
    const { clock, sent, counts, logged, receiver, offer } = bench();
    let tries = 0;
    receiver.does = async () => {
      tries++;
      throw new Error("refused");
    };
    offer(1, 2);
    await clock.advance(600_000);
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(20);
    expect(logged).toEqual(["events cannot be sent and wait: refused"]);
    receiver.does = undefined;
    await clock.advance(60_000);
    expect([sent, counts]).toEqual([[1, 2], { sent: 2 }]);
    expect(logged.at(-1)).toBe("events can be sent again");
  });

  it("drops the oldest of a full queue and counts them", async () => {
    const { clock, sent, counts, logged, receiver, offer, waiting } = bench({ capacity: 3 });
    receiver.does = fails("refused");
    offer(1);
    await clock.settle();
    offer(2, 3, 4, 5, 6);
    expect(counts).toEqual({ queue_full: 2 });
    // The first is under way.
    expect(waiting()).toBe(4);
    expect(logged.filter((line) => line.includes("dropped"))).toHaveLength(1);
    receiver.does = undefined;
    await clock.advance(60_000);
    expect(sent).toEqual([1, 4, 5, 6]);
    expect([counts, waiting()]).toEqual([{ queue_full: 2, sent: 4 }, 0]);
  });

  it("aborts a receiver that hangs after its time-out, and retries with the same events", async () => {
    const { clock, sent, logged, receiver, offer } = bench({ batch: 10 });
    receiver.does = hangs;
    offer(1);
    await clock.settle();
    offer(2);
    await clock.advance(10_000);
    expect(logged).toEqual(["events cannot be sent and wait: not done within 10 s"]);
    receiver.does = undefined;
    await clock.advance(1000);
    expect(sent).toEqual([1, 2]);
  });

  it("does not send refused events again", async () => {
    const { clock, sent, counts, receiver, offer } = bench();
    receiver.does = async () => {
      throw new SendRefused("answered 400");
    };
    offer(1);
    await clock.settle();
    receiver.does = undefined;
    offer(2);
    await clock.settle();
    expect([sent, counts]).toEqual([[2], { refused: 1, sent: 1 }]);
  });

  it("retries soon after the first failure that follows many refusals", async () => {
    const { clock, sent, receiver, offer } = bench();
    receiver.does = async () => {
      throw new SendRefused("answered 400");
    };
    offer(1, 2, 3, 4, 5, 6);
    await clock.settle();
    receiver.does = fails("gone");
    offer(7);
    await clock.settle();
    receiver.does = undefined;
    await clock.advance(1000);
    expect(sent).toEqual([7]);
  });

  it("sends waiting events before it closes, even during a pause", async () => {
    const { clock, delivery, sent, receiver, offer } = bench();
    receiver.does = fails("refused");
    offer(1, 2);
    await clock.settle();
    receiver.does = undefined;
    const closed = delivery.close(2000);
    await clock.settle();
    await closed;
    expect([sent, receiver.closed, clock.pending]).toEqual([[1, 2], true, 0]);
  });

  it.each([
    ["refuses connections", fails("refused")],
    ["hangs", hangs],
  ])("closes in time where the receiver %s, and counts what is left", async (_, does) => {
    const { clock, delivery, counts, receiver, offer, waiting } = bench();
    receiver.does = does;
    offer(1, 2, 3);
    await clock.settle();
    const closed = delivery.close(2000);
    await clock.advance(2000);
    await closed;
    offer(4);
    expect([counts, waiting(), receiver.closed]).toEqual([{ undelivered: 4 }, 0, true]);
  });
});
