import { describe, expect, it } from "vitest";
import {
  activatePayload,
  deactivatePayload,
  getChannelPayloadSupport,
  getPayloadActivationStatus,
  getPayloadInstanceInfo,
  getUserPayloadAccess,
  setUserPayloadAccess,
} from "../../../../src/ipmi/commands/index.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfRequest, eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

describe("Activate Payload", () => {
  knownRequest(activatePayload, {
    about: "SOL as ipmitool 1.8.19 requests it: encrypted, authenticated, serial alerts deferred, deasserted",
    bytes: "0101c6000000",
    value: {
      payloadType: 1,
      instance: 1,
      encrypt: true,
      authenticate: true,
      testMode: false,
      serialAlerts: "deferred",
      startDeasserted: true,
    },
  });
  knownResponse(activatePayload, {
    about: "ipmi_sim of OpenIPMI 2.0.33: inbound 32, outbound in the wrong byte order, port 623, no VLAN",
    bytes: "00000000200000406f02ffff",
    required: 10,
    value: { auxiliary: 0, inboundSize: 32, outboundSize: 0x4000, port: 623, vlan: 0xffff },
  });
  eachBitOfRequest(
    activatePayload,
    {
      bytes: "aaaaaaaaaaaa",
      value: {
        payloadType: 0x2a,
        instance: 0x0a,
        encrypt: true,
        authenticate: false,
        testMode: true,
        serialAlerts: "succeed",
        startDeasserted: true,
      },
      encoded: "2a0aaa000000",
    },
    {
      bytes: "555555555555",
      value: {
        payloadType: 0x15,
        instance: 0x05,
        encrypt: false,
        authenticate: true,
        testMode: false,
        serialAlerts: "deferred",
        startDeasserted: false,
      },
      encoded: "150544000000",
    },
  );

  it("selects instance 1 unless another is given", () => {
    const request = { payloadType: 1, encrypt: true, authenticate: true };
    expect(activatePayload.encodeRequest(request).toString("hex")).toBe("0101c0000000");
  });

  it("names its refusals", () => {
    expect(activatePayload.describeRefusal(0x80)).toBe("payload already active on another session");
    expect(activatePayload.describeRefusal(0x84)).toBe("payload cannot be activated without encryption");
  });
});

describe("Deactivate Payload", () => {
  knownRequest(deactivatePayload, {
    about: "SOL, instance 1",
    bytes: "010100000000",
    value: { payloadType: 1, instance: 1 },
  });
});

describe("Get Payload Activation Status", () => {
  knownRequest(getPayloadActivationStatus, { about: "SOL", bytes: "01", value: { payloadType: 1 } });
  knownResponse(getPayloadActivationStatus, {
    about: "one instance, active",
    bytes: "010100",
    value: { capacity: 1, active: 1 },
  });
  eachBitOfResponse(
    getPayloadActivationStatus,
    { bytes: "aa55aa", value: { capacity: 10, active: 0xaa55 }, encoded: "0a55aa" },
    { bytes: "55aa55", value: { capacity: 5, active: 0x55aa }, encoded: "05aa55" },
  );
});

describe("Get Payload Instance Info", () => {
  knownRequest(getPayloadInstanceInfo, { about: "SOL", bytes: "0101", value: { payloadType: 1, instance: 1 } });
  knownResponse(getPayloadInstanceInfo, {
    about: "ipmi_sim: owned by the session 0D82h, port 1",
    bytes: "820d00000100000000000000",
    required: 4,
    value: { sessionId: 0x0d82, specific: hex("0100000000000000") },
  });
});

describe("Get Channel Payload Support", () => {
  knownRequest(getChannelPayloadSupport, { about: "channel 1", bytes: "01", value: { channel: 1 } });
  knownResponse(getChannelPayloadSupport, {
    about: "IPMI and SOL, the session set-up types",
    bytes: "03003f0000000000",
    required: 1,
    value: { standard: 3, setup: 0x3f, oem: 0 },
  });

  it("reads the single byte that ipmi_sim sends", () => {
    expect(getChannelPayloadSupport.decodeResponse(hex("06"))).toEqual({ standard: 6 });
  });
});

describe("User Payload Access", () => {
  knownRequest(getUserPayloadAccess, { about: "user 3", bytes: "0e03", value: { channel: 14, userId: 3 } });
  knownResponse(getUserPayloadAccess, { about: "SOL", bytes: "02000000", value: { standard: 2, oem: 0 } });
  knownRequest(setUserPayloadAccess, {
    about: "as ipmitool sends `sol payload enable 1 2`",
    bytes: "010202000000",
    value: { channel: 1, userId: 2, operation: "enable", standard: 2, oem: 0 },
  });
  eachBitOfRequest(
    setUserPayloadAccess,
    {
      bytes: "0a6aaa55aa55",
      value: { channel: 10, userId: 0x2a, operation: "disable", standard: 0x55aa, oem: 0x55aa },
    },
    {
      bytes: "055555aa55aa",
      value: { channel: 5, userId: 0x15, operation: "disable", standard: 0xaa55, oem: 0xaa55 },
    },
  );
});
