import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../src/ipmi/index.ts";
import { encodeRequestMessage } from "../../src/ipmi/wire/message.ts";
import { encodeSessionPacket } from "../../src/ipmi/wire/session-header.ts";
import { compileBoard, Random, receive, sampleBoard, VirtualBmc } from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hex } from "../support/hex.ts";
import { Bench } from "./bench-network.ts";

const peer = { address: "127.0.0.1", port: 1 };
const newBmc = () => new VirtualBmc({ model: compileBoard(sampleBoard()), clock: new FakeClock() });

function answersTo(bmc: VirtualBmc, packet: Buffer): string[] {
  const answers: string[] = [];
  receive(bmc, packet, peer, (answer) => answers.push(answer.toString("hex")));
  return answers;
}

describe("a virtual BMC", () => {
  it("answers a presence ping with the pong that ipmi_sim gives", () => {
    // captured: ipmitool 1.8.19 and OpenIPMI 2.0.33, the same tag
    expect(answersTo(newBmc(), hex("06 00 ff 06 00 00 11 be 80 00 00 00"))).toEqual([
      "0600ff06000011be40000010000011be000000008100000000000000",
    ]);
  });

  it("answers the captured Get Channel Authentication Capabilities of ipmitool in its framing", () => {
    const [answer = ""] = answersTo(
      newBmc(),
      hex("06 00 ff 07 00 00 00 00 00 00 00 00 00 09 20 18 c8 81 00 38 8e 04 b5"),
    );
    // channel 1, MD5 and 2.0 data, named users, 2.0 and 1.5
    expect(answer).toBe("0600ff0700000000000000000010811c63200038000184040300000000" + "1c");
  });

  it.each([1, 2, 3, 4])("drops noise and keeps working, seed %i", (seed) => {
    const random = new Random(seed);
    const bmc = newBmc();
    for (let n = 0; n < 3000; n++) {
      const packet = Buffer.from(Array.from({ length: random.integer(80) }, () => random.integer(256)));
      // Most of it begins like RMCP and one of the session headers.
      if (packet.length > 6 && random.chance(0.9)) packet.set([6, 0, 0xff, random.chance(0.1) ? 6 : 7]);
      if (packet.length > 6 && random.chance(0.7))
        packet.set([6, random.chance(0.5) ? 0x10 + random.integer(6) : 0], 4);
      answersTo(bmc, packet);
    }
    expect(bmc.stats.packetsIn).toBe(3000);
    expect(bmc.stats.sessionsOpened).toBe(0);
  });

  it("answers every command with random data in a session, with any completion code", async () => {
    const bench = new Bench({ user: "admin", password: "open sesame", login: { privilege: 4 }, readOnly: false });
    const session = await bench.within(bench.connection.open());
    const random = new Random(5);
    for (const command of ALL_COMMANDS) {
      if (["Cold Reset", "Close Session"].includes(command.name)) continue;
      for (const length of [0, 1, 2, 4, 6, 8, 22]) {
        const data = Buffer.from(Array.from({ length }, () => random.integer(256)));
        const answer = await bench.within(session.send(command, data, { tries: 1 }));
        expect(answer.completionCode, command.name).toBeTypeOf("number");
      }
    }
  });

  it("refuses commands outside sessions with D4h, and unknown commands with C1h", () => {
    const ask = (netFn: number, command: number): number | undefined => {
      const message = encodeRequestMessage({
        responderAddress: 0x20,
        netFn,
        responderLun: 0,
        requesterAddress: 0x81,
        requesterLun: 0,
        sequence: 1,
        command,
        data: new Uint8Array(0),
      });
      const packet = encodeSessionPacket({ authType: 0, sequence: 0, sessionId: 0, message });
      const [answer = ""] = answersTo(newBmc(), packet);
      return Buffer.from(answer, "hex")[20];
    };
    expect(ask(0x00, 0x01)).toBe(0xd4);
    expect(ask(0x30, 0x77)).toBe(0xc1);
    expect(ask(0x06, 0x37)).toBe(0x00);
  });
});
