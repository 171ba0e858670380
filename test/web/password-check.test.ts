import { hashSync } from "bcryptjs";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/index.ts";
import { basicCredentials } from "../../src/web/basic-credentials.ts";
import { BcryptThread, type Comparer } from "../../src/web/bcrypt-thread.ts";
import { PasswordCheck, type PasswordLimits } from "../../src/web/password-check.ts";
import { FakeClock } from "../support/fake-clock.ts";

const header = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("an Authorization header", () => {
  it.each([
    [header("a:b"), { user: "a", password: "b" }],
    [header("a:b:c"), { user: "a", password: "b:c" }],
    [header(":"), { user: "", password: "" }],
    [header("jürgen:pässword"), { user: "jürgen", password: "pässword" }],
    [header("a:b").replace("Basic", "bAsIc "), { user: "a", password: "b" }],
    [header("nocolon"), undefined],
    ["Bearer abc", undefined],
    ["Basic", undefined],
    ["Basic a b", undefined],
    [header(`a:${"b".repeat(3000)}`), undefined],
    [undefined, undefined],
  ])("%s", (text, credentials) => {
    expect(basicCredentials(text)).toEqual(credentials);
  });
});

/** Says equal for the password "right" and takes a tenth of a second. */
class FakeComparer implements Comparer {
  readonly asked: string[] = [];
  readonly #clock: FakeClock;
  atOnce = 0;
  most = 0;
  constructor(clock: FakeClock) {
    this.#clock = clock;
  }
  async compare(password: string, hash: string): Promise<boolean> {
    this.asked.push(hash);
    this.most = Math.max(this.most, ++this.atOnce);
    await new Promise<void>((resolve) => this.#clock.after(100, resolve));
    this.atOnce--;
    if (password === "broken") throw new Error("the thread ended");
    return password === "right";
  }
  async close(): Promise<void> {}
}

describe("a password", () => {
  const hash = (cost: string, fill: string): string => `$2y$${cost}$${fill.repeat(53)}`;
  const users = new Map([["prometheus", hash("12", "x")]]);
  const start = (limits?: PasswordLimits) => {
    const clock = new FakeClock();
    const comparer = new FakeComparer(clock);
    const check = new PasswordCheck(comparer, clock, limits);
    const ask = (password: string, { user = "prometheus", client = "a", of = users } = {}) =>
      check.check({ user, password, users: of, client });
    return { clock, comparer, ask };
  };

  it("is compared once, right or wrong, even if two requests arrive at once", async () => {
    const { clock, comparer, ask } = start();
    const first = [ask("right"), ask("right"), ask("no")];
    await clock.advance(1000);
    expect(await Promise.all(first)).toEqual(["ok", "ok", "wrong"]);
    expect(await Promise.all([ask("right"), ask("no")])).toEqual(["ok", "wrong"]);
    expect(comparer.asked).toHaveLength(2);
  });

  it("is compared again if the stored hash changed", async () => {
    const { clock, comparer, ask } = start();
    const before = ask("right");
    await clock.advance(100);
    expect(await before).toBe("ok");
    void ask("right", { of: new Map([["prometheus", hash("12", "y")]]) });
    expect(comparer.asked).toHaveLength(2);
    const gone = ask("right", { of: new Map([["other", hash("12", "x")]]) });
    await clock.advance(1000);
    expect(await gone).toBe("wrong");
  });

  it("of an unknown user is compared at the cost of a known one, and is always wrong", async () => {
    const { clock, comparer, ask } = start();
    const nobody = ask("right", { user: "nobody" });
    await clock.advance(100);
    expect(await nobody).toBe("wrong");
    expect(comparer.asked[0]).toMatch(/^\$2y\$12\$[A-Za-z0-9]{53}$/);
    expect(comparer.asked[0]).not.toBe(users.get("prometheus"));
  });

  it("waits: one is compared at a time, and there is a pause after a wrong one", async () => {
    const { clock, comparer, ask } = start();
    const guesses = ["b", "c", "right"].map((password) => ask(password));
    await clock.advance(150);
    expect(comparer.asked).toHaveLength(1);
    await clock.advance(100);
    expect(comparer.asked).toHaveLength(2);
    await clock.advance(1000);
    expect(await Promise.all(guesses)).toEqual(["wrong", "wrong", "ok"]);
    expect(comparer.most).toBe(1);
  });

  it("is not compared if too many wait, of one client or of all", async () => {
    const { clock, ask } = start({ waiting: 3, waitingPerClient: 2, kept: 10 });
    const waiting = [ask("1"), ask("2")];
    expect(await ask("3")).toBe("busy");
    waiting.push(ask("4", { client: "b" }), ask("5", { client: "b" }));
    expect(await ask("6", { client: "c" })).toBe("busy");
    await clock.advance(10_000);
    expect(await Promise.all(waiting)).toEqual(["wrong", "wrong", "wrong", "wrong"]);
    const later = ask("6", { client: "c" });
    await clock.advance(100);
    expect(await later).toBe("wrong");
  });

  it("that could not be compared is neither right nor wrong, and is compared again", async () => {
    const { clock, comparer, ask } = start();
    for (let times = 0; times < 2; times++) {
      const broken = ask("broken");
      await clock.advance(100);
      expect(await broken).toBe("busy");
    }
    expect(comparer.asked).toHaveLength(2);
  });

  it("is cached up to a limit, and guesses do not displace right ones", async () => {
    const { clock, comparer, ask } = start({ waiting: 99, waitingPerClient: 99, kept: 2 });
    for (const password of ["right", "1", "2", "3"]) {
      const asked = ask(password);
      await clock.advance(1000);
      await asked;
    }
    expect(await ask("right")).toBe("ok");
    expect(comparer.asked).toHaveLength(4);
    void ask("1");
    expect(comparer.asked).toHaveLength(5);
  });
});

describe("the thread that compares", () => {
  const thread = new BcryptThread(systemClock);
  afterEach(() => thread.close());

  it("accepts hashes of htpasswd, Go and bcryptjs, and rejects calls after it is closed", async () => {
    const made = hashSync("secret", 4);
    const hashes = [made, made.replace("$2b$", "$2y$"), made.replace("$2b$", "$2a$")];
    expect(await Promise.all(hashes.map((hash) => thread.compare("secret", hash)))).toEqual([true, true, true]);
    expect(await thread.compare("Secret", made)).toBe(false);
    // The hash of "fakepassword" that exporters written in Go compare unknown users with.
    const foreign = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
    expect(await thread.compare("fakepassword", foreign)).toBe(true);
    const cut = thread.compare("x", `$2y$14$${"a".repeat(53)}`);
    await Promise.all([expect(cut).rejects.toThrow("not compared any more"), thread.close()]);
    await expect(thread.compare("secret", made)).rejects.toThrow("not compared any more");
  });
});
