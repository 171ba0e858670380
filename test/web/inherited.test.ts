import { describe, expect, it } from "vitest";
import { inheritedSockets } from "../../src/web/index.ts";

describe("sockets that systemd passes", () => {
  const sockets = (env: Record<string, string>, good = true) => inheritedSockets(env, 77, () => good);

  it("start at file descriptor 3", () => {
    expect(sockets({ LISTEN_PID: "77", LISTEN_FDS: "2" })).toEqual([{ fd: 3 }, { fd: 4 }]);
  });

  it.each([
    [
      {},
      true,
      "systemd passed no socket (LISTEN_FDS and LISTEN_PID are not set); start it from a unit with a .socket unit",
    ],
    [
      { LISTEN_PID: "70", LISTEN_FDS: "1" },
      true,
      "systemd passed its sockets to process 70, and not to this process 77; ExecStart= must run node and dist/cli/main.js directly",
    ],
    [{ LISTEN_PID: "77", LISTEN_FDS: "0" }, true, 'LISTEN_FDS is "0", but must be a number of sockets from 1 to 64'],
    [{ LISTEN_PID: "77", LISTEN_FDS: "many" }, true, 'LISTEN_FDS is "many"'],
    [{ LISTEN_PID: "77", LISTEN_FDS: "1" }, false, "file descriptor 3 is not a socket, but LISTEN_FDS is 1"],
  ])("are missed with the reason: %j", (env, good, words) => {
    expect(() => sockets(env as Record<string, string>, good)).toThrow(words);
  });
});
