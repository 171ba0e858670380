import { describe, expect, it } from "vitest";
import {
  activateSession,
  closeSession,
  coldReset,
  failedSelfTests,
  firmwareVersion,
  formatGuid,
  getBmcGlobalEnables,
  getChannelAccess,
  getChannelAuthenticationCapabilities,
  getChannelInfo,
  getDeviceGuid,
  getDeviceId,
  getSelfTestResults,
  getSessionChallenge,
  getSessionInfo,
  getSystemGuid,
  getUserAccess,
  getUserName,
  getWatchdogTimer,
  isMeaningfulGuid,
  offersIpmi15,
  offersIpmi20,
  SESSION_PROTOCOLS,
  setSessionPrivilegeLevel,
} from "../../../../src/ipmi/commands/index.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfRequest, eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

// Answers that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded; requests that ipmitool sent.
describe("identity", () => {
  knownResponse(getDeviceId, {
    about: "Intel 4660, firmware 2.31, all but bridge",
    bytes: "2001023102bf570100341201020304",
    required: 11,
    value: {
      deviceId: 0x20,
      deviceRevision: 1,
      providesDeviceSdrs: false,
      updateInProgress: false,
      ipmiVersion: "2.0",
      manufacturerId: 343,
      productId: 4660,
      auxiliaryFirmware: hex("01020304"),
      support: {
        sensorDevice: true,
        sdrRepository: true,
        sel: true,
        fruInventory: true,
        eventReceiver: true,
        eventGenerator: true,
        bridge: false,
        chassis: true,
      },
    },
  });

  eachBitOfResponse(
    getDeviceId,
    {
      bytes: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      value: {
        deviceId: 0xaa,
        deviceRevision: 0x0a,
        providesDeviceSdrs: true,
        updateInProgress: true,
        firmwareMajor: 0x2a,
        firmwareMinor: 0xaa,
        ipmiVersion: "a.a",
        support: {
          sensorDevice: false,
          sdrRepository: true,
          sel: false,
          fruInventory: true,
          eventReceiver: false,
          eventGenerator: true,
          bridge: false,
          chassis: true,
        },
        manufacturerId: 0x0aaaaa,
        productId: 0xaaaa,
        auxiliaryFirmware: hex("aaaaaaaa"),
      },
      encoded: "aa8aaaaaaaaaaaaa0aaaaaaaaaaaaa",
    },
    {
      bytes: "555555555555555555555555555555",
      value: {
        deviceId: 0x55,
        deviceRevision: 0x05,
        providesDeviceSdrs: false,
        updateInProgress: false,
        firmwareMajor: 0x55,
        firmwareMinor: 0x55,
        ipmiVersion: "5.5",
        support: {
          sensorDevice: true,
          sdrRepository: false,
          sel: true,
          fruInventory: false,
          eventReceiver: true,
          eventGenerator: false,
          bridge: true,
          chassis: false,
        },
        manufacturerId: 0x055555,
        productId: 0x5555,
        auxiliaryFirmware: hex("55555555"),
      },
      encoded: "550555555555555505555555555555",
    },
  );

  it("recognises IPMI 1.5 by the swapped digits, and the firmware in hex digits", () => {
    const old = getDeviceId.decodeResponse(hex("20810a0551bf0a2a006400"));
    expect(old).toMatchObject({ ipmiVersion: "1.5", manufacturerId: 10762, providesDeviceSdrs: true });
    expect(old.auxiliaryFirmware).toBeUndefined();
    expect(firmwareVersion(old)).toBe("10.05");
  });

  for (const command of [getDeviceGuid, getSystemGuid])
    knownResponse(command, {
      about: "sixteen bytes in the order received",
      bytes: "00112233445566778899aabbccddeeff",
      value: { guid: hex("00112233445566778899aabbccddeeff") },
    });

  it("prints a GUID in the order of ipmitool, SMBIOS or the specification", () => {
    const guid = hex("00112233445566778899aabbccddeeff");
    expect(formatGuid(guid)).toBe("00112233-4455-6677-8899-aabbccddeeff");
    expect(formatGuid(guid, "smbios")).toBe("33221100-5544-7766-8899-aabbccddeeff");
    expect(formatGuid(guid, "ipmi")).toBe("ffeeddcc-bbaa-9988-7766-554433221100");
  });

  it("does not accept all-zero and all-FF GUIDs as an identity", () => {
    expect(isMeaningfulGuid(hex("00".repeat(16)))).toBe(false);
    expect(isMeaningfulGuid(hex("ff".repeat(16)))).toBe(false);
    expect(isMeaningfulGuid(hex("00112233445566778899aabbccddeeff"))).toBe(true);
  });

  knownResponse(getSelfTestResults, {
    about: "an empty SDR repository is what iDRAC and AMI call 57h 08h",
    bytes: "5708",
    value: { verdict: "corrupted or inaccessible data", code: 0x57, detail: 0x08 },
  });

  it("names what the self test could not read, and only for 57h", () => {
    expect(failedSelfTests({ code: 0x57, detail: 0xaa })).toEqual([
      "boot block firmware",
      "SDR repository empty",
      "BMC FRU",
      "SEL",
    ]);
    expect(failedSelfTests({ code: 0x57, detail: 0x55 })).toEqual([
      "operational firmware",
      "internal use FRU",
      "IPMB lines",
      "SDR repository",
    ]);
    expect(failedSelfTests({ code: 0x57, detail: 0xc8 })).toEqual(["SDR repository empty", "SDR repository", "SEL"]);
    expect(failedSelfTests({ code: 0x55, detail: 0xff })).toEqual([]);
    expect(getSelfTestResults.decodeResponse(hex("5500")).verdict).toBe("no error");
    expect(getSelfTestResults.decodeResponse(hex("4200")).verdict).toBe("device specific");
  });

  knownResponse(getBmcGlobalEnables, {
    about: "ipmitool 1.8.19 prints System Event Logging enabled, and all others disabled",
    bytes: "08",
    value: {
      eventLogging: true,
      eventMessageBuffer: false,
      eventMessageBufferFullInterrupt: false,
      receiveMessageQueueInterrupt: false,
      oem: 0,
    },
  });

  eachBitOfResponse(
    getBmcGlobalEnables,
    {
      bytes: "aa",
      value: {
        eventLogging: true,
        eventMessageBuffer: false,
        eventMessageBufferFullInterrupt: true,
        receiveMessageQueueInterrupt: false,
        oem: 5,
      },
    },
    {
      bytes: "55",
      value: {
        eventLogging: false,
        eventMessageBuffer: true,
        eventMessageBufferFullInterrupt: false,
        receiveMessageQueueInterrupt: true,
        oem: 2,
      },
      encoded: "45",
    },
  );

  knownResponse(getWatchdogTimer, {
    about: "SMS/OS runs, hard reset in 28.8 of 60 seconds",
    required: 6,
    bytes: "4401001058022001",
    value: {
      dontLog: false,
      running: true,
      timerUse: 4,
      action: 1,
      preTimeoutInterrupt: 0,
      preTimeoutSeconds: 0,
      expirationFlags: 0x10,
      initialCountdownMs: 60_000,
      presentCountdownMs: 28_800,
    },
  });

  eachBitOfResponse(
    getWatchdogTimer,
    {
      bytes: "aaaaaaaaaaaaaaaa",
      value: {
        dontLog: true,
        running: false,
        timerUse: 2,
        preTimeoutInterrupt: 2,
        action: 2,
        preTimeoutSeconds: 0xaa,
        expirationFlags: 0xaa,
        initialCountdownMs: 0xaaaa * 100,
        presentCountdownMs: 0xaaaa * 100,
      },
      encoded: "8222aaaaaaaaaaaa",
    },
    {
      bytes: "5555555555555555",
      value: {
        dontLog: false,
        running: true,
        timerUse: 5,
        preTimeoutInterrupt: 5,
        action: 5,
        preTimeoutSeconds: 0x55,
        expirationFlags: 0x55,
        initialCountdownMs: 0x5555 * 100,
        presentCountdownMs: 0x5555 * 100,
      },
      encoded: "4555555555555555",
    },
  );

  it("changes the system with Cold Reset, and with nothing else of this network function", () => {
    expect(coldReset).toMatchObject({ netFn: 0x06, code: 0x02, effect: "changes" });
    expect(coldReset.encodeRequest()).toHaveLength(0);
    expect(getDeviceId.effect).toBe("reads");
  });
});

describe("sessions", () => {
  knownRequest(getChannelAuthenticationCapabilities, {
    about: "ipmitool asks the present channel for ADMINISTRATOR without 2.0 data",
    bytes: "0e04",
    value: { channel: 0x0e, ipmi20: false, privilege: 4 },
  });
  knownRequest(getChannelAuthenticationCapabilities, {
    about: "ipmitool asks the present channel for USER with 2.0 data",
    bytes: "8e02",
    value: { channel: 0x0e, ipmi20: true, privilege: 2 },
  });
  knownResponse(getChannelAuthenticationCapabilities, {
    about: "a channel of IPMI 2.0 alone with MD5",
    bytes: "0184040200000000",
    required: 4,
    value: {
      channel: 1,
      ipmi20DataValid: true,
      authenticationTypes: { none: false, md2: false, md5: true, straightPassword: false, oem: false },
      nonNullUserNames: true,
      nullUserNames: false,
      anonymousLogin: false,
      supportsIpmi20: true,
      supportsIpmi15: false,
    },
  });
  knownResponse(getChannelAuthenticationCapabilities, {
    about: "a BMC with a Kg key and both versions",
    bytes: "0197240300000000",
    required: 4,
    value: { kgSet: true, supportsIpmi15: true, supportsIpmi20: true },
  });

  eachBitOfRequest(
    getChannelAuthenticationCapabilities,
    { bytes: "aaaa", value: { channel: 0x0a, ipmi20: true, privilege: 0x0a }, encoded: "8a0a" },
    { bytes: "5555", value: { channel: 0x05, ipmi20: false, privilege: 0x05 }, encoded: "0505" },
  );
  eachBitOfResponse(
    getChannelAuthenticationCapabilities,
    {
      bytes: "aaaaaaaaaaaaaaaa",
      value: {
        channel: 0x0a,
        ipmi20DataValid: true,
        authenticationTypes: { none: false, md2: true, md5: false, straightPassword: false, oem: true },
        kgSet: true,
        perMessageAuthenticationDisabled: false,
        userLevelAuthenticationDisabled: true,
        nonNullUserNames: false,
        nullUserNames: true,
        anonymousLogin: false,
        supportsIpmi20: true,
        supportsIpmi15: false,
        oemId: 0xaaaaaa,
        oemAuxiliary: 0xaa,
      },
      encoded: "0aa22a02aaaaaaaa",
    },
    {
      bytes: "5555555555555555",
      value: {
        channel: 0x05,
        ipmi20DataValid: false,
        authenticationTypes: { none: true, md2: false, md5: true, straightPassword: true, oem: false },
        kgSet: false,
        perMessageAuthenticationDisabled: true,
        userLevelAuthenticationDisabled: false,
        nonNullUserNames: true,
        nullUserNames: false,
        anonymousLogin: true,
        supportsIpmi20: false,
        supportsIpmi15: true,
        oemId: 0x555555,
        oemAuxiliary: 0x55,
      },
      encoded: "0515150155555555",
    },
  );

  it("reads an answer without 2.0 data as IPMI 1.5, whatever its fourth byte is", () => {
    const old = getChannelAuthenticationCapabilities.decodeResponse(hex("0117040000000000"));
    expect([offersIpmi15(old), offersIpmi20(old)]).toEqual([true, false]);
    const reserved = getChannelAuthenticationCapabilities.decodeResponse(hex("0117040300000000"));
    expect([offersIpmi15(reserved), offersIpmi20(reserved)]).toEqual([true, false]);
    const only20 = getChannelAuthenticationCapabilities.decodeResponse(hex("0184040200000000"));
    expect([offersIpmi15(only20), offersIpmi20(only20)]).toEqual([false, true]);
  });

  knownRequest(getSessionChallenge, {
    about: "ipmitool wants MD5 for ipmiusr",
    bytes: "0269706d69757372000000000000000000",
    value: { authenticationType: 2, userName: Buffer.from("ipmiusr") },
  });
  eachBitOfRequest(
    getSessionChallenge,
    {
      bytes: `aa${"61".repeat(16)}`,
      value: { authenticationType: 0x0a, userName: Buffer.from("a".repeat(16)) },
      encoded: `0a${"61".repeat(16)}`,
    },
    {
      bytes: `55${"61".repeat(16)}`,
      value: { authenticationType: 0x05, userName: Buffer.from("a".repeat(16)) },
      encoded: `05${"61".repeat(16)}`,
    },
  );
  knownResponse(getSessionChallenge, {
    about: "temporary session 5",
    bytes: "050000009f17443745aa2bccd4529cf151e29a09",
    value: { temporarySessionId: 5, challenge: hex("9f17443745aa2bccd4529cf151e29a09") },
  });
  knownRequest(activateSession, {
    about: "ipmitool answers the challenge",
    bytes: "02049f17443745aa2bccd4529cf151e29a09905698c4",
    value: {
      authenticationType: 2,
      maximumPrivilege: 4,
      challenge: hex("9f17443745aa2bccd4529cf151e29a09"),
      initialOutboundSequence: 0xc4985690,
    },
  });
  knownResponse(activateSession, {
    about: "session 302h, first sequence number 43583956h",
    bytes: "02020300005639584304",
    value: { authenticationType: 2, sessionId: 0x302, initialInboundSequence: 0x43583956, maximumPrivilege: 4 },
  });
  const challenge = hex("00112233445566778899aabbccddeeff");
  eachBitOfRequest(
    activateSession,
    ...(["a", "5"] as const).map((digit) => ({
      bytes: `${digit.repeat(4)}00112233445566778899aabbccddeeff01020304`,
      value: {
        authenticationType: Number.parseInt(digit, 16),
        maximumPrivilege: Number.parseInt(digit, 16),
        challenge,
        initialOutboundSequence: 0x04030201,
      },
      encoded: `0${digit}0${digit}00112233445566778899aabbccddeeff01020304`,
    })),
  );
  eachBitOfResponse(
    activateSession,
    ...(["a", "5"] as const).map((digit) => ({
      bytes: `${digit.repeat(2)}0102030405060708${digit.repeat(2)}`,
      value: {
        authenticationType: Number.parseInt(digit, 16),
        sessionId: 0x04030201,
        initialInboundSequence: 0x08070605,
        maximumPrivilege: Number.parseInt(digit, 16),
      },
      encoded: `0${digit}01020304050607080${digit}`,
    })),
  );
  eachBitOfRequest(
    setSessionPrivilegeLevel,
    { bytes: "aa", value: { privilege: 0x0a }, encoded: "0a" },
    { bytes: "55", value: { privilege: 0x05 }, encoded: "05" },
  );
  knownRequest(setSessionPrivilegeLevel, { about: "ADMINISTRATOR", bytes: "04", value: { privilege: 4 } });
  knownResponse(setSessionPrivilegeLevel, { about: "ADMINISTRATOR", bytes: "04", value: { privilege: 4 } });
  knownRequest(closeSession, { about: "by id", bytes: "02030000", value: { sessionId: 0x302 } });
  knownRequest(closeSession, {
    about: "by handle where the id is 0",
    bytes: "0000000007",
    required: 4,
    value: { sessionId: 0, sessionHandle: 7 },
  });

  it("names the refusals of the session commands", () => {
    expect(getSessionChallenge.describeRefusal(0x81)).toBe("invalid user name");
    expect(activateSession.describeRefusal(0x81)).toBe("no session slot available");
    expect(setSessionPrivilegeLevel.describeRefusal(0x81)).toBe("level exceeds the limit of user or channel");
    expect(closeSession.describeRefusal(0x87)).toBe("invalid session id");
    expect(closeSession.describeRefusal(0xd4)).toBe("insufficient privilege");
  });

  knownRequest(getSessionInfo, { about: "this session", bytes: "00", value: { which: "this" } });
  knownRequest(getSessionInfo, { about: "the third active one", bytes: "03", value: { which: "nth", n: 3 } });
  knownRequest(getSessionInfo, { about: "by handle", bytes: "fe05", value: { which: "handle", handle: 5 } });
  knownRequest(getSessionInfo, {
    about: "by id",
    bytes: "ff02030000",
    value: { which: "id", sessionId: 0x302 },
  });
  knownResponse(getSessionInfo, {
    about: "one of five slots, RMCP+ on channel 1",
    bytes: "010501020411",
    value: {
      handle: 1,
      possibleSessions: 5,
      activeSessions: 1,
      session: { userId: 2, privilege: 4, protocol: SESSION_PROTOCOLS.indexOf("RMCP+"), channel: 1 },
    },
    required: 3,
  });
  eachBitOfResponse(
    getSessionInfo,
    {
      bytes: "aaaaaaaaaaaa",
      value: {
        handle: 0xaa,
        possibleSessions: 0x2a,
        activeSessions: 0x2a,
        session: { userId: 0x2a, privilege: 0x0a, protocol: 0x0a, channel: 0x0a },
      },
      encoded: "aa2a2a2a0aaa",
    },
    {
      bytes: "555555555555",
      value: {
        handle: 0x55,
        possibleSessions: 0x15,
        activeSessions: 0x15,
        session: { userId: 0x15, privilege: 0x05, protocol: 0x05, channel: 0x05 },
      },
      encoded: "551515150555",
    },
  );
  knownResponse(getSessionInfo, {
    about: "with the console's address",
    bytes: "0105010204010a0102030200" + "5e1053016f02",
    required: 3,
    value: { console: { ipAddress: "10.1.2.3", macAddress: "02:00:5e:10:53:01", port: 623 } },
  });
});

describe("channels and users", () => {
  knownRequest(getChannelInfo, { about: "the present channel", bytes: "0e", value: { channel: 0x0e } });
  knownResponse(getChannelInfo, {
    about: "a multi-session LAN channel with three sessions",
    bytes: "01040183f21b000000",
    value: { channel: 1, medium: 4, protocol: 1, sessionSupport: 2, activeSessions: 3, vendorId: 7154 },
  });
  eachBitOfRequest(
    getChannelInfo,
    { bytes: "aa", value: { channel: 0x0a }, encoded: "0a" },
    { bytes: "55", value: { channel: 0x05 }, encoded: "05" },
  );
  eachBitOfResponse(
    getChannelInfo,
    {
      bytes: "aaaaaaaaaaaaaaaaaa",
      value: {
        channel: 0x0a,
        medium: 0x2a,
        protocol: 0x0a,
        sessionSupport: 2,
        activeSessions: 0x2a,
        vendorId: 0xaaaaaa,
        auxiliary: 0xaaaa,
      },
      encoded: "0a2a0aaaaaaaaaaaaa",
    },
    {
      bytes: "555555555555555555",
      value: {
        channel: 0x05,
        medium: 0x55,
        protocol: 0x15,
        sessionSupport: 1,
        activeSessions: 0x15,
        vendorId: 0x555555,
        auxiliary: 0x5555,
      },
      encoded: "055515555555555555",
    },
  );
  eachBitOfRequest(
    getChannelAccess,
    { bytes: "aaaa", value: { channel: 0x0a, setting: "volatile" }, encoded: "0a80" },
    { bytes: "5555", value: { channel: 0x05, setting: "non-volatile" }, encoded: "0540" },
  );
  eachBitOfResponse(
    getChannelAccess,
    {
      bytes: "aaaa",
      value: {
        alertingDisabled: true,
        perMessageAuthenticationDisabled: false,
        userLevelAuthenticationDisabled: true,
        accessMode: 2,
        privilegeLimit: 0x0a,
      },
      encoded: "2a0a",
    },
    {
      bytes: "5555",
      value: {
        alertingDisabled: false,
        perMessageAuthenticationDisabled: true,
        userLevelAuthenticationDisabled: false,
        accessMode: 5,
        privilegeLimit: 0x05,
      },
      encoded: "1505",
    },
  );
  eachBitOfRequest(
    getUserAccess,
    { bytes: "aaaa", value: { channel: 0x0a, userId: 0x2a }, encoded: "0a2a" },
    { bytes: "5555", value: { channel: 0x05, userId: 0x15 }, encoded: "0515" },
  );
  eachBitOfResponse(
    getUserAccess,
    {
      bytes: "aaaaaaaa",
      value: {
        maximumUsers: 0x2a,
        enableState: "disabled",
        enabledUsers: 0x2a,
        fixedNames: 0x2a,
        callbackOnly: false,
        linkAuthentication: true,
        messaging: false,
        privilegeLimit: 0x0a,
      },
      encoded: "2aaa2a2a",
    },
    {
      bytes: "55555555",
      value: {
        maximumUsers: 0x15,
        enableState: "enabled",
        enabledUsers: 0x15,
        fixedNames: 0x15,
        callbackOnly: true,
        linkAuthentication: false,
        messaging: true,
        privilegeLimit: 0x05,
      },
      encoded: "15551555",
    },
  );
  eachBitOfRequest(
    getUserName,
    { bytes: "aa", value: { userId: 0x2a }, encoded: "2a" },
    { bytes: "55", value: { userId: 0x15 }, encoded: "15" },
  );
  knownRequest(getChannelAccess, {
    about: "what is stored",
    bytes: "0140",
    value: { channel: 1, setting: "non-volatile" },
  });
  knownRequest(getChannelAccess, {
    about: "what holds now",
    bytes: "0180",
    value: { channel: 1, setting: "volatile" },
  });
  knownResponse(getChannelAccess, {
    about: "always available without user-level authentication",
    bytes: "0a04",
    value: {
      accessMode: 2,
      userLevelAuthenticationDisabled: true,
      perMessageAuthenticationDisabled: false,
      alertingDisabled: false,
      privilegeLimit: 4,
    },
  });
  knownRequest(getUserAccess, { about: "user 2 of channel 1", bytes: "0102", value: { channel: 1, userId: 2 } });
  knownResponse(getUserAccess, {
    about: "an enabled administrator, one of two",
    bytes: "0f420134",
    value: {
      maximumUsers: 15,
      enableState: "enabled",
      enabledUsers: 2,
      fixedNames: 1,
      linkAuthentication: true,
      messaging: true,
      callbackOnly: false,
      privilegeLimit: 4,
    },
  });
  knownRequest(getUserName, { about: "user 2", bytes: "02", value: { userId: 2 } });
  knownResponse(getUserName, {
    about: "a name that fills the field has no end",
    bytes: "30313233343536373839616263646566",
    value: { userName: "0123456789abcdef" },
  });
  knownResponse(getUserName, { about: "the null user", bytes: "00".repeat(16), value: { userName: "" } });

  it.each([
    ["UTF-8, as a web page stores it", "c3bc62657277616368756e6700000000"],
    ["Latin-1", "fc62657277616368756e670000000000"],
  ])("reads a user name in %s", (_, bytes) => {
    expect(getUserName.decodeResponse(hex(bytes))).toEqual({ userName: "überwachung" });
  });

  it("uses the present channel by default", () => {
    expect(getChannelInfo.encodeRequest({})).toEqual(hex("0e"));
    expect(getUserAccess.encodeRequest({ userId: 2 })).toEqual(hex("0e02"));
  });
});
