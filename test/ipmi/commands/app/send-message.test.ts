import { describe, expect, it } from "vitest";
import { getSensorReading, sendMessage } from "../../../../src/ipmi/commands/index.ts";
import { DecodeError, TruncatedError } from "../../../../src/ipmi/errors.ts";
import { hex } from "../../../support/hex.ts";

describe("Send Message", () => {
  // Captured: ipmitool 1.8.19 reads sensor 1 of the satellite 30h through ipmi_sim.
  const captured = hex("403010c081182d0139");

  it("encodes the bridged request of ipmitool", () => {
    const data = getSensorReading.encodeRequest({ sensorNumber: 1 });
    const message = { responderAddress: 0x30, netFn: 4, responderLun: 0, sequence: 6, command: 0x2d, data };
    expect(sendMessage.encodeRequest({ channel: 0, message: { ...message, requesterAddress: 0x81 } })).toEqual(
      captured,
    );
  });

  it("has the BMC as requester by default", () => {
    const message = { responderAddress: 0x2c, netFn: 0x2e, responderLun: 0, sequence: 1, command: 0xc8, data: hex("") };
    expect(sendMessage.encodeRequest({ channel: 6, message })).toEqual(hex("462cb81c2004c814"));
  });

  it("decodes the bridged request of ipmitool", () => {
    expect(sendMessage.decodeRequest(captured)).toMatchObject({
      channel: 0,
      tracking: "track",
      message: {
        responderAddress: 0x30,
        netFn: 4,
        responderLun: 0,
        requesterAddress: 0x81,
        sequence: 6,
        command: 0x2d,
        data: hex("01"),
      },
    });
  });

  it.each([
    ["aa", 0x0a, "raw", "8a"],
    ["55", 0x05, "track", "45"],
  ] as const)("reads channel and tracking of %s", (first, channel, tracking, encoded) => {
    const decoded = sendMessage.decodeRequest(hex(`${first}3010c081182d0139`));
    expect(decoded).toMatchObject({ channel, tracking });
    expect(sendMessage.encodeRequest(decoded)).toEqual(hex(`${encoded}3010c081182d0139`));
  });

  it("refuses a bridged request that is cut or damaged", () => {
    for (let length = 0; length < 8; length++)
      expect(() => sendMessage.decodeRequest(captured.subarray(0, length))).toThrow(TruncatedError);
    expect(() => sendMessage.decodeRequest(captured.subarray(0, 8))).toThrow(DecodeError);
    expect(() => sendMessage.decodeRequest(hex("403010c081182d0138"))).toThrow(DecodeError);
  });

  it("is only an acknowledgement where no data come", () => {
    expect(sendMessage.decodeResponse(hex(""))).toEqual({});
    expect(sendMessage.encodeResponse({})).toHaveLength(0);
  });

  // The reply that ipmi_sim sends as a packet of its own, cut as other BMCs put it into the response.
  it.each([
    ["whole", "2014cc30182d0032000000 59"],
    ["from the network function on", "14cc30182d0032000000 59"],
    ["from the first checksum on", "cc30182d0032000000 59"],
  ])("decodes an embedded reply that is there %s", (_, bytes) => {
    const { reply } = sendMessage.decodeResponse(hex(bytes));
    expect(reply).toMatchObject({
      netFn: 5,
      responderAddress: 0x30,
      sequence: 6,
      command: 0x2d,
      completionCode: 0,
      data: hex("32000000"),
    });
    expect(sendMessage.encodeResponse({ reply })).toEqual(hex("2014cc30182d003200000059"));
  });

  it("refuses an embedded reply of no known form", () => {
    for (const bytes of ["00", "2014cc30182d003200000058", "ffffffffffffffffffff"])
      expect(() => sendMessage.decodeResponse(hex(bytes))).toThrow(DecodeError);
  });

  it("names a target that is not there", () => {
    expect(sendMessage.describeRefusal(0x83)).toBe("not acknowledged: the target is absent");
  });
});
