import { describe, expect, it } from "vitest";
import { clientOf } from "../../src/web/client.ts";
import { Slots, type SlotUser } from "../../src/web/slots.ts";
import { FakeClock } from "../support/fake-clock.ts";

class User implements SlotUser {
  readonly client: string;
  unread = 0;
  displaced = false;
  readonly #closed: (() => void)[] = [];

  constructor(client: string, unread = 0) {
    this.client = client;
    this.unread = unread;
  }

  unreadMs(): number {
    return this.unread;
  }

  displace(): void {
    this.displaced = true;
    this.close();
  }

  onceClosed(callback: () => void): void {
    this.#closed.push(callback);
  }

  close(): void {
    for (const callback of this.#closed.splice(0)) callback();
  }
}

class Bench {
  readonly clock = new FakeClock();
  places: number;
  readonly slots: Slots;

  constructor(places: number) {
    this.places = places;
    this.slots = new Slots({ places: () => this.places, clock: this.clock, patienceMs: 1000 });
  }

  /** "in", "out", or "waits" until time goes on. */
  async enter(user: User): Promise<{ state: string }> {
    const outcome = { state: "waits" };
    void this.slots.enter(user).then((entered) => {
      outcome.state = entered ? "in" : "out";
    });
    await this.clock.settle();
    return outcome;
  }

  async fill(...clients: string[]): Promise<User[]> {
    const users = clients.map((client) => new User(client));
    for (const user of users) expect(await this.enter(user)).toEqual({ state: "in" });
    return users;
  }
}

describe("slots that are all taken", () => {
  it("go to one more as soon as a response ends", async () => {
    const bench = new Bench(2);
    const [first] = await bench.fill("a", "a");
    const next = await bench.enter(new User("a"));
    expect(next.state).toBe("waits");
    first?.close();
    await bench.clock.settle();
    expect(next.state).toBe("in");
  });

  it("are refused after a second to a client that has its share, if every client reads", async () => {
    const bench = new Bench(2);
    const users = await bench.fill("a", "b");
    const next = await bench.enter(new User("a"));
    const third = await bench.enter(new User("c"));
    await bench.clock.advance(999);
    expect([next.state, third.state]).toEqual(["waits", "waits"]);
    await bench.clock.advance(1);
    expect([next.state, third.state]).toEqual(["out", "out"]);
    expect(users.some(({ displaced }) => displaced)).toBe(false);
  });

  it("are taken at once from the response that has been unread for longest, whoever reads it", async () => {
    const bench = new Bench(3);
    const [a, b, c] = await bench.fill("a", "a", "a");
    if (a && b && c) [a.unread, b.unread, c.unread] = [1500, 4000, 900];
    expect((await bench.enter(new User("a"))).state).toBe("in");
    expect([a, b, c].map((user) => user?.displaced)).toEqual([false, true, false]);
  });

  it("are taken from a response that becomes unread for long while another waits", async () => {
    const bench = new Bench(1);
    const [a] = await bench.fill("a");
    const next = await bench.enter(new User("a"));
    if (a) a.unread = 1001;
    await bench.clock.advance(1000);
    expect([next.state, a?.displaced]).toEqual(["in", true]);
  });

  it("are shared: after a second a client with two more than another loses the newest", async () => {
    const bench = new Bench(4);
    const users = await bench.fill("hog", "hog", "hog", "other");
    const next = await bench.enter(new User("third"));
    await bench.clock.advance(1000);
    expect(next.state).toBe("in");
    expect(users.map(({ displaced }) => displaced)).toEqual([false, false, true, false]);
    const again = await bench.enter(new User("other"));
    await bench.clock.advance(1000);
    expect(again.state).toBe("out");
  });

  it("that become free go to the client with the fewest, however many of another wait longer", async () => {
    const bench = new Bench(2);
    const [first] = await bench.fill("hog", "hog");
    const theirs = await Promise.all(Array.from({ length: 5 }, () => bench.enter(new User("hog"))));
    const other = await bench.enter(new User("other"));
    first?.close();
    await bench.clock.settle();
    expect(other.state).toBe("in");
    expect(theirs.every(({ state }) => state === "waits")).toBe(true);
  });

  it("have a line of bounded length, in which one client cannot take every place", async () => {
    const bench = new Bench(2);
    await bench.fill("hog", "hog");
    const theirs = [];
    for (let i = 0; i < 20; i++) theirs.push(await bench.enter(new User("hog")));
    expect(theirs.filter(({ state }) => state === "waits").length).toBe(8);
    const other = await bench.enter(new User("other"));
    expect(other.state).toBe("waits");
    await bench.clock.advance(1000);
    expect(other.state).toBe("in");
  });

  it("do not wait for a client that went away", async () => {
    const bench = new Bench(1);
    const [a] = await bench.fill("a");
    const gone = new User("b");
    const waiting = await bench.enter(gone);
    gone.close();
    await bench.clock.settle();
    expect(waiting.state).toBe("out");
    a?.close();
    expect((await bench.enter(new User("c"))).state).toBe("in");
    expect(bench.clock.pending).toBe(0);
  });

  it("may become more or fewer", async () => {
    const bench = new Bench(1);
    await bench.fill("a");
    bench.places = 2;
    expect((await bench.enter(new User("a"))).state).toBe("in");
    bench.places = 1;
    const next = await bench.enter(new User("a"));
    await bench.clock.advance(1000);
    expect(next.state).toBe("out");
  });
});

it.each([
  ["10.0.0.1", "10.0.0.1"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  [undefined, ""],
])("a connection from %s belongs to the client %s", (remoteAddress, client) => {
  expect(clientOf({ remoteAddress })).toBe(client);
});
